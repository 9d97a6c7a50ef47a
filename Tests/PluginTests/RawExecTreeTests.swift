import CHostlerDriver
import Foundation
import Testing

/// A task ends with everything it started, and leaves nothing on the host.
@Suite("raw_exec: a task's tree of processes", .enabled(if: TestSystem.canLoadDrivers))
struct RawExecTreeTests {
  let directory: TaskDirectory

  init() throws {
    directory = try TaskDirectory()
  }

  /// Writes the pids of a child and of a daemonized grandchild to the output, and then lives on or ends.
  private static let daemonizing = """
    sleep 1000 & echo $!
    setsid sh -c 'sleep 1000 & echo $!; exec >/dev/null 2>&1 </dev/null; wait' &
    """

  /// Reads numbers from the log as they come, waiting for the log file to change.
  private func pids(_ count: Int) throws -> [pid_t] {
    let watch = logChanges()
    defer { close(watch) }
    while true {
      let found = try directory.log("stdout").split(separator: "\n").compactMap { pid_t($0) }
      if found.count >= count { return found }
      try #require(try LoadedDriver.isReadable(watch, withinMilliseconds: 30_000))
      var events = [UInt8](repeating: 0, count: 4096)
      _ = read(watch, &events, events.count)
    }
  }

  private func logChanges() -> Int32 { TestSystem.watch(directory: directory.logs) }

  /// Waits for the end of processes that are not children.
  private func hasEnded(_ pid: pid_t) throws -> Bool {
    let descriptor = TestSystem.pidfd(pid)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    return try LoadedDriver.isReadable(descriptor, withinMilliseconds: 30_000)
  }

  @Test("ended by force, its daemonized grandchild ends too")
  func forced() throws {
    let driver = try LoadedDriver("raw_exec")
    let id = UUID().uuidString + "/task/00000001"
    try driver.start(
      id, in: directory, ["command": .text("/bin/sh"), "args": .list(["-c", Self.daemonizing + "\nwait"])])
    let pids = try pids(2)
    #expect(try driver.inspect(id).state == Int(HOSTLER_TASK_RUNNING))
    try driver.stop(id, force: true)
    #expect(try driver.end(of: id).signal == SIGKILL)
    for pid in pids { #expect(try hasEnded(pid)) }
    try driver.destroy(id)
  }

  @Test("when its main process ends, what it left behind ends too, and does not hold up the end")
  func leftover() throws {
    let driver = try LoadedDriver("raw_exec")
    let id = UUID().uuidString + "/task/00000001"
    let script = "sleep 1000 & echo $!; (sleep 1000 & echo $!) ; exit 3"
    try driver.start(id, in: directory, ["command": .text("/bin/sh"), "args": .list(["-c", script])])
    #expect(try driver.end(of: id).code == 3)
    for pid in try pids(2) { #expect(try hasEnded(pid)) }
    try driver.destroy(id)
  }

  @Test("without cgroups, what is still in its session or descends from it ends")
  func withoutControlGroups() throws {
    let driver = try LoadedDriver("raw_exec", plugin: ["no_cgroups": .bool(true)])
    let fingerprint = try driver.fingerprint()
    #expect(fingerprint.health == Int(HOSTLER_HEALTH_HEALTHY))
    #expect(fingerprint.description.contains("process groups only"))
    #expect(fingerprint.attributes["driver.raw_exec.cgroups"] == "none")
    let id = UUID().uuidString + "/task/00000001"
    try driver.start(
      id, in: directory, ["command": .text("/bin/sh"), "args": .list(["-c", Self.daemonizing + "\nwait"])])
    let pids = try pids(2)
    try driver.stop(id, force: true)
    #expect(try driver.end(of: id).signal == SIGKILL)
    for pid in pids { #expect(try hasEnded(pid)) }
    try driver.destroy(id)
  }

  @Test("its cgroup is there while it runs and gone after destroy", .enabled(if: TestSystem.hasControlGroups))
  func controlGroup() throws {
    let driver = try LoadedDriver("raw_exec")
    let id = UUID().uuidString + "/task/00000001"
    try driver.start(id, in: directory, ["command": .text("/bin/sleep"), "args": .list(["1000"])])
    let status = try driver.inspect(id)
    let group = try #require(status.attributes["cgroup"])
    let pid = try #require(status.attributes["pid"])
    #expect(try String(contentsOfFile: group + "/cgroup.procs", encoding: .utf8) == pid + "\n")
    let refused = #expect(throws: LoadedDriver.Failure.self) { try driver.destroy(id) }
    #expect(refused?.status == Int(HOSTLER_STILL_RUNNING))
    try driver.destroy(id, force: true)
    #expect(!FileManager.default.fileExists(atPath: group))
    #expect(throws: LoadedDriver.Failure.self) { try driver.inspect(id) }
    #expect(try hasEnded(try #require(pid_t(pid))))
  }

  @Test("a task that ignores its signal goes on until it is forced")
  func stubborn() throws {
    let driver = try LoadedDriver("raw_exec")
    let id = UUID().uuidString + "/task/00000001"
    let script = "trap 'echo 1' INT TERM; echo 0; while :; do sleep 1000 & wait; done"
    try driver.start(id, in: directory, ["command": .text("/bin/sh"), "args": .list(["-c", script])])
    _ = try pids(1)
    try driver.stop(id)
    _ = try pids(2)
    try driver.stop(id, signal: SIGTERM)
    _ = try pids(3)
    #expect(try driver.inspect(id).state == Int(HOSTLER_TASK_RUNNING))
    try driver.stop(id, force: true)
    let status = try driver.end(of: id)
    #expect(status.code == 137 && status.signal == SIGKILL)
    // After the end, stopping is no error.
    try driver.stop(id)
    try driver.stop(id, force: true)
    try driver.destroy(id)
  }

  @Test("asked to stop without a signal it gets SIGINT, and otherwise the signal")
  func stopSignal() throws {
    let driver = try LoadedDriver("raw_exec")
    for (number, expected) in [(Int32(0), SIGINT), (SIGUSR1, SIGUSR1)] {
      let id = UUID().uuidString + "/task/00000001"
      try driver.start(id, in: directory, ["command": .text("/bin/sleep"), "args": .list(["1000"])])
      try driver.stop(id, signal: number)
      #expect(try driver.end(of: id).signal == expected)
      try driver.destroy(id)
    }
  }

  @Test("a signal reaches it, and what is no signal is refused")
  func signals() throws {
    let driver = try LoadedDriver("raw_exec")
    let id = UUID().uuidString + "/task/00000001"
    let script = "trap 'echo 2; exit 9' USR2; echo 1; sleep 1000 & wait"
    try driver.start(id, in: directory, ["command": .text("/bin/sh"), "args": .list(["-c", script])])
    _ = try pids(1)
    for number: Int32 in [-1, 0, 65, 1000] {
      let failure = #expect(throws: LoadedDriver.Failure.self) { try driver.signal(id, number) }
      #expect(failure?.status == Int(HOSTLER_UNSUPPORTED))
    }
    try driver.signal(id, SIGUSR2)
    #expect(try driver.end(of: id).code == 9)
    try driver.destroy(id)
  }
}
