/// A device that a task asks for.
public struct Device: Hashable, Sendable {
  /// Its name: type, vendor/type or vendor/type/model.
  public var name: String = ""
  /// How many.
  public var count: Int = 1
  /// What it must be like.
  public var constraints: [Constraint] = []
  /// What it should be like.
  public var affinities: [Affinity] = []

  /// Makes the one of a job file that says nothing else.
  public init() {}
}

/// How a task's cores should be near each other.
public struct NUMA: Hashable, Sendable {
  /// `none`, `prefer` or `require`.
  public var affinity: String = ""
  /// Devices that should be near them.
  public var devices: [String] = []

  /// Makes the one of a job file that says nothing else.
  public init() {}
}
