public import Jobs
public import Lifecycle

/// Everything that a state file holds.
public struct StateContents: Sendable {
  /// The number of the file's schema.
  public var schema = 0
  /// Facts about the file: `node_id`, `created_by`, `last_opened_by`.
  public var meta: [String: String] = [:]
  /// The definitions of jobs with their allocations, in the order of their names.
  public var jobs: [StoredJob] = []
  /// The jobs that the agent was told to keep, in the order of their keys.
  public var registrations: [JobRegistration] = []
  /// Every index below this may have been given to a change.
  public var indexCeiling: UInt64 = 0
  /// What could not be read, although the file itself is sound.
  public var unreadable: [UnreadableRecord] = []

  /// Makes contents of nothing.
  public init() {}
}

/// One definition of a job, and the allocations that were placed from it.
public struct StoredJob: Hashable, Sendable {
  /// The job.
  public var job: Job
  /// From 0, rising with each definition that differs from the one before.
  public var version: Int
  /// The folder that relative artifact sources are taken from.
  public var artifactBase: String
  /// The allocations, in the order of groups and places.
  public var allocations: [StoredAllocation]

  /// Makes a stored job from its parts.
  public init(job: Job, version: Int, artifactBase: String, allocations: [StoredAllocation]) {
    self.job = job
    self.version = version
    self.artifactBase = artifactBase
    self.allocations = allocations
  }
}

/// What is stored of an allocation.
public struct StoredAllocation: Hashable, Sendable {
  /// Its id.
  public var id: String
  /// The name of its group.
  public var group: String
  /// Its place among the group's allocations.
  public var index: Int
  /// Its record; nil when it was placed and never began.
  public var record: AllocationRecord?
  /// How it came to be; nil when that was not stored.
  public var placement: PlacementRecord?
  /// Its tasks that have a record, in the order of their names.
  public var tasks: [StoredTask]

  /// Makes a stored allocation from its parts.
  public init(
    id: String, group: String, index: Int, record: AllocationRecord? = nil,
    placement: PlacementRecord? = nil, tasks: [StoredTask] = []
  ) {
    self.id = id
    self.group = group
    self.index = index
    self.record = record
    self.placement = placement
    self.tasks = tasks
  }

  /// What the core restores the allocation from.
  ///
  /// - Parameter group: The allocation's group: tells the order of the tasks.
  public func restored(in group: Job.Group) -> RestoredAllocation {
    RestoredAllocation(
      allocation: record,
      tasks: group.tasks.map { task in tasks.first { $0.name == task.name }?.record })
  }
}

/// What is stored of a task.
public struct StoredTask: Hashable, Sendable {
  /// Its name.
  public var name: String
  /// Its record.
  public var record: TaskRecord
  /// The boot under which the record was stored.
  public var bootID: String

  /// Makes a stored task from its parts.
  public init(name: String, record: TaskRecord, bootID: String) {
    self.name = name
    self.record = record
    self.bootID = bootID
  }
}

/// A record that could not be read.
public struct UnreadableRecord: Hashable, Sendable, CustomStringConvertible {
  /// The table it stands in.
  public var table: String
  /// Which of the table's records it is.
  public var key: String
  /// What is wrong with it.
  public var reason: String

  /// Makes it from its parts.
  public init(table: String, key: String, reason: String) {
    self.table = table
    self.key = key
    self.reason = reason
  }

  /// A phrase for a person.
  public var description: String { "the record in \(table) of \(key) cannot be read: \(reason)" }
}
