import HCL
import Synchronization
import Testing

@testable import DriverHost

/// A scripted driver, open and configured, in a copy of its library that nothing else uses.
struct TestDriver {
  let driver: LoadedDriver
  let log: TestLog

  /// - Parameters:
  ///   - config: the plugin block's config, as HCL.
  ///   - isServing: whether restoring is over.
  init(
    config: String = "", deadlines: DriverDeadlines = DriverDeadlines(), isServing: Bool = true,
    pool: BlockingCallPool = BlockingCallPool()
  ) async throws {
    let path = try TestLibraries.copy(try TestLibraries.library("scripted.c"))
    let check = LibraryCheck(path: path, driver: "scripted", sha256: nil)
    let library = try #require(try DriverLibrary.load(check))
    let log = TestLog()
    let descriptor = try #require(library.drivers.first)
    driver = try library.open(descriptor, deadlines: deadlines, log: log.append)
    self.log = log
    try await driver.configure(try descriptor.pluginSchema.check(try located(config), subject: "plugin"))
    if isServing { try await driver.restoreComplete() }
  }

  /// A request to start a task.
  func request(
    _ id: String, _ config: String = "", environment: [String] = []
  ) throws -> TaskRequest {
    try testRequest(id, config, environment: environment, schema: driver.descriptor.taskSchema)
  }

  /// Starts a task.
  @discardableResult
  func start(_ id: String, _ config: String = "") async throws -> StartedTask {
    try await driver.start(request(id, config))
  }

  /// The error that a start ends with.
  func startError(_ id: String, _ config: String) async throws -> DriverError {
    let request = try request(id, config)
    return try await requireDriverError { () async throws(DriverError) in try await driver.start(request) }
  }
}

/// A request to start a task.
func testRequest(
  _ id: String, _ config: String = "", environment: [String] = [], schema: ConfigurationSchema
) throws -> TaskRequest {
  TaskRequest(
    taskID: id, allocationID: "a", jobID: "j", jobName: "j", groupName: "g", taskName: "t",
    environment: environment,
    directories: TaskRequest.Directories(
      allocation: "/a", task: "/a/t", local: "/a/t/local", secrets: "/a/t/secrets", temporary: "/a/t/tmp"),
    logs: TaskLogs(directory: "/a/logs", stdoutName: "t.stdout", stderrName: "t.stderr"),
    configuration: try schema.check(try located(config), subject: "task"))
}

/// The error that a call of a driver ends with.
func requireDriverError<Value>(
  _ body: () async throws(DriverError) -> Value
) async throws -> DriverError {
  do throws(DriverError) { _ = try await body() } catch { return error }
  throw TestLibraries.BuildError(description: "the call went well")
}

/// What drivers logged.
final class TestLog: Sendable {
  fileprivate struct State {
    var messages: [DriverLogMessage] = []
    var waiters: [(text: String, count: Int, waiter: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  @Sendable func append(_ message: DriverLogMessage) {
    let ready = state.withLock { state in
      state.messages.append(message)
      let known = state
      state.waiters.removeAll { known.holds($0.text, $0.count) }
      return known.waiters.filter { known.holds($0.text, $0.count) }.map(\.waiter)
    }
    for waiter in ready { waiter.resume() }
  }

  var texts: [String] { state.withLock { $0.messages.map(\.text) } }

  /// Suspends until something with this text was logged so many times.
  func wait(for text: String, times count: Int = 1) async {
    await withCheckedContinuation { waiter in
      let isThere = state.withLock { state in
        if state.holds(text, count) { return true }
        state.waiters.append((text, count, waiter))
        return false
      }
      if isThere { waiter.resume() }
    }
  }
}

extension TestLog.State {
  fileprivate func holds(_ text: String, _ count: Int) -> Bool {
    messages.count { $0.text.contains(text) } >= count
  }
}

/// What stands in a block, with its places.
func located(_ text: String) throws -> LocatedValue? {
  let file = try ParsedFile(SourceFile(name: "test.hcl", bytes: Array("config {\n\(text)\n}\n".utf8)))
  let collector = DiagnosticCollector(source: file.source, diagnostics: file.diagnostics)
  // What is not known before the task runs stays as it is written.
  let context = EvaluationContext(undefinedVariable: { .string("${" + $0 + "}") })
  var decoder = BodyDecoder(
    file.body, owner: "file", headerSpan: SourceSpan(start: 0, end: 0), context: context, collector: collector
  )
  let value = decoder.located("config")
  guard collector.diagnostics.isEmpty else { throw DiagnosticsError(collector.diagnostics) }
  return value
}

/// A generator whose numbers follow from its seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
