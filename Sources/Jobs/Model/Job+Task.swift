public import HCL

extension Job {
  /// One process or container of a group.
  public struct Task: Hashable, Sendable {
    /// The task's name, unique within its group.
    public var name: String
    /// The name of the driver that runs it.
    public var driver: String
    /// The driver's configuration as written; the driver's schema decides what is right.
    public var config: LocatedValue
    /// Environment variables, before interpolation.
    public var env: [String: String]
    /// The user to run as; empty for the driver's default.
    public var user: String
    /// Free-form pairs; win over the group's.
    public var meta: [String: String]
    /// When in the life of the allocation the task runs; nil for a main task.
    public var lifecycle: LifecycleHook?
    /// Whether the end of this task ends its siblings.
    public var leader: Bool
    /// How long a task may take to end after its kill signal.
    public var killTimeout: Duration
    /// The signal that asks the task to end; empty for the driver's default.
    public var killSignal: String
    /// How long to wait before the kill signal.
    public var shutdownDelay: Duration
    /// How output is kept.
    public var logs: LogConfiguration
    /// What the task may use.
    public var resources: Resources
    /// The restart policy of this task, the group's where the task has none of its own.
    public var restart: RestartPolicy
    /// Files made from text before the start.
    public var templates: [Template]
    /// Files fetched before the start.
    public var artifacts: [Artifact]
    /// What the host must be like.
    public var constraints: [Constraint] = []
    /// What the host should be like; kept, without effect on one host.
    public var affinities: [Affinity] = []
    /// The services that the task offers.
    public var services: [Service] = []
    /// The file in the task's `local` directory that a dispatch payload goes to; nil for none.
    public var dispatchPayload: String?
    /// Where the task has volumes of its group.
    public var volumeMounts: [VolumeMount] = []
    /// Commands that people can run in the task.
    public var actions: [TaskAction] = []
    /// The windows in which the task may run; kept, without effect.
    public var schedule: TaskSchedule?
    /// Limits for scaling what the task may use; kept, without effect.
    public var scalingPolicies: [Scaling] = []
    /// The kind of a mesh task.
    public var kind = ""
    /// The workload identity, as written; hostler issues none.
    public var identity: Value?
    /// Further workload identities, as written; hostler issues none.
    public var identities: Value?
    /// Vault settings, as written; hostler has no Vault.
    public var vault: Value?
    /// Consul settings, as written; without effect.
    public var consul: Value?
    /// Secrets of other systems, as written; hostler fetches none.
    public var secrets: Value?
    /// What makes the task a storage plugin, as written; hostler has none.
    public var storagePlugin: Value?
    /// Where the task was written, from `task` to its label.
    public var range: SourceRange?
    /// Where the driver's name was written.
    public var driverRange: SourceRange?

    /// Makes a task with the defaults of a job file that says nothing else.
    public init(
      name: String, driver: String, config: LocatedValue = LocatedValue(.object([])),
      env: [String: String] = [:], user: String = "", meta: [String: String] = [:],
      lifecycle: LifecycleHook? = nil, leader: Bool = false, killTimeout: Duration = .seconds(5),
      killSignal: String = "", shutdownDelay: Duration = .zero,
      logs: LogConfiguration = LogConfiguration(), resources: Resources = Resources(),
      restart: RestartPolicy = .service, templates: [Template] = [], artifacts: [Artifact] = [],
      range: SourceRange? = nil, driverRange: SourceRange? = nil
    ) {
      self.name = name
      self.driver = driver
      self.config = config
      self.env = env
      self.user = user
      self.meta = meta
      self.lifecycle = lifecycle
      self.leader = leader
      self.killTimeout = killTimeout
      self.killSignal = killSignal
      self.shutdownDelay = shutdownDelay
      self.logs = logs
      self.resources = resources
      self.restart = restart
      self.templates = templates
      self.artifacts = artifacts
      self.range = range
      self.driverRange = driverRange
    }
  }
}
