public import HCL

/// What a user submits: groups of tasks and how to keep them.
public struct Job: Hashable, Sendable {
  /// The job's identity; a second job with the same id replaces the first.
  public var id: String
  /// The name shown to people; the id unless the job file says otherwise.
  public var name: String
  /// What kind of work this is.
  public var type: JobType
  /// From 1 to 100; kept, without effect on one host.
  public var priority: Int
  /// Region the job asks for; kept, without effect on one host.
  public var region: String
  /// Node pool the job asks for, empty for the default one; kept, without effect on one host.
  public var nodePool: String
  /// Namespace of the job.
  public var namespace: String
  /// Datacenters the job may run in, none for any; kept, without effect on one host.
  public var datacenters: [String]
  /// Free-form pairs, visible to tasks as `NOMAD_META_key`.
  public var meta: [String: String]
  /// The task groups, in file order.
  public var groups: [Group]
  /// Whether all allocations are placed at once or none; kept, without effect on one host.
  public var allAtOnce = false
  /// What the host must be like.
  public var constraints: [Constraint] = []
  /// What the host should be like; kept, without effect on one host.
  public var affinities: [Affinity] = []
  /// What allocations are spread over; kept, without effect on one host.
  public var spreads: [Spread] = []
  /// How a changed job replaces what runs, for groups that say nothing else; nil where the job type has
  /// no such thing.
  public var update: UpdateStrategy?
  /// What the job says about rescheduling for all its groups, as written; groups have it with their own.
  public var reschedule: Value?
  /// What the job says about leaving a host for all its groups, as written; groups have it with their own.
  public var migrate: Value?
  /// When the job is started again and again.
  public var periodic: Periodic?
  /// How the job is dispatched with parameters.
  public var parameterized: Parameterized?
  /// What people are shown beside the job.
  public var description: JobDescription?
  /// The name that this version was given.
  public var versionTag: VersionTag?
  /// The job that this one was started from, by time or by dispatch; empty for none.
  public var parentID = ""
  /// Whether the job was dispatched with parameters.
  public var isDispatched = false
  /// The payload it was dispatched with, in base64.
  public var payload: String?
  /// What makes a second dispatch with the same token the same dispatch.
  public var idempotencyToken: String?

  /// Makes a job with the defaults of a job file that says nothing else.
  public init(
    id: String, name: String? = nil, type: JobType = .service, priority: Int = 50,
    region: String = "global", nodePool: String = "", namespace: String = "default",
    datacenters: [String] = [], meta: [String: String] = [:], groups: [Group] = []
  ) {
    self.id = id
    self.name = name ?? id
    self.type = type
    self.priority = priority
    self.region = region
    self.nodePool = nodePool
    self.namespace = namespace
    self.datacenters = datacenters
    self.meta = meta
    self.groups = groups
  }
}

/// The kind of work a job is; decides what a task's successful exit means.
public enum JobType: String, Hashable, Sendable, CaseIterable {
  /// Runs until stopped; a task that exits, with success too, is restarted.
  case service
  /// Runs to its end; a task that exits with success is finished.
  case batch
  /// A service that runs on every host.
  case system
  /// A batch that runs on every host.
  case sysbatch

  /// Whether a main task that exits with success is started again.
  public var restartsOnSuccess: Bool { self == .service || self == .system }
}

/// Disk that an allocation may use.
public struct EphemeralDisk: Hashable, Sendable {
  /// Size in MB (1024 × 1024 bytes).
  public var sizeMB: Int
  /// Whether data moves to the next allocation of the group.
  public var migrate: Bool
  /// Whether the next allocation should be placed where the data is.
  public var sticky: Bool

  /// Makes the disk of a job file that says nothing else.
  public init(sizeMB: Int = 300, migrate: Bool = false, sticky: Bool = false) {
    self.sizeMB = sizeMB
    self.migrate = migrate
    self.sticky = sticky
  }
}
