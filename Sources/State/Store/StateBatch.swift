public import Jobs
package import Lifecycle

/// What is written in one transaction: the newest of everything that was stored since the one before.
///
/// A record replaces an older one of the same task or allocation, so a batch is never larger than what
/// there is, however long it has to wait.
public struct StateBatch: Sendable {
  /// Which version of which job.
  public struct JobKey: Hashable, Sendable {
    /// The job's namespace.
    public var namespace: String
    /// The job's id.
    public var id: String
    /// From 0, rising with each definition of the job that differs from the one before.
    public var version: Int
  }

  /// A definition of a job, encoded.
  public struct Definition: Hashable, Sendable {
    /// What kind of work the job is.
    public var type: JobType
    /// The folder that relative artifact sources are taken from.
    public var artifactBase: String
    /// The encoded job.
    public var bytes: [UInt8]
    /// A digest of the two before.
    public var digest: [UInt8]
  }

  /// A new allocation.
  public struct Placement: Hashable, Sendable {
    /// The allocation's id.
    public var id: String
    /// What it was placed from.
    public var job: JobKey
    /// The name of its group.
    public var group: String
    /// Its place among the group's allocations.
    public var index: Int
    /// How it came to be.
    public var record: PlacementRecord?
  }

  package struct TaskKey: Hashable, Sendable {
    package var allocation: String
    package var task: String

    package init(allocation: String, task: String) {
      self.allocation = allocation
      self.task = task
    }
  }

  /// New definitions of jobs.
  package internal(set) var definitions: [(key: JobKey, definition: Definition)] = []
  /// New allocations, in the order in which they were placed.
  package internal(set) var placements: [Placement] = []
  package internal(set) var allocations: [String: AllocationRecord] = [:]
  package internal(set) var tasks: [TaskKey: TaskRecord] = [:]
  /// Allocations that are to be forgotten with everything that belongs to them.
  package internal(set) var removals: Set<String> = []
  /// Definitions that no allocation needs any more.
  package internal(set) var obsoleteDefinitions: Set<JobKey> = []

  /// Jobs to keep; nil for one that is to be forgotten.
  var registrations: [Lifecycle.JobKey: JobRegistration?] = [:]
  /// Every index below this may have been given to a change.
  var indexCeiling: UInt64?

  /// How many rows are written or removed.
  public var changes: Int {
    definitions.count + placements.count + allocations.count + tasks.count + removals.count
      + obsoleteDefinitions.count + registrations.count + (indexCeiling == nil ? 0 : 1)
  }

  var isEmpty: Bool { changes == 0 }

  mutating func remove(_ allocation: String) {
    placements.removeAll { $0.id == allocation }
    allocations[allocation] = nil
    for key in tasks.keys where key.allocation == allocation { tasks[key] = nil }
    // It may have been written before, or be in a batch that is being written.
    removals.insert(allocation)
  }

  /// Puts the changes of a later batch on top of this one.
  mutating func merge(_ later: StateBatch) {
    for allocation in later.removals { remove(allocation) }
    for key in later.obsoleteDefinitions {
      definitions.removeAll { $0.key == key }
      obsoleteDefinitions.insert(key)
    }
    definitions += later.definitions
    placements += later.placements
    allocations.merge(later.allocations) { $1 }
    tasks.merge(later.tasks) { $1 }
    registrations.merge(later.registrations) { $1 }
    indexCeiling = later.indexCeiling ?? indexCeiling
  }
}
