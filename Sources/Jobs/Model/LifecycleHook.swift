/// When in the life of an allocation a task runs.
public struct LifecycleHook: Hashable, Sendable {
  /// The stage.
  public enum Stage: String, Hashable, Sendable, CaseIterable {
    case prestart, poststart, poststop
  }

  /// The stage the task belongs to.
  public var stage: Stage
  /// Whether the task stays beside the main tasks instead of ending by itself.
  public var sidecar: Bool

  /// Makes a hook from its parts.
  public init(_ stage: Stage, sidecar: Bool = false) {
    self.stage = stage
    self.sidecar = sidecar
  }
}
