import Foundation
import HCL
import Testing

@testable import DriverHost

/// A scripted driver in a process of its own.
struct IsolatedTestDriver {
  let driver: IsolatedDriver
  let log: TestLog

  init(
    config: String = "", deadlines: DriverDeadlines = DriverDeadlines(), isServing: Bool = true,
    path: String? = nil, program: String? = TestLibraries.program("hostler")
  ) async throws {
    log = TestLog()
    let connection = try HostConnection(executable: program, driver: "scripted", log: log.append)
    let library = try path ?? TestLibraries.library("scripted.c")
    let order = HostRequest.LibraryOrder(path: library, driver: "scripted")
    driver = try await IsolatedDriver.load(order, in: connection, deadlines: deadlines)
    try await driver.open(DriverPlaces())
    let schema = driver.descriptor.pluginSchema
    try await driver.configure(try schema.check(try located(config), subject: "plugin"))
    if isServing { try await driver.restoreComplete() }
  }

  func request(_ id: String, _ config: String = "") throws -> TaskRequest {
    try testRequest(id, config, schema: driver.descriptor.taskSchema)
  }

  @discardableResult
  func start(_ id: String, _ config: String = "") async throws -> StartedTask {
    try await driver.start(request(id, config))
  }
}

@Suite("A driver in a process of its own", .timeLimit(.minutes(1)))
struct IsolatedDriverTests {
  @Test("says the same of itself as in the agent's process")
  func descriptor() async throws {
    let own = try await TestDriver()
    let other = try await IsolatedTestDriver()
    var expected = own.driver.descriptor
    expected.isolation = .process
    expected.libraryPath = other.driver.descriptor.libraryPath
    #expect(other.driver.descriptor == expected)
    #expect(try await other.driver.fingerprint() == own.driver.fingerprint())
    await other.driver.close()
    await own.driver.close()
  }

  @Test("a task lives from start to destroy; its end is awaited without a thread in the host")
  func life() async throws {
    let test = try await IsolatedTestDriver()
    #expect(try await test.start("life/1") == StartedTask(handle: Array("life/1".utf8), handleVersion: 3))
    #expect(try await test.driver.inspect("life/1").state == .running)
    async let end = test.driver.waitForExit(of: "life/1")
    try await test.driver.stop("life/1", TaskStopRequest(signal: 15))
    let status = try await end
    #expect(status.exit == ExitStatus(code: 143, signal: 15))
    #expect(status.attributes == ["behaviour": "run"])
    try await test.driver.destroy("life/1", force: false)
    let error = try await requireDriverError { () async throws(DriverError) in
      try await test.driver.inspect("life/1")
    }
    #expect(error.kind == .notFound)
    await test.driver.close()
  }

  @Test("a configuration reaches the driver's getters unchanged")
  func configuration() async throws {
    let config = """
      behaviour = "echo"
      flag = false
      count = -7
      ratio = 2.5
      wait = "1m"
      limit = "1MiB"
      args = ["a", "", "grüße"]
      labels = { a = "b" }
      mount { source = "here" }
      port { number = 80 }
      port { number = 443 }
      """
    let own = try await TestDriver()
    let other = try await IsolatedTestDriver()
    let expected = try await own.start("echo/1", config)
    #expect(try await other.start("echo/1", config) == expected)
    await other.driver.close()
    await own.driver.close()
  }

  @Test("many requests are under way at a time, and each gets its own answer")
  func pipelining() async throws {
    let test = try await IsolatedTestDriver()
    try await withThrowingTaskGroup { group in
      for index in 0..<200 {
        group.addTask {
          let id = "many/\(index)"
          let handle = try await test.start(id, "behaviour = \"exit\"\nexit_code = \(index % 100)").handle
          #expect(handle == Array(id.utf8))
          #expect(try await test.driver.waitForExit(of: id).exit?.code == Int32(index % 100))
        }
      }
      try await group.waitForAll()
    }
    await test.driver.close()
  }

  @Test("when its process is killed, every call and wait ends with what happened")
  func killed() async throws {
    let test = try await IsolatedTestDriver()
    try await test.start("k/1")
    async let waiting = requireDriverError { () async throws(DriverError) in
      try await test.driver.waitForExit(of: "k/1")
    }
    async let blocked = requireDriverError {
      [request = try test.request("k/2", "behaviour = \"block\"")]
      () async throws(DriverError) in try await test.driver.start(request)
    }
    _ = try await test.driver.inspect("k/1")
    kill(test.driver.processID, SIGKILL)
    let errors = try await [waiting, blocked]
    #expect(errors.map(\.kind) == [.driverGone, .driverGone])
    #expect(errors.allSatisfy { $0.message.contains("signal 9 (SIGKILL)") })
    let later = try await requireDriverError { () async throws(DriverError) in
      try await test.driver.fingerprint()
    }
    #expect(later.kind == .driverGone)
    let cause = await test.driver.waitForEnd()?.cause
    #expect(cause == .ended(.signal(SIGKILL)))
  }

  @Test("a crash of the library at load is an error that names the signal, and nothing more")
  func crashAtLoad() async throws {
    let path = try TestLibraries.library("constructor.c", defining: ["MISTAKE=abort()"])
    let error = await #expect(throws: DriverLoadError.self) {
      _ = try await IsolatedTestDriver(path: path)
    }
    #expect(error?.problem == .hostEnded)
    #expect(error?.found.contains("SIG") == true, "\(String(describing: error))")
  }

  @Test("a library that is refused is refused for the same reason as in the agent's process")
  func refused() async throws {
    let path = try TestLibraries.library("not_a_driver.c")
    let error = await #expect(throws: DriverLoadError.self) {
      _ = try await IsolatedTestDriver(path: path)
    }
    #expect(error?.problem == .missingEntrySymbol)
  }

  @Test("a program that cannot be started, or is no driver host, is an error")
  func noHost() async throws {
    #expect(throws: SystemCallError.self) {
      _ = try HostConnection(executable: "/does/not/exist", driver: "x", log: { _ in })
    }
    let error = await #expect(throws: DriverLoadError.self) {
      _ = try await IsolatedTestDriver(program: "/bin/true")
    }
    #expect(error?.problem == .hostEnded)
  }
}
