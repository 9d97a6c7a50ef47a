import Foundation
import Testing

@testable import DriverHost

@Suite("Drivers in other languages, from the header and the documentation alone")
struct DriverLanguagesTests {
  private func open(_ path: String, _ name: String) async throws -> LoadedDriver {
    let library = try #require(try DriverLibrary.load(LibraryCheck(path: path, driver: name, sha256: nil)))
    let driver = try library.open(
      try #require(library.drivers.first), deadlines: DriverDeadlines(), log: { _ in })
    try await driver.configure(try driver.descriptor.pluginSchema.check(nil, subject: "plugin"))
    return driver
  }

  private func request(_ driver: LoadedDriver, _ id: String, _ config: String) throws -> TaskRequest {
    TaskRequest(
      taskID: id, allocationID: "a", jobID: "j", jobName: "j", groupName: "g", taskName: "t",
      directories: TaskRequest.Directories(
        allocation: "/a", task: "/a/t", local: "/a/t/local", secrets: "/a/t/secrets", temporary: "/a/t/tmp"),
      logs: TaskLogs(directory: "/a/logs", stdoutName: "o", stderrName: "e"),
      configuration: try driver.descriptor.taskSchema.check(try located(config), subject: "task"))
  }

  @Test(
    "the header compiles on its own, without a warning",
    arguments: [
      ("cc", "c", "c11"), ("cc", "c", "c17"), ("clang", "c", "c11"), ("c++", "c++", "c++17"),
      ("clang++", "c++", "c++17"), ("c++", "c++", "c++20"),
    ])
  func header(compiler: String, language: String, standard: String) throws {
    let source = try TestLibraries.directory() + "/header.\(language == "c" ? "c" : "cpp")"
    try Data(
      """
      #include "hostler/driver.h"
      #include "hostler/driver.h"
      static hostler_driver_table table;
      int main(void) { return table.size == sizeof(hostler_entry) && HOSTLER_OK; }

      """.utf8
    ).write(to: URL(filePath: source))
    try TestLibraries.run(
      compiler,
      [
        "-x", language, "-std=\(standard)", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
        "-I",
        TestLibraries.include.path, source,
      ])
  }

  @Test("a driver in Rust, written against the header by hand, runs a task")
  func rust() async throws {
    let driver = try await open(try TestLibraries.rustLibrary("rust_driver.rs"), "rusty")
    try await driver.restoreComplete()
    #expect(try await driver.fingerprint() == Fingerprint(health: .healthy, description: "written in Rust"))
    let started = try await driver.start(try request(driver, "rust/1", "greeting = \"grüß dich\""))
    #expect(started.handle == Array("rust/1".utf8))
    #expect(try await driver.inspect("rust/1") == TaskStatus(state: .running, message: "grüß dich"))
    async let exit = driver.waitForExit(of: "rust/1").exit
    try await driver.stop("rust/1", TaskStopRequest(isForced: true))
    #expect(try await exit == ExitStatus(code: 137, signal: 9))
    try await driver.destroy("rust/1", force: false)
    await driver.close()
  }

  // MARK: The documentation
  private static let page = TestLibraries.packageDirectory.appending(path: "docs/driver-abi.md")

  private func page() throws -> String { try String(contentsOf: Self.page, encoding: .utf8) }

  @Test("every rule has its heading in the documentation, in order, and no other heading looks like one")
  func rules() throws {
    let headings = try page().split(separator: "\n").filter { $0.hasPrefix("#### R") }.map(String.init)
    #expect(headings == ABIRule.allCases.map { "#### \($0): \($0.title)" })
    #expect(ABIRule.allCases.map(\.rawValue) == Array(1...ABIRule.allCases.count))
  }

  @Test("the driver in the documentation compiles, runs tasks, and finds them again")
  func documentedDriver() async throws {
    let page = try page()
    let begin = try #require(page.range(of: "```c\n"))
    let end = try #require(page.range(of: "```", range: begin.upperBound..<page.endIndex))
    let path = try TestLibraries.library(
      ofText: String(page[begin.upperBound..<end.lowerBound]), named: "documented driver")
    let driver = try await open(path, "timer")
    try await driver.restoreComplete()
    // A task that ends by itself.
    let short = try request(driver, "timer/short", "duration = \"1ms\"")
    let handle = try await driver.start(short)
    #expect(try await driver.waitForExit(of: "timer/short").exit == ExitStatus(code: 0))
    #expect(try await driver.start(short) == handle)
    // One that is stopped.
    let long = try request(driver, "timer/long", "duration = \"1h\"")
    let started = try await driver.start(long)
    let refused = try await requireDriverError { () async throws(DriverError) in
      try await driver.destroy("timer/long", force: false)
    }
    #expect(refused.kind == .stillRunning)
    // A second instance stands for another process.
    let other = try await open(path, "timer")
    let logs = TaskLogs(directory: "/l", stdoutName: "o", stderrName: "e")
    #expect(
      try await other.recover(RecoverRequest(taskID: "timer/long", handle: started.handle, logs: logs)).state
        == .running)
    #expect(
      try await other.recover(RecoverRequest(taskID: "timer/short", handle: handle.handle, logs: logs)).exit
        == ExitStatus(code: 0))
    let unknown = try await requireDriverError { () async throws(DriverError) in
      try await other.recover(RecoverRequest(taskID: "timer/none", handle: [], logs: logs))
    }
    #expect(unknown.kind == .notFound)
    await other.close()
    try await driver.stop("timer/long", TaskStopRequest(signal: 15))
    #expect(try await driver.waitForExit(of: "timer/long").exit == ExitStatus(code: 143, signal: 15))
    try await driver.destroy("timer/long", force: false)
    await driver.close()
  }
}
