public import Jobs

/// What the machine needs to know of a task group to run it.
public struct AllocationPlan: Hashable, Sendable {
  /// What the machine needs to know of a task.
  public struct Task: Hashable, Sendable {
    /// The task's name.
    public var name: String
    /// When it runs.
    public var stage: Stage
    /// Whether its end ends the others.
    public var leader: Bool
    /// The signal that asks it to end; nil for the driver's default.
    public var killSignal: String?
    /// How long it may take to end after the signal.
    public var killTimeout: Duration
    /// How long to wait before the signal.
    public var shutdownDelay: Duration
    /// What to do when it ends.
    public var restart: RestartPolicy
    /// Whether it is started again after it has ended with success.
    public var restartsOnSuccess: Bool
    /// The hooks that the shell has for it.
    public var hooks: HookKinds

    /// Makes a task from its parts.
    public init(
      name: String, stage: Stage = .main, leader: Bool = false, killSignal: String? = nil,
      killTimeout: Duration = .seconds(5), shutdownDelay: Duration = .zero,
      restart: RestartPolicy = .service, restartsOnSuccess: Bool = true, hooks: HookKinds = []
    ) {
      self.name = name
      self.stage = stage
      self.leader = leader
      self.killSignal = killSignal
      self.killTimeout = killTimeout
      self.shutdownDelay = shutdownDelay
      self.restart = restart
      self.restartsOnSuccess = restartsOnSuccess
      self.hooks = hooks
    }
  }

  /// The tasks, in file order; a ``TaskIndex`` is a place in this list.
  public var tasks: [Task]
  /// How long to wait before the tasks of the group are stopped.
  public var shutdownDelay: Duration
  /// How long the allocation may run; nil for as long as it likes.
  public var maxRunDuration: Duration?
  /// Seed of the jitter of restart delays; the shell takes it from a random source.
  public var seed: UInt64

  /// Makes a plan from its parts.
  public init(
    tasks: [Task], shutdownDelay: Duration = .zero, maxRunDuration: Duration? = nil, seed: UInt64 = 0
  ) {
    self.tasks = tasks
    self.shutdownDelay = shutdownDelay
    self.maxRunDuration = maxRunDuration
    self.seed = seed
  }

  /// Makes the plan of a group of a job.
  ///
  /// - Parameters:
  ///   - group: The group.
  ///   - jobType: The type of its job; decides what a successful exit means.
  ///   - maxKillTimeout: The longest `kill_timeout` that the agent allows.
  ///   - hooks: The hooks that the shell has for every task.
  ///   - seed: Seed of the jitter of restart delays.
  public init(
    group: Job.Group, jobType: JobType, maxKillTimeout: Duration = .seconds(30), hooks: HookKinds = [],
    seed: UInt64
  ) {
    self.init(
      tasks: group.tasks.map { task in
        let stage = Stage(task.lifecycle)
        return Task(
          name: task.name, stage: stage, leader: task.leader,
          killSignal: task.killSignal.isEmpty ? nil : task.killSignal,
          killTimeout: min(task.killTimeout, maxKillTimeout), shutdownDelay: task.shutdownDelay,
          restart: task.restart,
          restartsOnSuccess: stage == .main ? jobType.restartsOnSuccess : stage.isSidecar,
          hooks: hooks)
      },
      shutdownDelay: group.shutdownDelay, seed: seed)
  }
}
