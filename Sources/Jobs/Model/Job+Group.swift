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
    /// What the job file says beyond this model; checked and kept, without effect.
    public var kept: [KeptSetting]

    /// Makes a group with the defaults of a job file that says nothing else.
    public init(
      name: String, count: Int = 1, meta: [String: String] = [:], restart: RestartPolicy = .service,
      reschedule: ReschedulePolicy? = nil, ephemeralDisk: EphemeralDisk = EphemeralDisk(),
      shutdownDelay: Duration = .zero, tasks: [Task] = [], kept: [KeptSetting] = []
    ) {
      self.name = name
      self.count = count
      self.meta = meta
      self.restart = restart
      self.reschedule = reschedule
      self.ephemeralDisk = ephemeralDisk
      self.shutdownDelay = shutdownDelay
      self.tasks = tasks
      self.kept = kept
    }
  }
}
