import Foundation
import HCL
import Jobs
import Lifecycle
import Synchronization

@testable import State

/// A folder of one test, with a state file in it.
struct StateDirectory: Sendable {
  let folder: URL
  var path: String { folder.appending(path: "state.sqlite").path }
  static let opener = StateOpener(bootID: "boot-1", version: "0.1.0")

  static func with<Result>(_ body: (StateDirectory) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hostler-state-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(StateDirectory(folder: folder))
  }

  /// Every file with its bytes.
  func files() throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      files[name] = try Data(contentsOf: folder.appending(path: name))
    }
    return files
  }

  func open(by opener: StateOpener = Self.opener) throws -> StateDatabase {
    try StateDatabase.open(path, by: opener)
  }

  /// Runs SQL on the file as another program would, and makes the file where there is none.
  func run(_ sql: String) throws {
    if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
    let connection = try SQLiteConnection(path, for: .writing)
    defer { connection.close() }
    try connection.execute(sql)
  }

  /// Runs a body with a store on the real file, and closes both.
  func withStore<Result>(
    clock: any StoreClock = MonotonicStoreClock(), faults: FaultyTarget.Faults = FaultyTarget.Faults(),
    observer: @escaping @Sendable (StoreHealth) -> Void = { _ in },
    _ body: (StateStore) async throws -> Result
  ) async throws -> Result {
    let database = try open()
    let target = FaultyTarget(database, faults)
    let store = try StateStore(
      target: target, core: StoreCore(index: database.index()), clock: clock, observer: observer)
    let result = try await body(store)
    try await store.close()
    database.close()
    return result
  }

  /// A state file with one job, an allocation that runs and one that has ended.
  func fill() async throws {
    try await withStore { store in
      store.place(
        [
          PlacedAllocation(id: "11111111-a", group: "web", index: 0),
          PlacedAllocation(id: "22222222-b", group: "web", index: 1),
        ], of: EncodedJob(Self.job, artifactBase: "/srv"))
      for (id, ended) in [("11111111-a", false), ("22222222-b", true)] {
        store.store(
          AllocationRecord(beganAt: Timestamp(nanosecondsSinceEpoch: 1_000_000_000), ended: ended), of: id)
        store.store(Self.record(ended: ended), of: "app", in: id)
      }
      await store.flush()
    }
  }

  /// A job with something of everything; `Fixtures/schema-1.sql` holds it too.
  static let job = Job(
    id: "site", type: .batch, nodePool: "default", datacenters: ["*"], meta: ["owner": "ops"],
    groups: [
      Job.Group(
        name: "web", count: 2, reschedule: .batch, shutdownDelay: .milliseconds(1500),
        tasks: [
          Job.Task(
            name: "app", driver: "raw_exec",
            config: LocatedValue(
              .object([
                LocatedValue.Entry(key: "command", value: LocatedValue(.string("${NOMAD_TASK_DIR}/run"))),
                LocatedValue.Entry(
                  key: "args",
                  value: LocatedValue(.list([LocatedValue(.number(42)), LocatedValue(.bool(true))]))),
              ]), range: range),
            env: ["LANG": "C"], lifecycle: LifecycleHook(.poststart, sidecar: true), killSignal: "SIGINT",
            resources: Resources(cpuMHz: 200, memoryMB: 64, memoryMaxMB: 128),
            templates: [Template(data: "x", destination: "local/x")],
            artifacts: [Artifact(source: "files/a", options: ["checksum": "md5:0"])],
            range: range)
        ])
    ])

  private static let range = SourceRange(
    file: "site.hcl", start: SourcePosition(line: 3, column: 5, byteOffset: 40),
    end: SourcePosition(line: 3, column: 15, byteOffset: 50))

  static func record(ended: Bool) -> TaskRecord {
    var state = TaskState()
    state.phase = ended ? .dead : .running
    state.failed = ended
    state.append(TaskEvent(.started, at: Timestamp(nanosecondsSinceEpoch: 2_000_000_000)))
    if ended {
      state.append(
        TaskEvent(
          .terminated, at: Timestamp(nanosecondsSinceEpoch: 3_000_000_000), details: ["exit_code": "7"]))
    }
    return TaskRecord(
      state: state, position: ended ? .complete : .running, invocation: Invocation(1),
      handle: ended ? nil : TaskHandle(driverState: [0, 0xAB, 0xFF], version: 2))
  }
}

/// A clock that stands still until a test moves it.
final class ManualClock: StoreClock {
  private let time = Mutex(Duration.zero)
  func now() -> Duration { time.withLock { $0 } }
  func blockingTime(until time: Duration) -> Duration? { nil }
  func advance(by duration: Duration) { time.withLock { $0 += duration } }
}

/// A real state file in front of which writing can be made to fail or to wait.
final class FaultyTarget: StateTarget {
  final class Faults: Sendable {
    private struct State {
      var failures: [StoreFailure] = []
      var failsAlways: StoreFailure?
      var batches: [StateBatch] = []
    }
    private let state = Mutex(State())
    func failAlways(_ failure: StoreFailure?) { state.withLock { $0.failsAlways = failure } }
    var batches: [StateBatch] { state.withLock { $0.batches } }
    func next(_ batch: StateBatch) -> StoreFailure? {
      state.withLock { state in
        if let failure = state.failsAlways { return failure }
        state.batches.append(batch)
        return nil
      }
    }
  }

  private let database: StateDatabase
  private let faults: Faults

  init(_ database: StateDatabase, _ faults: Faults) {
    self.database = database
    self.faults = faults
  }

  func write(_ batch: StateBatch) throws(StoreFailure) {
    if let failure = faults.next(batch) { throw failure }
    try database.write(batch)
  }
}
