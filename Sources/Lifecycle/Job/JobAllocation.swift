/// A place that a job wants filled: one of a group's allocations, by its index.
public struct JobSlot: Hashable, Comparable, Sendable {
  /// The group's name.
  public var group: String
  /// From 0 to the group's count.
  public var index: Int

  /// Makes a slot from its parts.
  public init(group: String, index: Int) {
    self.group = group
    self.index = index
  }

  /// By group, then by index.
  public static func < (left: JobSlot, right: JobSlot) -> Bool {
    (left.group, left.index) < (right.group, right.index)
  }
}

/// A new try of a job after an allocation failed.
public struct RescheduleAttempt: Hashable, Sendable {
  /// When the new allocation was placed.
  public var time: Timestamp
  /// How long that was waited for.
  public var delay: Duration
  /// The allocation that had failed.
  public var previous: String

  /// Makes an attempt from its parts.
  public init(time: Timestamp, delay: Duration, previous: String) {
    self.time = time
    self.delay = delay
    self.previous = previous
  }
}

/// An allocation as the job that it belongs to counts it.
public struct JobAllocation: Hashable, Sendable {
  /// What is wanted of it.
  public enum Desired: String, Hashable, Sendable {
    /// That it runs.
    case run
    /// That it ends.
    case stop
  }

  /// Its id.
  public let id: String
  /// The place that it fills.
  public let slot: JobSlot
  /// The version of the job that it runs.
  public var version: Int
  /// What is wanted of it.
  public var desired: Desired
  /// Whether it has ended, and how.
  public var ended: ClientStatus?
  /// The allocation of the same slot before it.
  public var previous: String?
  /// The tries after failures that led to it, oldest first.
  public var attempts: [RescheduleAttempt]

  /// Makes an allocation from its parts.
  public init(
    id: String, slot: JobSlot, version: Int, desired: Desired = .run, ended: ClientStatus? = nil,
    previous: String? = nil, attempts: [RescheduleAttempt] = []
  ) {
    self.id = id
    self.slot = slot
    self.version = version
    self.desired = desired
    self.ended = ended
    self.previous = previous
    self.attempts = attempts
  }
}
