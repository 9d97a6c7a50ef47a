import Agent
import Foundation
import Jobs
import Lifecycle
import State
import Testing

@testable import Runner

/// What an agent keeps in its data directory.
@Suite("An agent's data directory", .timeLimit(.minutes(2)))
struct AgentStateTests {
  private static let job = """
    job "test" {
      type = "batch"
      group "g" {
        count = 3
        restart {
          attempts = 0
          mode     = "fail"
        }
        task "t" {
          driver = "mock_driver"
          config {
            run_for   = "1ms"
            exit_code = 3
          }
        }
      }
    }
    """

  private func withDirectory(_ body: (String) async throws -> Void) async throws {
    let path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/hostler-test-")
    defer { try? FileSystem.remove(path) }
    try await body(path)
  }

  @Test("what a job came to is there after the agent has gone")
  func outlives() async throws {
    try await withDirectory { path in
      let agent = try await EmbeddedAgent(TestAgent.configuration(dataDirectory: path), version: "1.2.3")
      _ = await agent.run(try TestAgent.job(Self.job), artifactBase: "/srv").outcome()
      let counts = try #require(agent.storeCounts)
      #expect(counts.commits > 0 && counts.commits < counts.changes)
      #expect(await agent.close() == nil)

      let contents = try StateReader.read(DataDirectory.statePath(in: path))
      #expect(contents.meta["created_by"] == "1.2.3")
      let stored = try #require(contents.jobs.first)
      #expect(stored.job == (try TestAgent.job(Self.job)) && stored.artifactBase == "/srv")
      #expect(stored.allocations.map(\.index) == [0, 1, 2])
      #expect(stored.allocations.allSatisfy { $0.record?.ended == true })
      for task in stored.allocations.flatMap(\.tasks) {
        #expect(task.record.exitCode == 3 && task.record.state.failed && task.record.position == .complete)
        #expect(task.record.handle == nil && !task.bootID.isEmpty)
      }

      let next = try await EmbeddedAgent(TestAgent.configuration(dataDirectory: path))
      let restorable = try await next.restorable()
      #expect(restorable.unreadable == [])
      #expect(restorable.jobs.flatMap(\.allocations).map(\.hasEnded) == [true, true, true])
      #expect(restorable.jobs.flatMap(\.allocations).allSatisfy { !$0.isOfEarlierBoot })
      for allocation in stored.allocations { next.forget(allocation: allocation.id) }
      await next.close()
      #expect(try StateReader.read(DataDirectory.statePath(in: path)).jobs.isEmpty)
    }
  }

  @Test("a second agent is told by which process the directory is used")
  func locked() async throws {
    try await withDirectory { path in
      let first = try await EmbeddedAgent(TestAgent.configuration(dataDirectory: path))
      let error = await #expect(throws: AgentStartError.self) {
        _ = try await EmbeddedAgent(TestAgent.configuration(dataDirectory: path))
      }
      #expect(error == .locked(path: path, processID: getpid()))
      #expect(error?.description.contains("process \(getpid())") == true)
      await first.close()
      try await EmbeddedAgent(TestAgent.configuration(dataDirectory: path)).close()
    }
  }

  @Test("state that is damaged is refused, left alone, and does not keep the directory locked")
  func damaged() async throws {
    try await withDirectory { path in
      let file = DataDirectory.statePath(in: path)
      try FileSystem.write(Array("no database".utf8), to: file)
      for _ in 0..<2 {
        let error = await #expect(throws: AgentStartError.self) {
          _ = try await EmbeddedAgent(TestAgent.configuration(dataDirectory: path))
        }
        guard case .state(.damaged) = error else {
          Issue.record("\(error.map { "\($0)" } ?? "")")
          return
        }
      }
      #expect(try FileSystem.read(file, limitBytes: 100) == Array("no database".utf8))
    }
  }

  @Test("an agent with a temporary directory keeps nothing")
  func temporary() async throws {
    var configuration = try TestAgent.configuration(dataDirectory: "")
    configuration.dataDirectory = nil
    let agent = try await EmbeddedAgent(configuration)
    #expect(agent.storeCounts == nil)
    #expect(try FileSystem.names(in: agent.dataDirectory.path).contains("state.sqlite") == false)
    await agent.close()
    try agent.dataDirectory.remove()
  }
}
