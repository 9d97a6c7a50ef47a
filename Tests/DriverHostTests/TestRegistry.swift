import Foundation
import HCL
import Synchronization
import Testing

@testable import DriverHost

/// A registry with a scripted driver, in this process or one of its own.
struct TestRegistry {
  let registry: DriverRegistry
  let log = TestLog()
  /// The driver's file.
  let path: String
  let isolation: DriverIsolation

  /// - Parameters:
  ///   - loads: whether the driver is loaded, with tasks of before asked for.
  ///   - config: the plugin block's config, as HCL.
  init(
    _ isolation: DriverIsolation, loads: Bool = true, config: String = "",
    deadlines: DriverDeadlines = DriverDeadlines()
  ) async throws {
    self.isolation = isolation
    path = try TestLibraries.copy(try TestLibraries.library("scripted.c"), as: "scripted.so")
    registry = DriverRegistry(deadlines: deadlines, log: log.append)
    guard loads else { return }
    #expect(await registry.load(try configuration(config)).map(\.description) == [])
    #expect(await registry.restoreComplete() == [])
  }

  func block(_ config: String = "") throws -> PluginBlock {
    PluginBlock(name: "scripted", path: path, isolation: isolation, config: try located(config))
  }

  func configuration(_ config: String = "", plugins: Bool = true) throws -> DriversConfiguration {
    var configuration = DriversConfiguration(plugins: plugins ? [try block(config)] : [])
    configuration.driverHostProgram = TestLibraries.program("hostler")
    return configuration
  }

  var driver: any Driver {
    get throws { try registry.driver(named: "scripted") }
  }

  /// The driver with what is behind it.
  var seat: ReplaceableDriver {
    get throws { try #require(try driver as? ReplaceableDriver) }
  }

  /// The process that the driver is in now; nil when it is in this one, or in none.
  var processID: Int32? {
    (try? seat.state.withLock { $0.current } as? IsolatedDriver)?.processID
  }

  /// Suspends until the driver can be asked about a task.
  func waitUntilServed(_ id: String) async throws {
    let seat = try seat
    while !seat.state.withLock({ $0.continuity.admits(id) }) {
      await seat.waitForChange { $0.continuity.admits(id) }
    }
  }

  /// Ends the driver's process.
  func killHost() throws { kill(try #require(processID), SIGKILL) }

  @discardableResult
  func start(_ id: String, _ config: String = "") async throws -> StartedTask {
    let driver = try driver
    return try await driver.start(
      try testRequest(id, config, schema: driver.descriptor.taskSchema))
  }

  /// Puts another library in place of the driver's file, as an installation does.
  func replaceFile(by library: String) throws {
    let copy = try TestLibraries.copy(library)
    #expect(rename(copy, path) == 0)
  }

  static func newVersion() throws -> String {
    try TestLibraries.library("scripted.c", defining: ["PLUGIN_VERSION=\"2.0.0\""])
  }
}

/// A request to find a task of before again.
func testRecovery(_ id: String, handle: String? = nil) -> RecoverRequest {
  RecoverRequest(
    taskID: id, handle: Array((handle ?? id).utf8), handleVersion: 3,
    logs: TaskLogs(directory: "/a/logs", stdoutName: "t.stdout", stderrName: "t.stderr"))
}

/// Said once, and then known.
actor Flag {
  private var isRaised = false
  private var waiters: [CheckedContinuation<Void, Never>] = []

  func raise() {
    isRaised = true
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  func wait() async {
    if isRaised { return }
    await withCheckedContinuation { waiters.append($0) }
  }
}
