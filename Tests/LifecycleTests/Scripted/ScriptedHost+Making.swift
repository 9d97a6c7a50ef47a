import Jobs
import Lifecycle

/// A task of a test, with what its process does.
struct ScriptedTask {
  var plan: AllocationPlan.Task
  var config = ScriptedConfig()

  /// Makes a task of a batch job that allows no restarts, unless told otherwise.
  init(
    _ name: String, _ script: String = "exec sleep 1000", stage: Stage = .main, leader: Bool = false,
    killTimeout: Duration = .seconds(2), shutdownDelay: Duration = .zero, attempts: Int = 0,
    onSuccess: Bool = false, hooks: HookKinds = []
  ) {
    plan = AllocationPlan.Task(
      name: name, stage: stage, leader: leader, killTimeout: killTimeout, shutdownDelay: shutdownDelay,
      restart: RestartPolicy(attempts: attempts, interval: .seconds(600), delay: .seconds(1), mode: .fail),
      restartsOnSuccess: stage.isSidecar || onSuccess, hooks: hooks)
    config.command = "/bin/sh"
    config.args = ["-c", script]
  }

  /// A task whose driver does something special.
  func configured(_ change: (inout ScriptedConfig) -> Void) -> ScriptedTask {
    var task = self
    change(&task.config)
    return task
  }
}

extension ScriptedHost {
  /// A host whose agent has begun to run the tasks.
  init(
    _ tasks: [ScriptedTask], groupDelay: Duration = .zero, maxRunDuration: Duration? = nil
  ) {
    self.init(
      plan: AllocationPlan(
        tasks: tasks.map(\.plan), shutdownDelay: groupDelay, maxRunDuration: maxRunDuration, seed: 1),
      configs: tasks.map(\.config))
  }

  /// A host whose agent runs, some time after the beginning.
  static func running(
    _ tasks: [ScriptedTask], groupDelay: Duration = .zero, for seconds: Double = 1
  ) -> ScriptedHost {
    var host = ScriptedHost(tasks, groupDelay: groupDelay)
    host.startAgent()
    host.run(seconds: seconds)
    return host
  }

  mutating func stop(_ urgency: StopRequest.Urgency = .graceful, reason: String = "") {
    send(.stopRequested(StopRequest(urgency: urgency, reason: reason)))
  }

  mutating func kill(_ name: String, failsTask: Bool = false) {
    guard let index = plan.tasks.firstIndex(where: { $0.name == name }) else { return }
    send(.taskKillRequested(TaskIndex(index), reason: "test", failsTask: failsTask))
  }

  mutating func restartAgent(after seconds: Double = 1) {
    killAgent()
    run(seconds: seconds)
    startAgent()
  }

  /// The answer to a request; nil while there is none.
  func answer(_ request: RequestID) -> Result<Bool, LifecycleRequestError>? {
    guard let reply = replies[request] else { return nil }
    if let error = reply { return .failure(error) }
    return .success(true)
  }

  func phase(_ name: String) -> TaskState.Phase? { state(name)?.phase }

  /// The events of all tasks in the order in which they happened, as `task: type`.
  var story: [String] {
    effects.compactMap { effect in
      if case .taskEvent(let task, let event) = effect {
        "\(plan.tasks[task.rawValue].name): \(event.kind.rawValue)"
      } else {
        nil
      }
    }
  }

  /// The details of the newest event of a kind.
  func details(_ name: String, _ kind: TaskEvent.Kind) -> [String: String]? {
    state(name)?.events.last { $0.kind == kind }?.details
  }
}
