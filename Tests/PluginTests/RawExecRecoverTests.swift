import CHostlerDriver
import Foundation
import Synchronization
import Testing

/// Tasks found again, and starts asked for twice.
@Suite("raw_exec: finding tasks again", .enabled(if: TestSystem.canLoadDrivers))
struct RawExecRecoverTests {
  let directory: TaskDirectory

  init() throws {
    directory = try TaskDirectory()
  }

  @Test("a start asked for twice starts once and gives the same handle, also after the end")
  func idempotent() throws {
    let driver = try LoadedDriver("raw_exec")
    let id = UUID().uuidString + "/task/00000001"
    let command: [String: ConfigurationValue] = [
      "command": .text("/bin/sh"), "args": .list(["-c", "echo once; exec sleep 1000"]),
    ]
    let first = try driver.start(id, in: directory, command)
    let pid = try driver.inspect(id).attributes["pid"]
    let second = try driver.start(id, in: directory, command)
    #expect(first.handle == second.handle && first.version == second.version)
    #expect(try driver.inspect(id).attributes["pid"] == pid)
    try driver.stop(id, force: true)
    _ = try driver.end(of: id)
    #expect(try driver.start(id, in: directory, command).handle == first.handle)
    #expect(try driver.inspect(id).state == Int(HOSTLER_TASK_EXITED))
    try driver.destroy(id)
  }

  @Test("a descriptor to wait on stays readable, and a new one is readable too")
  func waitDescriptors() throws {
    let driver = try LoadedDriver("raw_exec")
    let id = UUID().uuidString + "/task/00000001"
    try driver.start(id, in: directory, ["command": .text("/bin/sleep"), "args": .list(["1000"])])
    let early = try driver.wait(id)
    #expect(try !LoadedDriver.isReadable(early, withinMilliseconds: 0))
    try driver.stop(id, force: true)
    let end = try driver.end(of: id)
    let late = try driver.wait(id)
    for descriptor in [early, late] {
      #expect(try LoadedDriver.isReadable(descriptor, withinMilliseconds: 0))
      close(descriptor)
    }
    #expect(try driver.inspect(id) == end)
    try driver.destroy(id)
  }

  @Test("another instance finds a running task by its handle, and learns its true end")
  func running() throws {
    let first = try LoadedDriver("raw_exec", state: directory)
    let id = UUID().uuidString + "/task/00000001"
    let started = try first.start(
      id, in: directory,
      ["command": .text("/bin/sh"), "args": .list(["-c", "trap 'exit 5' TERM; sleep 1000 & wait"])])
    let pid = try first.inspect(id).attributes["pid"]
    first.close()
    let second = try LoadedDriver("raw_exec", state: directory, restored: false)
    let found = try second.recover(id, handle: started.handle, version: started.version, in: directory)
    #expect(found.state == Int(HOSTLER_TASK_RUNNING))
    #expect(found.attributes["pid"] == pid)
    try second.stop(id, force: true)
    let end = try second.end(of: id)
    #expect(end.signal == SIGKILL && !end.isUnknown)
    try second.destroy(id)
  }

  @Test("a task whose process is gone is said to have ended in an unknown way, never in a made-up one")
  func gone() throws {
    let first = try LoadedDriver("raw_exec", state: directory)
    let id = UUID().uuidString + "/task/00000001"
    let started = try first.start(id, in: directory, ["command": .text("/bin/true")])
    _ = try first.end(of: id)
    try first.destroy(id)
    first.close()
    // Its supervisor's table is lost.
    let second = try LoadedDriver("raw_exec")
    let found = try second.recover(id, handle: started.handle, version: started.version, in: directory)
    #expect(found.state == Int(HOSTLER_TASK_EXITED))
    #expect(found.isUnknown && !found.message.isEmpty)
    #expect(try second.end(of: id).isUnknown)
    try second.destroy(id)
  }

  @Test("a process that has the number of a task's, but is another, is not taken for it")
  func otherProcess() throws {
    let driver = try LoadedDriver("raw_exec")
    let id = UUID().uuidString + "/task/00000001"
    let started = try driver.start(
      id, in: directory, ["command": .text("/bin/sleep"), "args": .list(["1000"])])
    var fields = String(decoding: started.handle, as: UTF8.self).split(
      separator: "\t", omittingEmptySubsequences: false
    ).map(String.init)
    fields[0] = String(getpid())
    fields[5] = ""
    let stranger = try driver.recover(
      "stranger/task/1", handle: Array(fields.joined(separator: "\t").utf8), in: directory)
    #expect(stranger.isUnknown)
    try driver.destroy("stranger/task/1", force: true)
    try driver.destroy(id, force: true)
  }

  @Test("without a handle, a running task is found by its id")
  func byIdentifier() throws {
    let first = try LoadedDriver("raw_exec", state: directory)
    let id = UUID().uuidString + "/task/00000001"
    try first.start(id, in: directory, ["command": .text("/bin/sleep"), "args": .list(["1000"])])
    let pid = try first.inspect(id).attributes["pid"]
    first.close()
    let second = try LoadedDriver("raw_exec", state: directory, restored: false)
    let found = try second.recover(id, handle: [], in: directory)
    #expect(found.state == Int(HOSTLER_TASK_RUNNING))
    #expect(found.attributes["pid"] == pid)
    try second.destroy(id, force: true)
  }

  @Test("a task that ended while no driver was there has its true result, and all of its output")
  func endedMeanwhile() throws {
    let first = try LoadedDriver("raw_exec", state: directory)
    let id = UUID().uuidString + "/task/00000001"
    let fifo = directory.path + "/go"
    #expect(mkfifo(fifo, 0o600) == 0)
    let started = try first.start(
      id, in: directory,
      ["command": .text("/bin/sh"), "args": .list(["-c", "read x < \(fifo); seq 1 20000; exit 7"])])
    let pid = try #require(first.inspect(id).attributes["pid"].flatMap { Int32($0) })
    first.close()
    let writer = open(fifo, O_WRONLY)
    write(writer, "x\n", 2)
    close(writer)
    // Nobody but the supervisor sees its end.
    while kill(pid, 0) == 0 { sched_yield() }
    let second = try LoadedDriver("raw_exec", state: directory, restored: false)
    let found = try second.recover(id, handle: started.handle, version: started.version, in: directory)
    #expect(found.state == Int(HOSTLER_TASK_EXITED) && found.code == 7 && !found.isUnknown)
    let log = try String(contentsOfFile: directory.logs + "/task.stdout.0", encoding: .utf8)
    #expect(log.split(separator: "\n").count == 20000)
    try second.destroy(id)
  }

  @Test("a supervisor that is killed takes no task, no output and no result with it")
  func supervisorKilled() throws {
    let driver = try LoadedDriver("raw_exec", state: directory)
    let id = UUID().uuidString + "/task/00000001"
    let fifo = directory.path + "/go"
    #expect(mkfifo(fifo, 0o600) == 0)
    try driver.start(
      id, in: directory,
      [
        "command": .text("/bin/sh"),
        "args": .list(["-c", "echo before; read x < \(fifo); seq 1 20000; exit 7"]),
      ])
    let supervisor = try #require(try TestSystem.supervisor(in: directory))
    kill(supervisor, SIGKILL)
    let writer = open(fifo, O_WRONLY)
    write(writer, "x\n", 2)
    close(writer)
    let end = try driver.end(of: id)
    #expect(end.code == 7 && !end.isUnknown)
    let log = try String(contentsOfFile: directory.logs + "/task.stdout.0", encoding: .utf8)
    #expect(log.split(separator: "\n").count == 20001)
    try driver.destroy(id)
  }

  @Test("a task that nobody asks for is ended when restoring is complete")
  func unclaimed() throws {
    let first = try LoadedDriver("raw_exec", state: directory)
    let id = UUID().uuidString + "/task/00000001"
    try first.start(id, in: directory, ["command": .text("/bin/sleep"), "args": .list(["1000"])])
    let pid = try #require(first.inspect(id).attributes["pid"].flatMap { Int32($0) })
    first.close()
    let second = try LoadedDriver("raw_exec", state: directory)
    while kill(pid, 0) == 0 { sched_yield() }
    second.close()
  }

  @Test("without a handle, a task that was never started is not found")
  func neverStarted() throws {
    let driver = try LoadedDriver("raw_exec")
    let failure = #expect(throws: LoadedDriver.Failure.self) {
      try driver.recover(UUID().uuidString + "/task/1", handle: [], in: directory)
    }
    #expect(failure?.status == Int(HOSTLER_NOT_FOUND))
  }

  @Test(
    "a handle of another form is refused", arguments: ["", "nonsense", "0\t1\t1\tb\t1\t"])
  func oddHandle(text: String) throws {
    let driver = try LoadedDriver("raw_exec")
    let failure = #expect(throws: LoadedDriver.Failure.self) {
      try driver.recover("odd/task/1", handle: Array(text.utf8) + [0x21], in: directory)
    }
    #expect(failure?.status == Int(HOSTLER_ERROR))
  }

  @Test("of tasks that end at once, many at a time, every end is told")
  func manyAtOnce() throws {
    // A driver's functions may be called by any thread at any time, and the loop ends before these go.
    nonisolated(unsafe) let driver = try LoadedDriver("raw_exec")
    nonisolated(unsafe) let directory = directory
    let prefix = UUID().uuidString
    let codes = Mutex<[Int32]>([])
    DispatchQueue.concurrentPerform(iterations: 16) { lane in
      for number in 0..<40 {
        let id = "\(prefix)/task/\(lane)-\(number)"
        let code = Int32((lane + number) % 5)
        do {
          try driver.start(
            id, in: directory, ["command": .text("/bin/sh"), "args": .list(["-c", "exit \(code)"])],
            logsDisabled: number % 2 == 0)
          let end = try driver.end(of: id)
          codes.withLock { $0.append(end.isUnknown ? -1 : end.code - code) }
          try driver.destroy(id)
        } catch {
          Issue.record(error)
        }
      }
    }
    #expect(codes.withLock { $0 } == Array(repeating: 0, count: 640))
  }

  @Test("200 tasks leave no descriptor behind, and no thread after close")
  func noLeaks() async {
    // In a process of its own: other tests open and close descriptors meanwhile.
    await #expect(processExitsWith: .success) {
      let threads = { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count }
      let directory = try TaskDirectory()
      // The process has found its feet: the library is loaded, and whatever starts late has started.
      try LoadedDriver("raw_exec").close()
      let unopened = (try TestSystem.openDescriptors(), try threads())
      let driver = try LoadedDriver("raw_exec")
      func run(_ number: Int) throws {
        let id = "leaks-\(getpid())/task/\(number)"
        try driver.start(id, in: directory, ["command": .text("/bin/echo"), "args": .list(["x"])])
        guard try driver.end(of: id).code == 0 else { exit(2) }
        try driver.destroy(id)
      }
      try run(0)
      let before = try TestSystem.openDescriptors()
      for number in 1...200 { try run(number) }
      guard try TestSystem.openDescriptors() == before else { exit(3) }
      let running = "running-\(getpid())/task/1"
      try driver.start(running, in: directory, ["command": .text("/bin/sleep"), "args": .list(["1000"])])
      // The pidfd, one that tells of the end, and each of two pipes.
      guard try TestSystem.openDescriptors() == before + 4 else { exit(4) }
      try driver.destroy(running, force: true)
      driver.close()
      guard try TestSystem.openDescriptors() == unopened.0 else { exit(5) }
      guard try threads() == unopened.1 else { exit(6) }
    }
  }
}
