/// What a node must be like for a job, group, task or device.
public struct Constraint: Hashable, Sendable {
  /// What is looked at: `${attr.kernel.name}`, `${meta.rack}`.
  public var left: String = ""
  /// How it is compared: `=`, `!=`, `<`, `regexp`, `version`, `set_contains`, `distinct_hosts` and so on.
  public var comparison: String = "="
  /// What it is compared with.
  public var right: String = ""

  /// Makes the one of a job file that says nothing else.
  public init() {}
  /// Makes a constraint from its parts.
  public init(_ left: String, _ comparison: String, _ right: String = "") {
    self.left = left
    self.comparison = comparison
    self.right = right
  }
}

/// What a node should be like; on one host there is nothing to choose from.
public struct Affinity: Hashable, Sendable {
  /// What is looked at.
  public var left: String = ""
  /// How it is compared.
  public var comparison: String = "="
  /// What it is compared with.
  public var right: String = ""
  /// How much it counts, from -100 to 100.
  public var weight: Int = 50

  /// Makes the one of a job file that says nothing else.
  public init() {}
}

/// What allocations should be spread over; on one host there is nothing to choose from.
public struct Spread: Hashable, Sendable {
  /// What they are spread over.
  public var attribute: String = ""
  /// How much it counts, from 0 to 100.
  public var weight: Int = 50
  /// Which part of the allocations should go where.
  public var targets: [SpreadTarget] = []

  /// Makes the one of a job file that says nothing else.
  public init() {}
}

/// Which part of the allocations should be where an attribute has a value.
public struct SpreadTarget: Hashable, Sendable {
  /// The value.
  public var value: String = ""
  /// The part, in percent.
  public var percent: Int = 0

  /// Makes the one of a job file that says nothing else.
  public init() {}
}
