import Agent
import DriverHost
import Foundation
import HCL
import Jobs
import Testing

@testable import Runner

/// An agent of a test: the real drivers of this build, a data directory of its own.
enum TestAgent {
  /// The folder of the drivers that the package's build made: that of the tests' own executable.
  static func driverDirectory() throws -> String {
    let executable = try #require(FileSystem.resolved("/proc/self/exe"))
    return String(executable[..<(try #require(executable.lastIndex(of: "/")))])
  }

  static func configuration(dataDirectory: String) throws -> AgentConfiguration {
    AgentConfiguration(
      dataDirectory: dataDirectory,
      drivers: DriversConfiguration(
        plugins: try ["raw_exec", "mock_driver"].map { name in
          PluginBlock(name: name, path: try driverDirectory() + "/lib\(name).so")
        }))
  }

  /// A text as a string of a job file.
  static func quoted(_ text: String) -> String {
    let escaped = text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(
      of: "\"", with: "\\\"")
    return "\"\(escaped)\""
  }

  static func job(_ text: String) throws -> Job {
    let result = JobFile.parse(text, fileName: "test.hcl")
    return try #require(
      result.job, "the job file of the test is wrong: \(result.diagnostics.map(\.description))")
  }

  /// Runs a body with an agent, and removes its data directory after it.
  static func with<Result>(
    _ body: (EmbeddedAgent) async throws -> Result
  ) async throws -> Result {
    let path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/hostler-test-")
    defer { try? FileSystem.remove(path) }
    let agent = try await EmbeddedAgent(configuration(dataDirectory: path))
    #expect(agent.loadFailures.map(\.description) == [])
    let result = try await body(agent)
    await agent.close()
    return result
  }

  /// Runs a job to its end; the states of its only allocation's tasks and how it came out.
  static func run(
    _ text: String, file: (EmbeddedAgent) throws -> Void = { _ in },
    check: (JobRun, JobOutcome) async throws -> Void
  ) async throws {
    let job = try job(text)
    try await with { agent in
      #expect(agent.check(job) == [])
      let run = await agent.run(job, artifactBase: agent.dataDirectory.path)
      let outcome = await run.outcome()
      try await check(run, outcome)
    }
  }
}

extension JobRun {
  /// What a task of the only allocation wrote to a stream, from the first file.
  func output(of task: String, _ stream: String = "stdout") throws -> String {
    let directory = try #require(allocations.first).directory
    let bytes = try FileSystem.read("\(directory.logs)/\(task).\(stream).0", limitBytes: 1 << 20)
    return String(decoding: bytes, as: UTF8.self)
  }
}
