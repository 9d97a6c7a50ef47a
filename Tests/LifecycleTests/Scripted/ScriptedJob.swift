import Foundation
import Jobs
import Lifecycle

/// A job as the scripted driver understands it.
struct ScriptedJob: Decodable {
  struct Restart: Decodable {
    var attempts: Int
    var interval: Double
    var delay: Double
    var mode: String
  }

  struct Task: Decodable {
    var name: String
    var driver: String
    var hook: String?
    var sidecar: Bool
    var leader: Bool
    var killTimeout: Double
    var shutdownDelay: Double
    var config: Config
  }

  /// What the two drivers of the recordings can be told.
  struct Config: Decodable {
    var command: String?
    var args: [String]?
    var start_error: String?
    var start_error_recoverable: Bool?
    var start_block_for: Double?
    var run_for: Double?
    var exit_code: Int?
    var exit_signal: Int?
    var kill_after: Double?
  }

  var type: String
  var restart: Restart
  var tasks: [Task]
  var shutdownDelay: Double?

  /// The plan that the core gets.
  var plan: AllocationPlan {
    let policy = RestartPolicy(
      attempts: restart.attempts, interval: .seconds(restart.interval), delay: .seconds(restart.delay),
      mode: restart.mode == "delay" ? .delay : .fail)
    let group = Job.Group(
      name: "g", shutdownDelay: .seconds(shutdownDelay ?? 0),
      tasks: tasks.map { task in
        Job.Task(
          name: task.name, driver: task.driver,
          lifecycle: task.hook.flatMap { LifecycleHook.Stage(rawValue: $0) }
            .map { LifecycleHook($0, sidecar: task.sidecar) },
          leader: task.leader, killTimeout: .seconds(task.killTimeout),
          shutdownDelay: .seconds(task.shutdownDelay), restart: policy)
      })
    return AllocationPlan(group: group, jobType: JobType(rawValue: type) ?? .service, seed: 7)
  }
}
