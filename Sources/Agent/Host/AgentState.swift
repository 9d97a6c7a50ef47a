public import Jobs
public import Lifecycle
public import Runner
public import State

extension StateStore: AllocationJournal {}

/// The state of an agent with a permanent data directory: the lock on the directory, and the store in it.
struct AgentState: Sendable {
  let store: StateStore
  private let database: StateDatabase
  private let lock: DataDirectoryLock
  private let bootID: String

  /// Locks the directory and opens its state. Blocks on the disk.
  init(
    in directory: DataDirectory, version: String, bootID: String,
    observer: @escaping @Sendable (StoreHealth) -> Void
  ) throws(AgentStartError) {
    lock = try DataDirectoryLock(of: directory.path)
    self.bootID = bootID
    let opener = StateOpener(bootID: bootID, version: version)
    do throws(StateError) {
      database = try StateDatabase.open(directory.statePath, by: opener)
      let core = StoreCore(index: try database.index())
      do {
        store = try StateStore(target: database, core: core, observer: observer)
      } catch {
        throw .notWritable(path: directory.statePath, reason: error.message)
      }
    } catch {
      lock.release()
      throw .state(error)
    }
  }

  /// The jobs of before, with their allocations. Blocks on the disk.
  func restorable() throws(StateError) -> RestorableState {
    let contents = try database.contents()
    var state = RestorableState(
      jobs: [], registrations: contents.registrations, indexCeiling: contents.indexCeiling,
      unreadable: contents.unreadable)
    for stored in contents.jobs {
      var job = RestorableJob(job: stored.job, artifactBase: stored.artifactBase, allocations: [])
      for allocation in stored.allocations {
        guard let group = stored.job.groups.first(where: { $0.name == allocation.group }) else {
          state.unreadable.append(
            UnreadableRecord(
              table: "allocations", key: allocation.id,
              reason: "its job has no group \"\(allocation.group)\""))
          continue
        }
        job.allocations.append(
          RestorableAllocation(
            identity: AllocationIdentity(
              id: allocation.id, job: stored.job, group: group, index: allocation.index),
            records: allocation.restored(in: group), placement: allocation.placement,
            isOfEarlierBoot: allocation.tasks.contains { $0.bootID != bootID }))
      }
      state.jobs.append(job)
    }
    return state
  }

  /// Writes what is left, closes the file and lets go of the directory.
  ///
  /// - Returns: Why something could not be written; nil when all was.
  func close() async -> StateError? {
    var failure: StateError?
    do {
      try await store.close()
    } catch {
      failure = .unwritten(path: database.path, changes: store.unwritten, reason: error.message)
    }
    await Task(executorPreference: DiskThreads.shared) { [database] in database.close() }.value
    lock.release()
    return failure
  }
}

/// What an agent of before has left in a data directory.
public struct RestorableState: Sendable {
  /// Its jobs, each definition with the allocations that were placed from it.
  public var jobs: [RestorableJob]
  /// The jobs that the agent was told to keep.
  public var registrations: [JobRegistration] = []
  /// Every index below this may have been given to a change.
  public var indexCeiling: UInt64 = 0
  /// What could not be read; the allocations concerned are not among the jobs, or lack a record.
  public var unreadable: [UnreadableRecord]
}

extension RestorableState {
  /// A job whose allocations were left before they had ended, with those only; nil when there is none. What
  /// ran under an earlier boot of the host is gone, and not gone on with.
  public func unfinished(jobID: String) -> RestorableJob? {
    for var job in jobs where job.job.id == jobID {
      job.allocations.removeAll { $0.hasEnded || $0.isOfEarlierBoot }
      if !job.allocations.isEmpty { return job }
    }
    return nil
  }
}

/// A job of before.
public struct RestorableJob: Sendable {
  /// The job, as it was when its allocations were placed.
  public var job: Job
  /// The folder that relative artifact sources are taken from.
  public var artifactBase: String
  /// Its allocations, those that have ended too.
  public var allocations: [RestorableAllocation]
}

/// An allocation that ran before, as it was recorded.
public struct RestorableAllocation: Sendable {
  /// Which allocation it is.
  public var identity: AllocationIdentity
  /// Its records.
  public var records: RestoredAllocation
  /// How it came to be; nil when that was not stored.
  public var placement: PlacementRecord?
  /// Whether a record was stored under an earlier boot of this host: what ran then is gone.
  public var isOfEarlierBoot: Bool

  /// Makes it from its parts.
  public init(
    identity: AllocationIdentity, records: RestoredAllocation, placement: PlacementRecord? = nil,
    isOfEarlierBoot: Bool = false
  ) {
    self.identity = identity
    self.records = records
    self.placement = placement
    self.isOfEarlierBoot = isOfEarlierBoot
  }

  /// Whether the allocation is over: it is kept only to be looked at.
  public var hasEnded: Bool { records.allocation?.ended ?? false }
}
