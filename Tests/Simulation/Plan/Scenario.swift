import Jobs
import Lifecycle

/// One run of the simulator: jobs, and what is done to them and to the host. A run follows from it alone.
public struct Scenario: Sendable {
  /// Where every number comes from that is not said here.
  public var seed: UInt64
  var jobs: [SimulatedJob]
  /// Operations and faults, in the order of their times.
  var steps: [ScheduledStep]
  /// When faults stop.
  var horizon: Int64

  var dice: Dice { Dice(seed: seed) }

  /// The jobs and steps, for people.
  public var description: [String] {
    jobs.flatMap(\.description) + steps.map { "\(seconds($0.at))  \($0.action)" }
  }
}

/// A job, and what its tasks' processes do.
struct SimulatedJob: Sendable {
  /// When it is submitted.
  var at: Int64
  var job: Job
  /// What the processes of each task do.
  var scripts: [TaskScript]
  /// The number of its first allocation.
  var firstAllocation: Int

  var group: Job.Group { job.groups[0] }

  var description: [String] {
    let head =
      "\(seconds(at))  submit \(job.id), \(job.type.rawValue), \(group.count) allocations from \(firstAllocation)"
      + (group.shutdownDelay > .zero ? ", shutdown delay \(group.shutdownDelay)" : "")
    return [head]
      + zip(group.tasks, scripts).map { task, script in
        var words = "    \(task.name): \(Stage(task.lifecycle))"
        if task.leader { words += ", leader" }
        words += ", \(script), kill timeout \(task.killTimeout)"
        if task.shutdownDelay > .zero { words += ", shutdown delay \(task.shutdownDelay)" }
        let policy = task.restart
        words += ", \(policy.attempts) restarts in \(policy.interval), delay \(policy.delay), \(policy.mode)"
        return words
      }
  }
}

/// What the processes of a task do.
struct TaskScript: Sendable, CustomStringConvertible {
  /// How long they run; nil for as long as they are let.
  var run: ClosedRange<Int64>?
  /// How many of a hundred end badly.
  var failures: Int
  /// How many of a hundred do not end on their kill signal.
  var deaf: Int

  var description: String {
    let length = run.map { "runs \(seconds($0.lowerBound)) to \(seconds($0.upperBound))" } ?? "runs for ever"
    return "\(length), fails \(failures) %, deaf \(deaf) %"
  }
}

/// Something that is done at a time.
struct ScheduledStep: Sendable {
  var at: Int64
  var action: Action

  /// What is done.
  enum Action: Sendable, CustomStringConvertible {
    // MARK: Operations
    case restart(allocation: Int, RestartTarget, asFailure: Bool)
    case signal(allocation: Int, task: Int?)
    case stop(allocation: Int, StopRequest.Urgency)
    /// The agent goes down as it is asked to, and comes back.
    case shutDownAgent(downFor: Int64)

    // MARK: Faults
    /// The agent is killed between two things that it does.
    case killAgent(afterEffects: Int, downFor: Int64)
    case killSupervisor(downFor: Int64)
    /// What a driver runs in ends, and is there again after a while.
    case killDriver(downFor: Int64)
    case reboot(downFor: Int64)
    case diskFull(for: Int64)
    /// Writing fails; whether something was written all the same is not known.
    case diskErrors(for: Int64)
    case trouble(DriverCallKind, Trouble, for: Int64)
    /// The time of day is set.
    case setClock(by: Int64)

    var description: String {
      switch self {
      case .restart(let allocation, let target, let asFailure):
        "restart \(target) of allocation \(allocation)\(asFailure ? " as failure" : "")"
      case .signal(let allocation, let task):
        "signal \(task.map { "task \($0)" } ?? "all") of allocation \(allocation)"
      case .stop(let allocation, let urgency): "stop allocation \(allocation), \(urgency)"
      case .shutDownAgent(let time): "shut the agent down for \(seconds(time))"
      case .killAgent(let effects, let time): "kill the agent after \(effects) effects, for \(seconds(time))"
      case .killSupervisor(let time): "kill the supervisor for \(seconds(time))"
      case .killDriver(let time): "kill the driver for \(seconds(time))"
      case .reboot(let time): "reboot, for \(seconds(time))"
      case .diskFull(let time): "disk full for \(seconds(time))"
      case .diskErrors(let time): "disk errors for \(seconds(time))"
      case .trouble(let call, let trouble, let time): "\(call) \(trouble) for \(seconds(time))"
      case .setClock(let time): "set the clock by \(seconds(time))"
      }
    }
  }
}

/// A call to a driver.
enum DriverCallKind: Int, Sendable, CaseIterable {
  case start, recover, wait, stop, signal, destroy
}

/// What becomes of calls to a driver for a while.
enum Trouble: Int, Sendable, CaseIterable {
  /// It takes seconds.
  case slow
  /// It fails, and may work later.
  case refuses
  /// It fails, and will again.
  case refusesForGood
  /// It is done, and nobody is told.
  case losesAnswer
  /// It is not done, and nobody is told.
  case dropsRequest
  /// It returns after its caller has given up.
  case hangs
}

/// A time in seconds, for people.
func seconds(_ nanoseconds: Int64) -> String {
  let milliseconds = nanoseconds / 1_000_000
  let fraction = String(abs(milliseconds % 1000) + 1000).dropFirst()
  return "\(milliseconds < 0 && milliseconds > -1000 ? "-" : "")\(milliseconds / 1000).\(fraction) s"
}

extension Int64 {
  static func seconds(_ count: Int64) -> Int64 { count * 1_000_000_000 }
  static func milliseconds(_ count: Int64) -> Int64 { count * 1_000_000 }
  static func microseconds(_ count: Int64) -> Int64 { count * 1000 }
}
