import Foundation
import Synchronization
import Testing

@testable import DriverHost

@Suite("A driver whose process is killed", .timeLimit(.minutes(1)))
struct DriverRestartTests {
  @Test("its tasks go on: whoever waits for one sees its end, and nothing of what happened")
  func waitsGoOn() async throws {
    let test = try await TestRegistry(.process)
    try await test.start("a/t/1")
    try await test.start("b/t/1")
    let driver = try test.driver
    async let first = driver.waitForExit(of: "a/t/1")
    async let second = driver.waitForExit(of: "b/t/1")
    for _ in 0..<3 {
      let old = try #require(test.processID)
      try test.killHost()
      // A call waits for the next process.
      #expect(try await driver.inspect("a/t/1").state == .running)
      #expect(test.processID != old)
    }
    try await driver.stop("a/t/1", TaskStopRequest(signal: 15))
    try test.killHost()
    try await driver.stop("b/t/1", TaskStopRequest(signal: 2))
    #expect(try await second.exit?.signal == 2)
    // The scripted driver remembers nothing: the task may run again, and then is ended again.
    try? await driver.stop("a/t/1", TaskStopRequest(signal: 15))
    #expect(try await first.exit?.signal == 15)
    await test.registry.close()
  }

  @Test("a start that was under way is made again, and answered by the next process")
  func duringStart() async throws {
    let test = try await TestRegistry(.process)
    async let started = test.start("s/t/1", "behaviour = \"slow\"")
    await test.log.wait(for: "start is slow")
    try test.killHost()
    await test.log.wait(for: "start is slow", times: 2)
    try await test.driver.signal("any", signal: 1001)
    #expect(try await started.handle == Array("s/t/1".utf8))
    #expect(try await test.driver.inspect("s/t/1").state == .running)
    await test.registry.close()
  }

  @Test("a start that ends the process every time fails, and its task can be asked for")
  func startThatKills() async throws {
    let test = try await TestRegistry(.process)
    try await test.start("good/t/1")
    let driver = try test.driver
    let request = try testRequest("never", "behaviour = \"block\"", schema: driver.descriptor.taskSchema)
    async let failure = requireDriverError { () async throws(DriverError) in
      try await driver.start(request)
    }
    for count in 1...DriverContinuity.interruptedStartLimit {
      await test.log.wait(for: "start blocks", times: count)
      try test.killHost()
    }
    let error = try await failure
    #expect(error.kind == .driverGone && error.isRecoverable)
    #expect(error.message.contains("SIGKILL"))
    let inspection = try await requireDriverError { () async throws(DriverError) in
      try await driver.inspect("never")
    }
    #expect(inspection.kind == .notFound)
    let recovery = try await requireDriverError { () async throws(DriverError) in
      try await driver.recover(testRecovery("never", handle: ""))
    }
    #expect(recovery.kind == .notFound)
    let known = try test.seat.state.withLock { $0.continuity.tasks.keys.sorted() }
    #expect(known == ["good/t/1"])
    #expect(try await test.driver.inspect("good/t/1").state == .running)
    await test.registry.close()
  }

  @Test("a task that the next process does not know is told as lost, and the others go on")
  func forgets() async throws {
    let test = try await TestRegistry(.process)
    try await test.start("gone")
    try await test.start("kept")
    let driver = try test.driver
    async let lost = requireDriverError { () async throws(DriverError) in
      try await driver.waitForExit(of: "gone")
    }
    try test.killHost()
    #expect(try await lost.kind == .notFound)
    #expect(try await driver.inspect("kept").state == .running)
    await test.registry.close()
  }

  @Test("a task with a handle that the driver does not take is told as lost, with what it says")
  func garbageHandle() async throws {
    let test = try await TestRegistry(.process)
    try await test.start("vague")
    let driver = try test.driver
    async let lost = requireDriverError { () async throws(DriverError) in
      try await driver.waitForExit(of: "vague")
    }
    try test.killHost()
    #expect(try await lost.kind == .protocolViolation(.recover))
    await test.registry.close()
  }

  @Test("a task that the driver cannot speak about at first is found when it can")
  func askedAgain() async throws {
    let test = try await TestRegistry(.process)
    try await test.start("second")
    try test.killHost()
    #expect(try await test.driver.inspect("second").state == .running)
    #expect(test.log.texts.contains { $0.contains("ask again; it is asked again") })
    await test.registry.close()
  }

  @Test("a signal that was under way is not sent twice, and a call without a process to come ends in time")
  func deadlines() async throws {
    let test = try await TestRegistry(.process, deadlines: DriverDeadlines(other: .milliseconds(300)))
    try await test.start("a/t/1")
    // No process can be made from what is not there.
    try FileManager.default.removeItem(atPath: test.path)
    try test.killHost()
    let driver = try test.driver
    let error = try await requireDriverError { () async throws(DriverError) in
      try await driver.stop("a/t/1", TaskStopRequest(signal: 15))
    }
    #expect(error.kind == .driverGone && error.isRecoverable)
    let health = try await test.driver.fingerprint()
    #expect(health.health == .unhealthy)
    // It is there again, and goes on.
    try test.replaceFile(by: TestLibraries.library("scripted.c"))
    try await test.registry.reload("scripted")
    #expect(try await test.driver.inspect("a/t/1").state == .running)
    #expect(test.registry.info(named: "scripted")?.health == .healthy)
    await test.registry.close()
  }

  @Test("killed while it is asked for its tasks, it is asked anew")
  func duringRecover() async throws {
    // Closing waits for the call that hangs, as long as this.
    let test = try await TestRegistry(
      .process, config: "hangs = \"h/t/1\"", deadlines: DriverDeadlines(other: .seconds(1)))
    try await test.start("h/t/1")
    try await test.start("a/t/1")
    let driver = try test.driver
    async let lost = requireDriverError { () async throws(DriverError) in
      try await driver.waitForExit(of: "a/t/1")
    }
    try test.killHost()
    await test.log.wait(for: "recover hangs")
    try test.killHost()
    await test.log.wait(for: "recover hangs", times: 2)
    let known = try test.seat.state.withLock { $0.continuity.tasks.count }
    #expect(known == 2)
    await test.registry.close()
    #expect(try await lost.kind == .notServing)
  }

  @Test("a task whose recovery hangs is given up after two processes, and the others are back")
  func hangs() async throws {
    let test = try await TestRegistry(
      .process, config: "hangs = \"h/t/1\"", deadlines: DriverDeadlines(other: .milliseconds(300)))
    try await test.start("h/t/1")
    try await test.start("a/t/1")
    let driver = try test.driver
    async let lost = requireDriverError { () async throws(DriverError) in
      try await driver.waitForExit(of: "h/t/1")
    }
    async let end = driver.waitForExit(of: "a/t/1")
    try test.killHost()
    #expect(try await lost.kind == .timedOut)
    await test.log.wait(for: "not found again")
    try await test.waitUntilServed("a/t/1")
    try await driver.stop("a/t/1", TaskStopRequest(signal: 9))
    #expect(try await end.exit?.signal == 9)
    await test.registry.close()
  }
}

/// How a call of a driver comes out.
private func outcome<Value>(
  _ body: () async throws(DriverError) -> Value
) async -> Result<Value, DriverError> {
  do throws(DriverError) { return .success(try await body()) } catch { return .failure(error) }
}

@Suite("Tasks of before and drivers that are late", .timeLimit(.minutes(1)))
struct DriverRestoreTests {
  @Test(
    "a driver that is not there leaves its tasks as they are, and they are found when it comes",
    arguments: DriverIsolation.allCases)
  func missing(isolation: DriverIsolation) async throws {
    let test = try await TestRegistry(isolation, loads: false)
    _ = await test.registry.load(try test.configuration(plugins: false))
    let (running, ended, absent) = (Flag(), Flag(), Flag())
    async let first = test.registry.recover(testRecovery("a/t/1"), with: "scripted") {
      #expect($0 == "the driver is not there")
      await running.raise()
    }
    async let second = test.registry.recover(
      testRecovery("b/t/1", handle: "ended"), with: "scripted"
    ) { _ in await ended.raise() }
    async let third = requireDriverError { () async throws(DriverError) in
      try await test.registry.recover(testRecovery("c/t/1", handle: "gone"), with: "scripted") { _ in
        await absent.raise()
      }
    }
    await running.wait()
    await ended.wait()
    await absent.wait()
    #expect(test.registry.awaited == ["scripted"])
    #expect(await test.registry.restoreComplete() == [])
    try await test.registry.load(try test.block())
    #expect(try await first.state == .running)
    #expect(try await second.exit?.code == 7)
    #expect(try await third.kind == .notFound)
    #expect(test.registry.awaited == [])
    #expect(try await test.driver.waitForExit(of: "b/t/1").exit?.code == 7)
    await test.registry.close()
  }

  @Test("a driver that hangs over a task of before holds nobody up", arguments: DriverIsolation.allCases)
  func hangs(isolation: DriverIsolation) async throws {
    let test = try await TestRegistry(
      isolation, loads: false,
      deadlines: DriverDeadlines(other: .milliseconds(600), others: .milliseconds(50)))
    var configuration = try test.configuration("hangs = \"h/t/1\"")
    let still = try TestLibraries.copy(try TestLibraries.library("static_data.c"), as: "still.so")
    configuration.plugins.append(PluginBlock(name: "still", path: still))
    #expect(await test.registry.load(configuration) == [])
    let deferred = Flag()
    async let hung = outcome { () async throws(DriverError) in
      try await test.registry.recover(testRecovery("h/t/1"), with: "scripted") { _ in
        await deferred.raise()
      }
    }
    #expect(try await test.registry.recover(testRecovery("a/t/1"), with: "scripted").state == .running)
    await deferred.wait()
    // Returns, though it hangs; and the other driver serves.
    await test.registry.restoreComplete()
    let other = try test.registry.driver(named: "still")
    let unknown = try await requireDriverError { () async throws(DriverError) in
      try await other.inspect("nothing")
    }
    #expect(unknown.kind == .notFound)
    if isolation == .process {
      // Its process is ended twice over it.
      guard case .failure(let error) = await hung else {
        Issue.record("it was found")
        return
      }
      #expect(error.kind == .timedOut)
    } else {
      // It waits, until somebody replaces the driver.
      #expect(try await test.driver.fingerprint().health == .unhealthy)
      try test.replaceFile(by: TestRegistry.newVersion())
      try await test.registry.reload("scripted", with: try test.configuration())
      #expect(try await hung.get().state == .running)
    }
    try await test.waitUntilServed("a/t/1")
    #expect(try await test.driver.inspect("a/t/1").state == .running)
    await test.registry.close()
  }

  @Test("a driver that is told of nothing more, and hangs over it, keeps no other from serving")
  func restoreCompleteHangs() async throws {
    let test = try await TestRegistry(
      .none, loads: false, deadlines: DriverDeadlines(other: .milliseconds(200), others: .milliseconds(50)))
    #expect(await test.registry.load(try test.configuration("hangs = \"restore_complete\"")) == [])
    #expect(await test.registry.restoreComplete().map(\.kind) == [.timedOut])
    let driver = try test.driver
    let request = try testRequest("a/t/1", schema: driver.descriptor.taskSchema)
    let error = try await requireDriverError { () async throws(DriverError) in
      try await driver.start(request)
    }
    #expect(error.kind == .driverGone && error.isRecoverable)
    await test.registry.close()
  }
}
