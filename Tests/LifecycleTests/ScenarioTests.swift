import Foundation
import Jobs
import Lifecycle
import ScenarioTestKit
import Testing

/// The scenarios that were recorded from a real Nomad, against the core with a scripted driver.
@Suite("Recorded scenarios")
struct ScenarioTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Fixtures")

  static let scenarios: [Scenario] =
    (try? Scenario.all(in: fixtures.appending(path: "lifecycle"))) ?? []

  @Test("all recordings are there")
  func complete() {
    #expect(Self.scenarios.count == 28)
  }

  @Test("the comparison sees a wrong status, count or order of events")
  func comparison() throws {
    let scenario = try #require(Self.scenarios.first { $0.name == "prestart-fails" })
    func outcome(_ change: (inout ScenarioOutcome) -> Void) -> Int {
      var tasks: [String: ScenarioOutcome.Task] = [:]
      for (name, result) in scenario.result.tasks {
        let types = scenario.events.filter { $0.task == name }.map(\.type)
        tasks[name] = ScenarioOutcome.Task(result: result, eventTypes: types)
      }
      var outcome = ScenarioOutcome(clientStatus: scenario.result.clientStatus, tasks: tasks)
      change(&outcome)
      return scenario.differences(from: outcome).count
    }
    #expect(outcome { _ in } == 0)
    #expect(outcome { $0.clientStatus = "complete" } == 1)
    #expect(outcome { $0.tasks["main"]?.result.restarts = 1 } == 1)
    #expect(outcome { $0.tasks["pre"]?.eventTypes.swapAt(2, 3) } == 1)
    #expect(outcome { $0.tasks["stop"] = nil } == 1)
    #expect(outcome { $0.tasks["main"]?.eventTypes.append("Killing") } == 0)
  }

  @Test("the core does what was recorded", arguments: scenarios)
  func recorded(scenario: Scenario) throws {
    let file = JobFile.parse(scenario.job, fileName: "\(scenario.name).nomad.hcl")
    let job = try #require(file.job, "\(file.diagnostics)")
    var host = try #require(ScriptedHost(job: job))
    host.startAgent()
    for step in scenario.steps {
      if let problem = perform(step, on: &host) {
        Issue.record("\(scenario.name): \(problem)")
        return
      }
    }
    #expect(scenario.differences(from: outcome(of: host)) == [])
    #expect(host.driver.violations == [])
  }

  private func perform(_ step: Scenario.Step, on host: inout ScriptedHost) -> String? {
    switch step {
    case .waitForTasks(let wanted):
      let holds = host.run(seconds: 60) { host in
        wanted.allSatisfy { host.state($0)?.phase.rawValue == $1 }
      }
      return holds ? nil : "never: \(wanted)"
    case .waitForEnd:
      let holds = host.run(seconds: 60) { $0.status == .complete || $0.status == .failed }
      // The recording was made after a moment more.
      host.run(seconds: 0.3)
      return holds ? nil : "never ended"
    case .sleep(let seconds):
      host.run(seconds: seconds)
    case .restart(let taskName, let allTasks, let status):
      let target: RestartTarget =
        allTasks ? .allTasks : (taskName ?? "").isEmpty ? .runningTasks : .task(taskName ?? "")
      let request = host.restart(target)
      guard host.run(seconds: 60, until: { $0.replies[request] != nil }) else {
        return "no answer to the restart"
      }
      let succeeded = host.replies[request] == .some(.none)
      return succeeded == (status < 300) ? nil : "restart succeeded: \(succeeded), for status \(status)"
    case .stop:
      host.send(.stopRequested(StopRequest()))
    case .killAgent:
      host.killAgent()
    case .startAgent:
      host.startAgent()
    }
    return nil
  }

  private func outcome(of host: ScriptedHost) -> ScenarioOutcome {
    let tasks = (host.machine?.tasks ?? []).map { task in
      let state = task.state
      let result = Scenario.TaskResult(
        state: state.phase.rawValue, failed: state.failed, restarts: state.restarts)
      return (task.name, ScenarioOutcome.Task(result: result, eventTypes: state.events.map(\.kind.rawValue)))
    }
    return ScenarioOutcome(
      clientStatus: host.status?.rawValue ?? "", tasks: Dictionary(uniqueKeysWithValues: tasks))
  }
}
