import Agent
import Foundation
import Jobs
import Lifecycle
import ScenarioTestKit
import Testing

@testable import Runner

/// The scenarios that were recorded from a real Nomad, with real drivers and real processes. Where the
/// agent is killed and started, the embedded agent is shut down with its tasks left running, and a new
/// one goes on from what is stored.
@Suite("Recorded scenarios, with real processes")
struct ScenarioTests {
  static let scenarios: [Scenario] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "LifecycleTests/Fixtures/lifecycle")
    return (try? Scenario.all(in: folder)) ?? []
  }()

  @Test("all recordings are there")
  func complete() {
    #expect(Self.scenarios.count == 28)
  }

  @Test("the agent does what was recorded", .timeLimit(.minutes(2)), arguments: scenarios)
  func recorded(scenario: Scenario) async throws {
    let path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/hostler-test-")
    defer { try? FileSystem.remove(path) }
    var stage = try await Stage(job: TestAgent.job(scenario.job), dataDirectory: path)
    for step in scenario.steps {
      if let problem = try await stage.perform(step) {
        Issue.record("\(scenario.name): \(problem)")
        break
      }
    }
    let outcome = await stage.outcome()
    let events = await stage.eventTexts()
    #expect(scenario.differences(from: outcome) == [], "\(events)")
    await stage.end()
  }

  /// One run of a scenario.
  private struct Stage {
    let job: Job
    let dataDirectory: String
    var agent: EmbeddedAgent
    var run: JobRun
    var watch = RunWatch()

    init(job: Job, dataDirectory: String) async throws {
      self.job = job
      self.dataDirectory = dataDirectory
      agent = try await EmbeddedAgent(TestAgent.configuration(dataDirectory: dataDirectory))
      run = await agent.run(job, artifactBase: dataDirectory)
      follow()
    }

    private func follow() {
      let (run, watch) = (run, watch)
      _Concurrency.Task { await watch.follow(run) }
    }

    /// Does a step; what went wrong, or nil.
    mutating func perform(_ step: Scenario.Step) async throws -> String? {
      switch step {
      case .waitForTasks(let states):
        await watch.wait { view in
          states.allSatisfy { view.tasks[$0.key]?.phase.rawValue == $0.value }
        }
      case .waitForEnd:
        let count = job.groups[0].tasks.count
        await watch.wait { view in
          // A failed allocation may still have tasks to end.
          (view.status == .complete || view.status == .failed)
            && view.tasks.values.count { $0.phase == .dead } == count
        }
      case .sleep(let seconds):
        // A recorded pause is part of what was done.
        try await SystemClock().sleep(for: .seconds(seconds))
      case .restart(let task, let allTasks, let status):
        return await restart(task: task, allTasks: allTasks, status: status)
      case .stop:
        await run.stop(StopRequest())
      case .killAgent:
        await run.shutdown()
        await agent.close()
      case .startAgent:
        agent = try await EmbeddedAgent(TestAgent.configuration(dataDirectory: dataDirectory))
        watch = RunWatch()
        let stored = try await agent.restorable()
        guard let before = stored.jobs.first, before.job == job else { return "the job was not stored" }
        run = await agent.run(
          before.job, artifactBase: before.artifactBase, restoring: before.allocations)
        follow()
      }
      return nil
    }

    private func restart(task: String?, allTasks: Bool, status: Int) async -> String? {
      let target: RestartTarget =
        allTasks ? .allTasks : task.flatMap { $0.isEmpty ? nil : .task($0) } ?? .runningTasks
      var refusal: LifecycleRequestError?
      for allocation in run.allocations {
        do { try await allocation.restart(target) } catch { refusal = error }
      }
      return (refusal == nil) == (status < 300)
        ? nil : "restart \(target): \(refusal.map(\.description) ?? "done") for status \(status)"
    }

    func outcome() async -> ScenarioOutcome {
      guard let allocation = run.allocations.first else {
        return ScenarioOutcome(clientStatus: "", tasks: [:])
      }
      var tasks: [String: ScenarioOutcome.Task] = [:]
      for task in await allocation.tasks {
        tasks[task.name] = ScenarioOutcome.Task(
          result: Scenario.TaskResult(
            state: task.state.phase.rawValue, failed: task.state.failed, restarts: task.state.restarts),
          eventTypes: task.state.events.map(\.kind.rawValue))
      }
      return ScenarioOutcome(clientStatus: await allocation.status.0.rawValue, tasks: tasks)
    }

    /// What happened to the tasks, for a person who reads a failure.
    func eventTexts() async -> [String] {
      guard let allocation = run.allocations.first else { return [] }
      return await allocation.tasks.flatMap { task in
        task.state.events.map { "\(task.name): \($0.kind.rawValue): \($0.message)" }
      }
    }

    /// Ends whatever still runs.
    func end() async {
      await run.stop(StopRequest(urgency: .immediate))
      _ = await run.outcome()
      await agent.close()
    }
  }
}
