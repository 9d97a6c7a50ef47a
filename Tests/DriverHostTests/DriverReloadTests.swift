import Foundation
import Testing

@testable import DriverHost

@Suite("Replacing a driver under its tasks", .timeLimit(.minutes(1)))
struct DriverReloadTests {
  @Test(
    "a new version finds every task, and whoever waits for one goes on waiting",
    arguments: DriverIsolation.allCases)
  func reload(isolation: DriverIsolation) async throws {
    let test = try await TestRegistry(isolation)
    for index in 0..<100 { try await test.start("t\(index)/t/1") }
    let driver = try test.driver
    #expect(driver.descriptor.pluginVersion == "1.0.0")
    async let end = driver.waitForExit(of: "t7/t/1")
    try test.replaceFile(by: TestRegistry.newVersion())
    let process = test.processID
    try await test.registry.reload("scripted")
    #expect(driver.descriptor.pluginVersion == "2.0.0")
    #expect(test.registry.info(named: "scripted")?.descriptor.pluginVersion == "2.0.0")
    #expect((test.processID == process) == (isolation == .none))
    for index in 0..<100 { #expect(try await driver.inspect("t\(index)/t/1").state == .running) }
    try await driver.stop("t7/t/1", TaskStopRequest(signal: 15))
    #expect(try await end.exit?.signal == 15)
    try await test.start("new/t/1")
    #expect(test.log.texts.contains("closed"))
    #expect(test.log.texts.contains("replaced by version 2.0.0 of \(test.path)"))
    await test.registry.close()
  }

  @Test("the same file may be loaded again", arguments: DriverIsolation.allCases)
  func same(isolation: DriverIsolation) async throws {
    let test = try await TestRegistry(isolation)
    try await test.start("a/t/1")
    for _ in 0..<3 { try await test.registry.reload("scripted") }
    #expect(try await test.driver.inspect("a/t/1").state == .running)
    await test.registry.close()
  }

  @Test(
    "a new library that is bad in any way is refused with the reason, and the old one goes on",
    arguments: DriverIsolation.allCases, 0..<7)
  func bad(isolation: DriverIsolation, index: Int) async throws {
    let test = try await TestRegistry(isolation)
    try await test.start("gone")
    let driver = try test.driver
    async let end = driver.waitForExit(of: "gone")
    var configuration = try test.configuration()
    let expected: String
    switch index {
    case 0:
      try test.replaceFile(by: #filePath)
      expected = "ELF"
    case 1:
      try test.replaceFile(by: try TestLibraries.library("static_data.c", defining: ["ABI_MAJOR=9"]))
      expected = "9"
    case 2:
      try test.replaceFile(by: try TestLibraries.library("not_a_driver.c"))
      expected = "hostler_driver_entry"
    case 3:
      try FileManager.default.removeItem(atPath: test.path)
      expected = test.path
    case 4:
      configuration.plugins[0].config = try located("refuse = \"no licence\"")
      expected = "no licence"
    case 5:
      configuration.plugins[0].sha256 = String(repeating: "a", count: 64)
      expected = "aaaa"
    default:
      // It is good, but does not know the task.
      try test.replaceFile(by: TestRegistry.newVersion())
      expected = "never started"
    }
    let error = await #expect(throws: DriverReloadError.self) {
      try await test.registry.reload("scripted", with: configuration)
    }
    let text = error?.description ?? ""
    #expect(text.contains(expected) && text.hasSuffix("The driver of before goes on."), "\(text)")
    #expect(driver.descriptor.pluginVersion == "1.0.0")
    try await driver.stop("gone", TaskStopRequest(signal: 15))
    #expect(try await end.exit?.signal == 15)
    await test.registry.close()
  }

  @Test("a library that crashes as it is loaded costs the driver host, not the driver")
  func crash() async throws {
    let test = try await TestRegistry(.process)
    try await test.start("a/t/1")
    try test.replaceFile(by: TestLibraries.library("constructor.c", defining: ["MISTAKE=abort()"]))
    let error = await #expect(throws: DriverReloadError.self) {
      try await test.registry.reload("scripted")
    }
    guard case .notLoaded(let reason) = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.problem == .hostEnded)
    #expect(try await test.driver.inspect("a/t/1").state == .running)
    await test.registry.close()
  }

  @Test("calls under way are left to end first; when they do not, nothing is replaced")
  func callsUnderWay() async throws {
    let test = try await TestRegistry(.none, deadlines: DriverDeadlines(other: .milliseconds(200)))
    async let started = test.start("s/t/1", "behaviour = \"slow\"")
    await test.log.wait(for: "start is slow")
    let error = await #expect(throws: DriverReloadError.self) {
      try await test.registry.reload("scripted")
    }
    #expect(error?.problem == .callsUnderWay(1))
    try await test.driver.signal("any", signal: 1001)
    #expect(try await started.handle == Array("s/t/1".utf8))
    try await test.registry.reload("scripted")
    #expect(try await test.driver.inspect("s/t/1").state == .running)
    await test.registry.close()
  }

  @Test("tasks are started, inspected and ended all the while it is reloaded")
  func underLoad() async throws {
    let test = try await TestRegistry(.none)
    let driver = try test.driver
    try await withThrowingTaskGroup { group in
      group.addTask { for _ in 0..<10 { try await test.registry.reload("scripted") } }
      for worker in 0..<4 {
        group.addTask {
          for index in 0..<50 {
            let id = "w\(worker)-\(index)/t/1"
            try await test.start(id)
            async let end = driver.waitForExit(of: id)
            #expect(try await driver.inspect(id).state == .running)
            try await driver.stop(id, TaskStopRequest(signal: 15))
            #expect(try await end.exit?.signal == 15)
            try await driver.destroy(id, force: false)
          }
        }
      }
      try await group.waitForAll()
    }
    await test.registry.close()
  }

  @Test("one that is not there is loaded by a reload, or else named with those that are")
  func absent() async throws {
    let test = try await TestRegistry(.none, loads: false)
    _ = await test.registry.load(try test.configuration(plugins: false))
    await test.registry.restoreComplete()
    let error = await #expect(throws: DriverReloadError.self) {
      try await test.registry.reload("scripted")
    }
    guard case .unknown = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    try await test.registry.reload("scripted", with: try test.configuration())
    try await test.start("a/t/1")
    await test.registry.close()
  }

  @Test("a driver with tasks is not unloaded, and they are named", arguments: DriverIsolation.allCases)
  func unload(isolation: DriverIsolation) async throws {
    let test = try await TestRegistry(isolation)
    try await test.start("b/t/1")
    try await test.start("a/t/1")
    let error = await #expect(throws: DriverUnloadError.self) { try await test.registry.unload("scripted") }
    #expect(error?.problem == .hasTasks(["a/t/1", "b/t/1"]))
    for id in ["a/t/1", "b/t/1"] { try await test.driver.destroy(id, force: true) }
    let driver = try test.driver
    try await test.registry.unload("scripted")
    #expect(test.registry.all == [])
    let refused = try await requireDriverError { () async throws(DriverError) in
      try await driver.inspect("a/t/1")
    }
    #expect(refused.kind == .notServing)
    let unknown = await #expect(throws: DriverUnloadError.self) {
      try await test.registry.unload("scripted")
    }
    #expect(unknown?.description.hasPrefix("There is no driver \"scripted\".") == true)
    try await test.registry.load(try test.block())
    try await test.start("c/t/1")
    let twice = await #expect(throws: DriverLoadError.self) { try await test.registry.load(try test.block()) }
    #expect(twice?.problem == .duplicateName)
    await test.registry.close()
  }
}
