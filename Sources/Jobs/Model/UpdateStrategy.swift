/// How a changed job replaces what runs.
public struct UpdateStrategy: Hashable, Sendable {
  /// How many allocations are replaced at a time; 0 for all at once and without watching.
  public var maxParallel: Int = 1
  /// How health is told: `checks`, `task_states` or `manual`.
  public var healthCheck: String = "checks"
  /// How long an allocation must be healthy before it counts.
  public var minHealthyTime: Duration = .seconds(10)
  /// How long an allocation may take to become healthy.
  public var healthyDeadline: Duration = .seconds(300)
  /// How long the whole may go without progress.
  public var progressDeadline: Duration = .seconds(600)
  /// Whether the last stable version comes back when this one fails.
  public var autoRevert: Bool = false
  /// Whether canaries are promoted when they are healthy.
  public var autoPromote: Bool = false
  /// How many allocations of the new version run beside the old ones first.
  public var canary: Int = 0
  /// The time between two migrations.
  public var stagger: Duration = .seconds(30)

  /// Makes the one of a job file that says nothing else.
  public init() {}
}

/// How allocations leave a host that is drained.
public struct MigrateStrategy: Hashable, Sendable {
  /// How many move at a time.
  public var maxParallel: Int = 1
  /// How health is told: `checks` or `task_states`.
  public var healthCheck: String = "checks"
  /// How long an allocation must be healthy before it counts.
  public var minHealthyTime: Duration = .seconds(10)
  /// How long an allocation may take to become healthy.
  public var healthyDeadline: Duration = .seconds(300)

  /// Makes the one of a job file that says nothing else.
  public init() {}
}

/// What happens to allocations of a host that the servers have lost; on one host that is never.
public struct DisconnectStrategy: Hashable, Sendable {
  /// How long an allocation is kept after the host was lost.
  public var lostAfter: Duration = .zero
  /// How long the host keeps it running by itself; nil for always.
  public var stopOnClientAfter: Duration? = nil
  /// Whether another one is started meanwhile.
  public var replaces: Bool = true
  /// Which one stays: `best_score`, `keep_original`, `keep_replacement` or `longest_running`.
  public var reconcile: String = "best_score"

  /// Makes the one of a job file that says nothing else.
  public init() {}
}
