import Testing

@testable import DriverHost

@Suite("Calls to a loaded driver")
struct LoadedDriverTests {
  @Test("a task runs, is stopped, ends and is forgotten")
  func life() async throws {
    let test = try await TestDriver()
    let started = try await test.start("life/1")
    #expect(started == StartedTask(handle: Array("life/1".utf8), handleVersion: 3))
    #expect(try await test.driver.inspect("life/1").state == .running)
    async let exit = test.driver.waitForExit(of: "life/1")
    try await test.driver.stop("life/1", TaskStopRequest(signal: 15, timeout: .seconds(1)))
    let status = try await exit
    #expect(status.state == .exited(ExitStatus(code: 143, signal: 15)))
    #expect(status.startedAtNanoseconds == 1000)
    #expect(status.exitedAtNanoseconds == 2000)
    #expect(status.message == "said")
    #expect(status.attributes == ["behaviour": "run"])
    try await test.driver.destroy("life/1", force: false)
    let error = try await requireDriverError { () throws(DriverError) in
      try await test.driver.inspect("life/1")
    }
    #expect(error.kind == .notFound)
    #expect(error.description == "driver scripted: inspect of life/1: no such task")
    await test.driver.close()
    #expect(test.log.texts == ["configured", "closed"])
  }

  @Test("inspect of the state alone asks for no more")
  func inspectState() async throws {
    let test = try await TestDriver()
    try await test.start("state/1", "behaviour = \"exit\"\nexit_code = 3")
    let status = try test.driver.inspect("state/1", detail: .state)
    #expect(status.exit?.code == 3)
    #expect(status.message.isEmpty)
    #expect(status.attributes.isEmpty)
  }

  @Test("waiting for a task that has ended returns at once, any number of times")
  func waitAfterEnd() async throws {
    let test = try await TestDriver()
    try await test.start("ended/1", "behaviour = \"exit\"\nexit_code = 9")
    for _ in 0..<3 { #expect(try await test.driver.waitForExit(of: "ended/1").exit?.code == 9) }
  }

  @Test("many waits share one poller")
  func manyWaits() async throws {
    let test = try await TestDriver()
    let count = 200
    for index in 0..<count { try await test.start("many/\(index)") }
    let codes = try await withThrowingTaskGroup { group in
      for index in 0..<count {
        group.addTask { try await test.driver.waitForExit(of: "many/\(index)").exit?.code }
      }
      for index in 0..<count { try await test.driver.stop("many/\(index)", TaskStopRequest(isForced: true)) }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(codes == [Int32?](repeating: 137, count: count))
  }

  @Test("a wait ends when its task is cancelled, before or after it has begun")
  func cancelledWait() async throws {
    let test = try await TestDriver()
    try await test.start("cancel/1")
    let waiting = Task { () -> DriverError? in
      try? await requireDriverError { () async throws(DriverError) in
        try await test.driver.waitForExit(of: "cancel/1")
      }
    }
    waiting.cancel()
    #expect(await waiting.value?.kind == .cancelled)
    #expect(try await test.driver.inspect("cancel/1").state == .running)
  }

  @Test("a wait ends when the driver is closed")
  func closedWait() async throws {
    let test = try await TestDriver()
    try await test.start("close/1")
    async let error = requireDriverError { () async throws(DriverError) in
      try await test.driver.waitForExit(of: "close/1")
    }
    await test.driver.close()
    #expect(try await error.kind == .notServing)
  }

  @Test(
    "a descriptor that cannot be waited for is the driver's mistake",
    arguments: ["wait_closed", "wait_none", "wait_stdout", "wait_file", "wait_lies"])
  func badDescriptor(behaviour: String) async throws {
    let test = try await TestDriver()
    try await test.start("bad/1", "behaviour = \"\(behaviour)\"")
    let error = try await requireDriverError { () async throws(DriverError) in
      try await test.driver.waitForExit(of: "bad/1")
    }
    #expect(error.kind == .protocolViolation(.waitDescriptor))
    #expect(error.description.contains("rule R28"))
  }

  @Test("a descriptor that was handed out before is the driver's mistake, and the first wait goes on")
  func sameDescriptor() async throws {
    let test = try await TestDriver()
    try await test.start("same/1", "behaviour = \"wait_same\"")
    let kinds = await withTaskGroup { group in
      for _ in 0..<2 {
        group.addTask {
          try? await requireDriverError { () async throws(DriverError) in
            try await test.driver.waitForExit(of: "same/1")
          }.kind
        }
      }
      let first = await group.next()
      group.cancelAll()
      return [first, await group.next()]
    }
    #expect(kinds == [.protocolViolation(.waitDescriptor), .cancelled])
  }

  @Test("the other end of a pipe that goes away is an end too")
  func hangUp() async throws {
    let test = try await TestDriver()
    try await test.start("hangup/1", "behaviour = \"wait_hangup\"")
    #expect(try await test.driver.waitForExit(of: "hangup/1").exit?.code == 0)
  }

  @Test("failures to start tell whether trying again may help")
  func startFailures() async throws {
    let test = try await TestDriver()
    let failed = try await test.startError("f/1", "behaviour = \"fail\"\ntext = \"no such command\"")
    #expect(failed.kind == .failed)
    #expect(!failed.isRecoverable)
    #expect(failed.message == "no such command")
    let recoverable = try await test.startError("f/2", "behaviour = \"recoverable\"")
    #expect(recoverable.kind == .recoverable)
    #expect(recoverable.isRecoverable)
    #expect(
      try await test.startError("f/3", "behaviour = \"bad_status\"").kind == .protocolViolation(.status))
  }

  @Test("messages are bounded, on one line, and text")
  func messages() async throws {
    let test = try await TestDriver()
    #expect(try await test.startError("m/1", "behaviour = \"flood_error\"").message.utf8.count == 64 << 10)
    #expect(try await test.startError("m/2", "behaviour = \"null_data\"").message.isEmpty)
    let text = try await test.startError("m/3", "behaviour = \"bad_text\"").message
    #expect(text == "bad \u{FFFD}\u{FFFD} bytes and a line")
  }

  @Test("attributes are bounded")
  func attributes() async throws {
    let test = try await TestDriver()
    try await test.start("many/1", "behaviour = \"many_attributes\"")
    #expect(try await test.driver.inspect("many/1").attributes.count == 1024)
  }

  @Test("a handle that is too large is refused, and the task it belongs to ended")
  func largeHandle() async throws {
    let test = try await TestDriver()
    let error = try await test.startError("large/1", "behaviour = \"flood_handle\"")
    #expect(error.kind == .protocolViolation(.handle))
    let known = try await requireDriverError { () throws(DriverError) in
      try await test.driver.inspect("large/1")
    }
    #expect(known.kind == .notFound)
  }

  @Test("a task's own address comes with its ports")
  func network() async throws {
    let test = try await TestDriver()
    let started = try await test.start("net/1", "behaviour = \"network\"")
    #expect(started.network == StartedTask.Network(ip: "10.0.0.7", ports: ["http": 8080]))
    let error = try await test.startError("net/2", "behaviour = \"bad_port\"")
    #expect(error.kind == .protocolViolation(.text))
  }

  @Test("a state that the header does not have is the driver's mistake")
  func badState() async throws {
    let test = try await TestDriver()
    try await test.start("state/1", "behaviour = \"bad_state\"")
    let error = try await requireDriverError { () throws(DriverError) in
      try await test.driver.inspect("state/1")
    }
    #expect(error.kind == .protocolViolation(.inspect))
  }

  @Test("the environment arrives as it is, and a zero byte in a text is refused")
  func environment() async throws {
    let test = try await TestDriver()
    let request = try test.request("e/1", "behaviour = \"environment\"", environment: ["A=1", "B=ä b", "C="])
    #expect(try await test.driver.start(request).handle == Array("A=1;B=ä b;C=;".utf8))
    let bad = try test.request("e/2", environment: ["A=\0"])
    let error = try await requireDriverError { () async throws(DriverError) in
      try await test.driver.start(bad)
    }
    #expect(error.kind == .invalid)
  }

  @Test("signals are sent, or refused by the driver")
  func signals() async throws {
    let test = try await TestDriver()
    try await test.start("s/1")
    let error = try await requireDriverError { () async throws(DriverError) in
      try await test.driver.signal("s/1", signal: 99)
    }
    #expect(error.kind == .unsupported)
    try await test.driver.signal("s/1", signal: 1)
    #expect(try await test.driver.waitForExit(of: "s/1").exit?.signal == 1)
  }

  @Test("a running task is destroyed with force only")
  func destroy() async throws {
    let test = try await TestDriver()
    try await test.start("d/1")
    let error = try await requireDriverError { () async throws(DriverError) in
      try await test.driver.destroy("d/1", force: false)
    }
    #expect(error.kind == .stillRunning)
    try await test.driver.destroy("d/1", force: true)
  }

  @Test("recover tells running, ended, never started and not now apart")
  func recover() async throws {
    let test = try await TestDriver(isServing: false)
    let logs = TaskLogs(directory: "/l", stdoutName: "o", stderrName: "e")
    func recover(_ handle: String) async throws(DriverError) -> TaskStatus {
      try await test.driver.recover(
        RecoverRequest(taskID: "r/\(handle)", handle: Array(handle.utf8), handleVersion: 3, logs: logs))
    }
    #expect(try await recover("running").state == .running)
    #expect(try await recover("ended").exit?.code == 7)
    #expect(
      try await requireDriverError { () async throws(DriverError) in try await recover("gone") }.kind
        == .notFound)
    #expect(
      try await requireDriverError { () async throws(DriverError) in try await recover("later") }.kind
        == .recoverable)
    #expect(
      try await requireDriverError { () async throws(DriverError) in try await recover("vague") }.kind
        == .protocolViolation(.recover))
  }

  @Test("tasks are served only between restore_complete and close")
  func phases() async throws {
    let test = try await TestDriver(isServing: false)
    let early = try await test.startError("p/1", "")
    #expect(early.kind == .notServing)
    #expect(early.message.contains("restore_complete"))
    _ = try await test.driver.fingerprint()
    try await test.driver.restoreComplete()
    try await test.start("p/1")
    let twice = try await requireDriverError { () async throws(DriverError) in
      try await test.driver.restoreComplete()
    }
    #expect(twice.kind == .invalid)
    await test.driver.close()
    await test.driver.close()
    #expect(try await test.startError("p/2", "").kind == .notServing)
    let late = try await requireDriverError { () throws(DriverError) in try await test.driver.inspect("p/1") }
    #expect(late.kind == .notServing)
    #expect(test.log.texts == ["configured", "closed"])
  }

  @Test("a start that blocks times out, keeps its task to itself, and lets others pass")
  func blockedStart() async throws {
    let test = try await TestDriver(deadlines: DriverDeadlines(start: .milliseconds(50)))
    let error = try await test.startError("b/1", "behaviour = \"block\"")
    #expect(error.kind == .timedOut)
    #expect(error.isRecoverable)
    let busy = try await requireDriverError { () async throws(DriverError) in
      try await test.driver.destroy("b/1", force: true)
    }
    #expect(busy.kind == .busy)
    try await test.start("b/2")
    #expect(try await test.driver.inspect("b/2").state == .running)
    try await test.driver.signal("b/2", signal: 1001)
    // Once the blocked call has come back the driver can be alone, and so be closed.
    await test.driver.close()
    #expect(test.log.texts.last == "closed")
  }

  @Test("many blocked starts do not hold up a stop")
  func manyBlockedStarts() async throws {
    let test = try await TestDriver(pool: BlockingCallPool(usualThreads: 2, patience: .milliseconds(5)))
    try await test.start("c/0")
    try await withThrowingTaskGroup { group in
      for index in 1...8 {
        group.addTask { try await test.startError("c/\(index)", "behaviour = \"block\"").message }
      }
      try await test.driver.stop("c/0", TaskStopRequest(isForced: true))
      try await test.driver.signal("c/0", signal: 1001)
      for try await message in group { #expect(message == "released") }
    }
  }

  @Test("a driver with a call that never returns is abandoned, not closed")
  func abandoned() async throws {
    let test = try await TestDriver(
      deadlines: DriverDeadlines(start: .seconds(2), other: .seconds(2)))
    async let error = test.startError("a/1", "behaviour = \"block\"")
    await test.log.wait(for: "start blocks")
    await test.driver.close()
    #expect(test.log.texts.last?.contains("abandoned") == true)
    #expect(try await error.kind == .timedOut)
  }
}
