import Foundation
import Jobs
import Lifecycle
import Synchronization
import Testing

@testable import State

/// The store with its thread, on real files.
@Suite("The store", .timeLimit(.minutes(2)))
struct StateStoreTests {
  private let full = StoreFailure(.diskFull, message: "database or disk is full")

  private func record(_ invocation: UInt32) -> TaskRecord {
    TaskRecord(state: TaskState(), position: .running, invocation: Invocation(invocation))
  }

  private func place(_ count: Int, in store: StateStore) {
    store.place(
      (0..<count).map { PlacedAllocation(id: "a\($0)", group: "web", index: $0) },
      of: EncodedJob(StateDirectory.job, artifactBase: "/srv"))
  }

  @Test("what was flushed is there when the file is opened again")
  func reopens() async throws {
    try await StateDirectory.with { directory in
      try await directory.fill()
      let contents = try StateReader.read(directory.path)
      let job = try #require(contents.jobs.first)
      #expect(job.job == StateDirectory.job && job.artifactBase == "/srv" && job.version == 0)
      #expect(job.allocations.map(\.id) == ["11111111-a", "22222222-b"])
      #expect(job.allocations.map { $0.record?.ended } == [false, true])
      #expect(job.allocations.flatMap(\.tasks).map(\.record) == [false, true].map(StateDirectory.record))
      #expect(job.allocations.flatMap(\.tasks).map(\.bootID) == ["boot-1", "boot-1"])
      let group = try #require(job.job.groups.first)
      #expect(job.allocations[0].restored(in: group).tasks == [StateDirectory.record(ended: false)])
      #expect(contents.meta["created_by"] == "0.1.0" && contents.meta["node_id"]?.count == 36)
    }
  }

  @Test("many who wait at once share a few commits")
  func groupCommit() async throws {
    try await StateDirectory.with { directory in
      try await directory.withStore { store in
        place(200, in: store)
        await store.flush()
        let before = store.counts.commits
        await withTaskGroup(of: Void.self) { group in
          for index in 0..<200 {
            group.addTask {
              store.store(record(1), of: "app", in: "a\(index)")
              await store.flush()
            }
          }
        }
        #expect(store.counts.commits - before < 40)
      }
      #expect(try StateReader.read(directory.path).jobs[0].allocations.flatMap(\.tasks).count == 200)
    }
  }

  @Test("nobody is told that a record is durable before it is")
  func acknowledgement() async throws {
    try await StateDirectory.with { directory in
      let faults = FaultyTarget.Faults()
      let clock = ManualClock()
      let (health, changes) = AsyncStream.makeStream(of: StoreHealth.self)
      try await directory.withStore(clock: clock, faults: faults, observer: { changes.yield($0) }) { store in
        var observed = health.makeAsyncIterator()
        faults.failAlways(full)
        place(1, in: store)
        store.store(record(1), of: "app", in: "a0")
        let flushed = Task { await store.flush() }
        // Time passes until the thread has tried.
        while store.counts.failedCommits == 0 {
          clock.advance(by: .milliseconds(1))
          store.wake()
          await Task.yield()
        }
        #expect(await observed.next() == .paused(full))
        #expect(store.health == .paused(full))
        store.store(record(2), of: "app", in: "a0")
        #expect(faults.batches.isEmpty)
        #expect(store.unwritten == 3)
        faults.failAlways(nil)
        clock.advance(by: .seconds(1))
        store.wake()
        await flushed.value
        #expect(await observed.next() == .writing)
        #expect(faults.batches.count == 1)
        let stored = try StateReader.read(directory.path).jobs[0].allocations[0].tasks[0].record
        #expect(stored == record(2))
      }
    }
  }

  @Test("a flush ends when its task is cancelled, without being told that anything is durable")
  func cancelled() async throws {
    try await StateDirectory.with { directory in
      let faults = FaultyTarget.Faults()
      let clock = ManualClock()
      try await directory.withStore(clock: clock, faults: faults) { store in
        place(1, in: store)
        let flushed = Task { await store.flush() }
        flushed.cancel()
        await flushed.value
        #expect(faults.batches.isEmpty)
        let late = Task {
          while !Task.isCancelled { await Task.yield() }
          await store.flush()
        }
        late.cancel()
        await late.value
      }
    }
  }

  @Test("closing while the disk is full says what was lost instead of waiting for ever")
  func closesWhilePaused() async throws {
    try await StateDirectory.with { directory in
      let database = try directory.open()
      let faults = FaultyTarget.Faults()
      faults.failAlways(full)
      let store = try StateStore(
        target: FaultyTarget(database, faults), core: StoreCore(), clock: ManualClock())
      place(1, in: store)
      await #expect(throws: StoreFailure.self) { try await store.close() }
      #expect(store.unwritten == 2)
      database.close()
    }
  }

  @Test("an allocation that is forgotten is gone with its tasks and its job")
  func forgets() async throws {
    try await StateDirectory.with { directory in
      try await directory.fill()
      try await directory.withStore { $0.remove(allocation: "22222222-b") }
      #expect(try StateReader.read(directory.path).jobs[0].allocations.map(\.id) == ["11111111-a"])
      try await directory.withStore { $0.remove(allocation: "11111111-a") }
      #expect(try StateReader.read(directory.path).jobs.isEmpty)
      // The definition comes back under the same number.
      try await directory.withStore { place(1, in: $0) }
      #expect(try StateReader.read(directory.path).jobs.map(\.version) == [0])
    }
  }

  @Test("an operator reads while an agent writes")
  func readsMeanwhile() async throws {
    try await StateDirectory.with { directory in
      try await directory.withStore { store in
        place(1, in: store)
        for invocation in 1...20 as ClosedRange<UInt32> {
          store.store(record(invocation), of: "app", in: "a0")
          await store.flush()
          let read = try StateReader.read(directory.path).jobs[0].allocations[0].tasks[0].record
          #expect(read.invocation.rawValue == invocation)
        }
      }
    }
  }

  @Test("every commit is synced, whatever the library's defaults are")
  func settings() async throws {
    try await StateDirectory.with { directory in
      let database = try directory.open()
      let settings = try database.shared.withLock { shared in
        (
          try shared.connection.text("PRAGMA journal_mode"),
          try shared.connection.integer("PRAGMA synchronous"),
          try shared.connection.integer("PRAGMA foreign_keys")
        )
      }
      #expect(settings == ("wal", 2, 1))
      database.close()
    }
  }

  @Test("what was acknowledged is there after kill -9")
  func killed() async throws {
    try await StateDirectory.with { directory in
      var acknowledged: [String: Int] = [:]
      for round in 1...5 {
        for line in try Self.killedWriter(directory, afterLines: 150 * round) {
          let words = line.split(separator: " ")
          guard words.count == 2, let number = Int(words[1]) else { continue }
          acknowledged[String(words[0])] = number
        }
        let contents = try StateReader.read(directory.path)
        let stored = Dictionary(
          uniqueKeysWithValues: contents.jobs.flatMap(\.allocations).map {
            ($0.id, Int($0.tasks.first?.record.invocation.rawValue ?? 0))
          })
        for (allocation, number) in acknowledged { #expect(stored[allocation] ?? 0 >= number) }
      }
      #expect(acknowledged.count == 8)
    }
  }

  /// Runs the writer, kills it when it has told enough, and gives back all its complete lines.
  private static func killedWriter(_ directory: StateDirectory, afterLines count: Int) throws -> [String] {
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let process = Process()
    process.executableURL = URL(filePath: program).deletingLastPathComponent().appending(path: "state-writer")
    process.arguments = [directory.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    var output = Data()
    while output.count(where: { $0 == UInt8(ascii: "\n") }) < count {
      let more = pipe.fileHandleForReading.availableData
      if more.isEmpty { break }
      output += more
    }
    kill(process.processIdentifier, SIGKILL)
    output += try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    var lines = String(decoding: output, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    lines.removeLast()
    return lines.map(String.init)
  }
}
