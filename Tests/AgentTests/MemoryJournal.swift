import Agent
import Jobs
import Lifecycle
import Runner
import Synchronization

/// Keeps the records of allocations in memory, as a store on disk would, for an agent that is started
/// again.
final class MemoryJournal: AllocationJournal {
  private struct Records {
    var allocation: AllocationRecord?
    var tasks: [String: TaskRecord] = [:]
  }

  private let records = Mutex<[String: Records]>([:])

  func store(_ record: TaskRecord, of task: String, in allocation: String) {
    records.withLock { $0[allocation, default: Records()].tasks[task] = record }
  }

  func store(_ record: AllocationRecord, of allocation: String) {
    records.withLock { $0[allocation, default: Records()].allocation = record }
  }

  func flush() async {}

  /// What was stored of an allocation.
  func restorable(_ identity: AllocationIdentity) -> RestorableAllocation {
    let stored = records.withLock { $0[identity.id] ?? Records() }
    return RestorableAllocation(
      identity: identity,
      records: RestoredAllocation(
        allocation: stored.allocation, tasks: identity.group.tasks.map { stored.tasks[$0.name] }))
  }
}
