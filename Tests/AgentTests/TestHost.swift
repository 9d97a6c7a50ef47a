import DriverHost
import Foundation
import HCL
import Jobs
import Lifecycle
import Logging
import Testing

@testable import Agent
@testable import Runner

/// Agents one after the other on one data directory, as a host has them.
final class TestHost: Sendable {
  let dataDirectory: String
  let bootID: String
  let agent: HostAgent
  let configuration: AgentConfiguration

  private init(_ configuration: AgentConfiguration, bootID: String) async throws {
    dataDirectory = configuration.dataDirectory ?? ""
    self.configuration = configuration
    self.bootID = bootID
    agent = try await HostAgent(
      configuration, log: AgentLog(level: .critical) { _ in }, clock: SystemClock(), version: "1.2.3",
      bootID: bootID)
    #expect(agent.loadFailures.map(\.description) == [])
    try await agent.start()
  }

  /// Runs a body with the first agent of a data directory, and ends what the last of them still runs.
  static func with(
    _ change: (inout AgentConfiguration) throws -> Void = { _ in },
    _ body: (TestHost) async throws -> TestHost
  ) async throws {
    let path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/hostler-test-")
    defer { try? FileSystem.remove(path) }
    var configuration = try TestAgent.configuration(dataDirectory: path + "/data")
    try change(&configuration)
    let last = try await body(try await TestHost(configuration, bootID: "first"))
    await last.agent.stopTasks(StopRequest(urgency: .immediate))
    _ = await last.agent.shutdown()
  }

  /// The agent goes away, its tasks run on, something may happen meanwhile, and the next agent takes over.
  func next(
    bootID: String? = nil, meanwhile: () async throws -> Void = {}
  ) async throws -> TestHost {
    #expect(await agent.shutdown() == nil)
    try await meanwhile()
    return try await TestHost(configuration, bootID: bootID ?? self.bootID)
  }

  // MARK: Jobs

  @discardableResult
  func register(_ text: String) async throws -> JobRegistered {
    let job = try TestAgent.job(text)
    #expect(agent.check(job) == [])
    return try await agent.jobs.register(job, artifactBase: dataDirectory)
  }

  /// Suspends until the job's allocations, newest first, are as they should be.
  @discardableResult
  func wait(
    _ job: String, until isRight: ([AllocationSnapshot]) -> Bool
  ) async -> [AllocationSnapshot] {
    while !Task.isCancelled {
      let index = agent.jobs.index
      let allocations = agent.jobs.allocations(of: JobKey(id: job))
      if isRight(allocations) { return allocations }
      await agent.jobs.waitForChange(above: index)
    }
    return []
  }

  /// Suspends until a task of the newest allocation is in a phase; that allocation.
  @discardableResult
  func wait(_ job: String, _ task: String, _ phase: TaskState.Phase) async -> AllocationSnapshot? {
    await wait(job) { $0.first?.tasks[task]?.phase == phase }.first
  }

  /// Suspends until the newest allocation has ended; that allocation.
  @discardableResult
  func waitForEnd(_ job: String) async -> AllocationSnapshot? {
    await wait(job) { $0.first?.hasEnded == true }.first
  }

  /// What a task of an allocation has written.
  func output(_ allocation: AllocationSnapshot, _ task: String) throws -> String {
    let path = "\(agent.jobs.directory(of: allocation.id).logs)/\(task).stdout.0"
    return String(decoding: try FileSystem.read(path, limitBytes: 1 << 20), as: UTF8.self)
  }
}

extension AllocationSnapshot {
  /// The kinds of a task's events, oldest first.
  func events(of task: String) -> [TaskEvent.Kind] { tasks[task]?.events.map(\.kind) ?? [] }
}
