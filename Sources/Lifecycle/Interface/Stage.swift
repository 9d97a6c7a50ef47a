public import Jobs

/// When in the life of an allocation a task runs.
public enum Stage: UInt8, Hashable, Sendable, CaseIterable {
  /// Runs to its end before the main tasks start.
  case prestart
  /// Starts before the main tasks and stays beside them.
  case prestartSidecar
  /// A task without a lifecycle block.
  case main
  /// Starts when the main tasks have, and runs to its end.
  case poststart
  /// Starts when the main tasks have, and stays beside them.
  case poststartSidecar
  /// Runs when every other task has ended.
  case poststop

  /// The stage that a task's `lifecycle` block names; main without one.
  public init(_ hook: LifecycleHook?) {
    switch (hook?.stage, hook?.sidecar) {
    case (nil, _): self = .main
    case (.prestart, true): self = .prestartSidecar
    case (.prestart, _): self = .prestart
    case (.poststart, true): self = .poststartSidecar
    case (.poststart, _): self = .poststart
    case (.poststop, _): self = .poststop
    }
  }

  /// Whether the task stays beside the main tasks instead of ending by itself.
  public var isSidecar: Bool { self == .prestartSidecar || self == .poststartSidecar }
}
