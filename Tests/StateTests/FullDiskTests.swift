import Foundation
import Jobs
import Lifecycle
import Testing

@testable import State

/// A disk that is really full.
@Suite("A full disk", .timeLimit(.minutes(2)))
struct FullDiskTests {
  @Test(
    "records wait in memory until there is room, and are then all there",
    .enabled(if: SmallDisk.isAvailable, "needs the right to mount"))
  func full() async throws {
    try await SmallDisk.with { disk in
      let path = disk.folder.appending(path: "state.sqlite").path
      let database = try StateDatabase.open(path, by: StateDirectory.opener)
      let (health, changes) = AsyncStream.makeStream(of: StoreHealth.self)
      let store = try StateStore(
        target: database,
        core: StoreCore(
          timing: StoreCore.Timing(firstRetry: .milliseconds(5), longestRetry: .milliseconds(20)))
      ) { changes.yield($0) }
      var observed = health.makeAsyncIterator()
      store.place(
        (0..<100).map { PlacedAllocation(id: "a\($0)", group: "web", index: $0) },
        of: EncodedJob(StateDirectory.job, artifactBase: "/"))
      await store.flush()
      try disk.fill()
      // More than what the log has room for already.
      let records = (0..<100).map { index in
        var record = StateDirectory.record(ended: false)
        record.handle = TaskHandle(driverState: [UInt8](repeating: UInt8(index), count: 1500))
        store.store(record, of: "app", in: "a\(index)")
        return record
      }
      let flushed = Task { await store.flush() }
      guard case .paused(let failure) = await observed.next() else {
        Issue.record("the disk is full and nobody notices")
        return
      }
      #expect(failure.kind == .diskFull, "\(failure)")
      #expect(store.unwritten == 100)
      try disk.empty()
      await flushed.value
      #expect(await observed.next() == .writing)
      #expect(store.counts.failedCommits > 0)
      try await store.close()
      let tasks = try database.contents().jobs[0].allocations.flatMap(\.tasks)
      #expect(tasks.map(\.record) == records)
      database.close()
    }
  }

  @Test(
    "a state file on a file system that is read-only is read, and not opened for writing",
    .enabled(if: SmallDisk.isAvailable, "needs the right to mount"))
  func readOnly() async throws {
    try await SmallDisk.with { disk in
      let directory = StateDirectory(folder: disk.folder)
      try await directory.fill()
      try disk.makeReadOnly()
      #expect(try StateReader.read(directory.path).jobs.count == 1)
      let error = #expect(throws: StateError.self) { _ = try directory.open() }
      guard case .notWritable = error else {
        Issue.record("\(error.map { "\($0)" } ?? "")")
        return
      }
    }
  }
}
