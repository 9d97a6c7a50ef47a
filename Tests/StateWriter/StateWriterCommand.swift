import Glibc
import Jobs
import Lifecycle
import State

/// Stores records and tells on standard output which of them are durable, for a test that kills it:
///
///     state-writer PATH
///
/// Each line is an allocation and the number of the record that was acknowledged.
@main
struct StateWriterCommand {
  private static let writers = 8

  static func main() async throws {
    guard CommandLine.arguments.count == 2 else { exit(2) }
    let database = try StateDatabase.open(
      CommandLine.arguments[1], by: StateOpener(bootID: "boot", version: "test"))
    let store = try StateStore(target: database, core: StoreCore(index: database.index()))
    let allocations = (0..<writers).map { "allocation-\($0)" }
    let contents = try database.contents()
    if contents.jobs.isEmpty {
      store.place(
        allocations.enumerated().map { PlacedAllocation(id: $1, group: "g", index: $0) },
        of: EncodedJob(Job(id: "job"), artifactBase: "/"))
    }
    let known = contents.jobs.flatMap(\.allocations)
    await withTaskGroup(of: Void.self) { group in
      for allocation in allocations {
        let last = known.first { $0.id == allocation }?.tasks.first?.record.invocation ?? .none
        group.addTask { await keepWriting(to: allocation, of: store, after: last) }
      }
    }
  }

  private static func keepWriting(to allocation: String, of store: StateStore, after last: Invocation) async {
    var record = TaskRecord(state: TaskState(), position: .running, invocation: last)
    while true {
      record.invocation = record.invocation.next
      record.state.append(
        TaskEvent(.driverMessage, at: Timestamp(nanosecondsSinceEpoch: Int64(record.invocation.rawValue))))
      store.store(record, of: "task", in: allocation)
      await store.flush()
      let line = "\(allocation) \(record.invocation.rawValue)\n"
      if write(STDOUT_FILENO, line, line.utf8.count) < 0 { exit(1) }
    }
  }
}
