public import HCL

extension Job {
  /// Tasks that are placed together and share an allocation directory.
  public struct Group: Hashable, Sendable {
    /// The group's name, unique within its job.
    public var name: String
    /// How many allocations of the group run at a time.
    public var count: Int
    /// Free-form pairs; win over the job's.
    public var meta: [String: String]
    /// What to do when one of the group's tasks ends.
    public var restart: RestartPolicy
    /// What to do when an allocation of the group fails; nil when the job type has none.
    public var reschedule: ReschedulePolicy?
    /// Disk that the allocation may use.
    public var ephemeralDisk: EphemeralDisk
    /// How long an allocation waits before it stops its tasks.
    public var shutdownDelay: Duration
    /// The tasks, in file order.
    public var tasks: [Task]
    /// What the host must be like.
    public var constraints: [Constraint] = []
    /// What the host should be like; kept, without effect on one host.
    public var affinities: [Affinity] = []
    /// What allocations are spread over; kept, without effect on one host.
    public var spreads: [Spread] = []
    /// The networks; at most one is of use.
    public var networks: [Network] = []
    /// The services that the group offers.
    public var services: [Service] = []
    /// The volumes that the group's tasks mount, by name.
    public var volumes: [String: VolumeRequest] = [:]
    /// How a changed group replaces what runs; nil when the job type has no such thing.
    public var update: UpdateStrategy?
    /// How allocations leave a host that is drained; nil when the job type has no such thing.
    public var migrate: MigrateStrategy?
    /// Between which counts the group may be scaled.
    public var scaling: Scaling?
    /// What happens when the host is lost; kept, without effect on one host.
    public var disconnect: DisconnectStrategy?
    /// An older way to say how long a lost allocation is kept; kept, without effect on one host.
    public var maxClientDisconnect: Duration?
    /// An older way to say when a lost host stops the allocation; kept, without effect on one host.
    public var stopAfterClientDisconnect: Duration?
    /// How long an allocation may run; kept, without effect.
    public var maxRunDuration: Duration?
    /// Whether a lost allocation has no other in its place; kept, without effect on one host.
    public var preventRescheduleOnLost: Bool?
    /// Consul settings, as written; without effect.
    public var consul: Value?

    /// Makes a group with the defaults of a job file that says nothing else.
    public init(
      name: String, count: Int = 1, meta: [String: String] = [:], restart: RestartPolicy = .service,
      reschedule: ReschedulePolicy? = nil, ephemeralDisk: EphemeralDisk = EphemeralDisk(),
      shutdownDelay: Duration = .zero, tasks: [Task] = []
    ) {
      self.name = name
      self.count = count
      self.meta = meta
      self.restart = restart
      self.reschedule = reschedule
      self.ephemeralDisk = ephemeralDisk
      self.shutdownDelay = shutdownDelay
      self.tasks = tasks
    }
  }
}
