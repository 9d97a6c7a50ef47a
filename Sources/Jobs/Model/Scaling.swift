public import HCL

/// Between which counts a group may be scaled.
public struct Scaling: Hashable, Sendable {
  /// The least.
  public var minimum: Int = 0
  /// The most.
  public var maximum: Int = 0
  /// Whether it may be.
  public var isEnabled: Bool = true
  /// `horizontal`, `vertical_cpu` or `vertical_mem`.
  public var type: String = "horizontal"
  /// What an autoscaler is told, as written.
  public var policy: Value? = nil

  /// Makes the one of a job file that says nothing else.
  public init() {}
}
