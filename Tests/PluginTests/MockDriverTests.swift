import CHostlerDriver
import Foundation
import Testing

/// The mock driver behaves, and fails, as its configuration says.
@Suite("mock_driver", .enabled(if: TestSystem.canLoadDrivers))
struct MockDriverTests {
  let driver: LoadedDriver
  let directory: TaskDirectory
  let id = UUID().uuidString + "/task/00000001"

  init() throws {
    driver = try LoadedDriver("mock_driver")
    directory = try TaskDirectory()
  }

  @Test("a task without any field ends at once and well")
  func plain() throws {
    try driver.start(id, in: directory, [:])
    let end = try driver.end(of: id)
    #expect(end.state == Int(HOSTLER_TASK_EXITED) && end.code == 0 && end.signal == 0 && end.message.isEmpty)
    try driver.destroy(id)
  }

  @Test("exit code, signal and message are those of the configuration")
  func exits() throws {
    try driver.start(
      id, in: directory,
      ["run_for": .milliseconds(5), "exit_code": .integer(3), "exit_err_msg": .text("it broke")])
    let end = try driver.end(of: id)
    #expect(end.code == 3 && end.message == "it broke")
    #expect(end.exitedAt - end.startedAt >= 5_000_000)
    try driver.start("signal", in: directory, ["exit_signal": .integer(9)])
    let signalled = try driver.end(of: "signal")
    #expect(signalled.signal == 9 && signalled.code == 137)
  }

  @Test("a start error is recoverable or not, as asked for", arguments: [false, true])
  func startErrors(recoverable: Bool) throws {
    let failure = #expect(throws: LoadedDriver.Failure.self) {
      try driver.start(
        id, in: directory, ["start_error": .text("boom"), "start_error_recoverable": .bool(recoverable)])
    }
    #expect(failure?.description == "boom")
    #expect(failure?.status == Int(recoverable ? HOSTLER_ERROR_RECOVERABLE : HOSTLER_ERROR))
    #expect(throws: LoadedDriver.Failure.self) { try driver.inspect(id) }
  }

  @Test("a start can take its time")
  func startBlocks() throws {
    let before = DispatchTime.now().uptimeNanoseconds
    try driver.start(id, in: directory, ["start_block_for": .milliseconds(30)])
    #expect(DispatchTime.now().uptimeNanoseconds - before >= 30_000_000)
  }

  @Test("asked to stop, a task ends at once, or after kill_after")
  func stops() throws {
    try driver.start("quick", in: directory, ["run_for": .milliseconds(3_600_000), "exit_code": .integer(4)])
    #expect(try driver.inspect("quick").state == Int(HOSTLER_TASK_RUNNING))
    try driver.stop("quick", signal: SIGTERM)
    #expect(try driver.end(of: "quick").code == 4)
    try driver.start(
      "slow", in: directory, ["run_for": .milliseconds(3_600_000), "kill_after": .milliseconds(20)])
    try driver.stop("slow")
    let end = try driver.end(of: "slow")
    #expect(end.exitedAt - end.startedAt >= 20_000_000)
    // Stopping what has ended changes nothing.
    try driver.stop("slow", force: true)
    #expect(try driver.end(of: "slow") == end)
  }

  @Test("a task that refuses to die goes on until it is forced")
  func refusesToDie() throws {
    try driver.start(
      id, in: directory, ["run_for": .milliseconds(3_600_000), "refuses_to_die": .bool(true)])
    let descriptor = try driver.wait(id)
    defer { close(descriptor) }
    try driver.stop(id)
    #expect(try !LoadedDriver.isReadable(descriptor, withinMilliseconds: 0))
    #expect(try driver.inspect(id).state == Int(HOSTLER_TASK_RUNNING))
    let refused = #expect(throws: LoadedDriver.Failure.self) { try driver.destroy(id) }
    #expect(refused?.status == Int(HOSTLER_STILL_RUNNING))
    try driver.stop(id, force: true)
    #expect(try driver.end(of: id).state == Int(HOSTLER_TASK_EXITED))
    try driver.destroy(id)
  }

  @Test("signals are taken, or fail with the error asked for")
  func signals() throws {
    try driver.start("takes", in: directory, ["run_for": .milliseconds(3_600_000)])
    try driver.signal("takes", SIGUSR1)
    try driver.start(
      "fails", in: directory,
      ["run_for": .milliseconds(3_600_000), "signal_error": .text("no signals today")])
    let failure = #expect(throws: LoadedDriver.Failure.self) { try driver.signal("fails", SIGUSR1) }
    #expect(failure?.description == "no signals today")
  }

  @Test("output is written once and then as often as asked for, in rotated files")
  func output() throws {
    try driver.start(
      id, in: directory,
      [
        "run_for": .milliseconds(3_600_000), "stdout_string": .text("abc"), "stdout_repeat": .integer(3),
        "stdout_repeat_duration": .milliseconds(1), "stderr_string": .text("error"),
      ], maximumFileBytes: 4, maximumFiles: 2)
    let watch = TestSystem.watch(directory: directory.logs)
    defer { close(watch) }
    while try directory.logFiles("stdout").last.map({ $0.number == 2 && $0.bytes == 4 }) != true {
      try #require(try LoadedDriver.isReadable(watch, withinMilliseconds: 30_000))
      var events = [UInt8](repeating: 0, count: 4096)
      _ = read(watch, &events, events.count)
    }
    #expect(try directory.logFiles("stdout").map(\.number) == [1, 2])
    #expect(try directory.log("stdout", 1) + directory.log("stdout", 2) == "bcabcabc")
    #expect(try directory.log("stderr", 0) + directory.log("stderr", 1) == "error")
    try driver.destroy(id, force: true)
  }

  @Test("it reports an address and ports")
  func network() throws {
    let started = try driver.start(
      id, in: directory, ["driver_ip": .text("10.1.2.3"), "driver_port_map": .text("http:8080,db:5432")])
    #expect(started.address == "10.1.2.3")
    #expect(started.ports == ["http": "8080", "db": "5432"])
    #expect(try driver.start("none", in: directory, [:]).address == nil)
    #expect(throws: LoadedDriver.Failure.self) {
      try driver.start("odd", in: directory, ["driver_ip": .text("::1"), "driver_port_map": .text("http")])
    }
  }

  @Test("a task goes on in another instance, and ends when it would have")
  func recovers() throws {
    let started = try driver.start(
      id, in: directory,
      ["run_for": .milliseconds(3_600_000), "exit_code": .integer(6), "exit_err_msg": .text("a\nb c")])
    let other = try LoadedDriver("mock_driver")
    let found = try other.recover(id, handle: started.handle, version: started.version, in: directory)
    #expect(found.state == Int(HOSTLER_TASK_RUNNING))
    #expect(try found.startedAt == driver.inspect(id).startedAt)
    try other.stop(id)
    let end = try other.end(of: id)
    #expect(end.code == 6 && end.message == "a\nb c")
    // One that ended meanwhile.
    let short = try driver.start(
      "short", in: directory, ["run_for": .milliseconds(1), "exit_code": .integer(2)])
    _ = try driver.end(of: "short")
    #expect(try other.recover("short", handle: short.handle, in: directory).code == 2)
    let never = #expect(throws: LoadedDriver.Failure.self) {
      try other.recover("never", handle: [], in: directory)
    }
    #expect(never?.status == Int(HOSTLER_NOT_FOUND))
    #expect(throws: LoadedDriver.Failure.self) { try other.recover("odd", handle: [1, 2, 3], in: directory) }
  }

  @Test("the driver can pretend to be gone, until the task is recovered")
  func pluginExits() throws {
    let started = try driver.start(
      id, in: directory, ["run_for": .milliseconds(3_600_000), "plugin_exit_after": .milliseconds(5)])
    let failure = #expect(throws: LoadedDriver.Failure.self) { try driver.end(of: id) }
    #expect(failure?.status == Int(HOSTLER_ERROR_RECOVERABLE))
    let found = try driver.recover(id, handle: started.handle, version: started.version, in: directory)
    #expect(found.state == Int(HOSTLER_TASK_RUNNING))
    try driver.destroy(id, force: true)
  }

  @Test("its health changes after a time and comes back, and the descriptor tells")
  func health() throws {
    let steady = try driver.fingerprint()
    #expect(steady.health == Int(HOSTLER_HEALTH_HEALTHY))
    #expect(try !LoadedDriver.isReadable(steady.changed, withinMilliseconds: 0))
    let sick = try LoadedDriver(
      "mock_driver",
      plugin: ["shutdown_periodic_after": .milliseconds(10), "shutdown_periodic_duration": .milliseconds(10)])
    let changed = try sick.fingerprint().changed
    #expect(try LoadedDriver.isReadable(changed, withinMilliseconds: 30_000))
    #expect(try sick.fingerprint().health == Int(HOSTLER_HEALTH_UNHEALTHY))
    #expect(try LoadedDriver.isReadable(changed, withinMilliseconds: 30_000))
    #expect(try sick.fingerprint().health == Int(HOSTLER_HEALTH_HEALTHY))
    #expect(try !LoadedDriver.isReadable(changed, withinMilliseconds: 0))
  }

  @Test("an unknown file system isolation is refused")
  func isolation() throws {
    #expect(throws: LoadedDriver.Failure.self) {
      try LoadedDriver("mock_driver", plugin: ["fs_isolation": .text("prison")])
    }
    let driver = try LoadedDriver("mock_driver", plugin: ["fs_isolation": .text("image")])
    #expect(try driver.fingerprint().attributes["driver.mock_driver.fs_isolation"] == "image")
  }
}
