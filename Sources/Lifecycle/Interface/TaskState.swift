/// What can be seen of a task from outside.
public struct TaskState: Hashable, Sendable {
  /// The three states that clients know.
  public enum Phase: String, Hashable, Sendable, CaseIterable {
    /// Waits to be started, for the first time or again.
    case pending
    /// Its process runs.
    case running
    /// Does not run, and will not by itself.
    case dead
  }

  /// How many of its newest events a task keeps.
  public static let keptEvents = 50

  /// Where the task is.
  public var phase: Phase
  /// Whether the task failed.
  public var failed: Bool
  /// How often it was started again.
  public var restarts: Int
  /// When it was last decided to start it again.
  public var lastRestart: Timestamp?
  /// When it first ran.
  public var startedAt: Timestamp?
  /// When it became dead.
  public var finishedAt: Timestamp?
  /// The newest events, oldest first; at most ``keptEvents``.
  public private(set) var events: [TaskEvent]

  /// Makes the state of a task that has not run.
  public init() {
    phase = .pending
    failed = false
    restarts = 0
    events = []
  }

  /// Adds an event, and drops the oldest when there are too many.
  public mutating func append(_ event: TaskEvent) {
    if events.count >= Self.keptEvents { events.removeFirst(events.count - Self.keptEvents + 1) }
    events.append(event)
  }

  /// Puts events back that were stored.
  public mutating func restore(events: [TaskEvent]) {
    self.events = Array(events.suffix(Self.keptEvents))
  }
}

/// What clients know of the whole allocation.
public enum ClientStatus: String, Hashable, Sendable, CaseIterable {
  case pending, running, complete, failed

  /// The status in words.
  var sentence: String {
    switch self {
    case .failed: "Failed tasks"
    case .running: "Tasks are running"
    case .pending: "No tasks have started"
    case .complete: "All tasks have completed"
    }
  }
}
