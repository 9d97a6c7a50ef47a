import HCL
import Jobs
import Lifecycle

extension Scenario {
  /// Makes the scenario of a seed.
  ///
  /// - Parameter hasFaults: Whether anything goes wrong in it; without, everybody only does their work.
  public init(seed: UInt64, hasFaults: Bool = true) {
    var maker = ScenarioMaker(seed: seed)
    self = maker.make(hasFaults: hasFaults)
  }
}

/// Draws a scenario at random.
private struct ScenarioMaker {
  private var random: RandomSource
  private let seed: UInt64

  init(seed: UInt64) {
    self.seed = seed
    random = RandomSource(seed: seed &* 0x2545_f491_4f6c_dd1d &+ 0x632b_e5ab)
    _ = random.next()
  }

  private mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
    Int64.random(in: range, using: &random)
  }
  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  private mutating func chance(_ percent: Int) -> Bool { number(0...99) < percent }
  private mutating func pick<Value>(_ values: [Value]) -> Value { values[number(0...(values.count - 1))] }
  /// A time from 0 to the longest, mostly a short one.
  private mutating func span(upTo longest: Int64) -> Int64 {
    let shift = number(0...12)
    return number(1...max(2, longest >> shift))
  }

  mutating func make(hasFaults: Bool) -> Scenario {
    let horizon = Int64.seconds(pick([20, 60, 60, 200]))
    var jobs: [SimulatedJob] = []
    var allocations = 0
    for index in 0..<pick([1, 1, 1, 2, 2, 3]) {
      let job = makeJob(index, at: index == 0 ? .milliseconds(1) : number(0...horizon / 2), allocations)
      allocations += job.group.count
      jobs.append(job)
    }
    var steps: [ScheduledStep] = []
    for _ in 0..<number(0...5) { steps.append(step(operation(jobs, allocations), within: horizon)) }
    if hasFaults {
      for _ in 0..<pick([0, 1, 1, 2, 2, 3, 4, 6, 10]) { steps.append(step(fault(), within: horizon)) }
    }
    // The sort is stable in effect: times are drawn from a wide range.
    steps.sort { $0.at < $1.at }
    return Scenario(seed: seed, jobs: jobs, steps: steps, horizon: horizon)
  }

  private mutating func step(_ action: ScheduledStep.Action, within horizon: Int64) -> ScheduledStep {
    // Much happens in the first seconds.
    ScheduledStep(at: chance(50) ? span(upTo: horizon) : number(0...horizon), action: action)
  }

  // MARK: Jobs

  private mutating func makeJob(_ index: Int, at time: Int64, _ firstAllocation: Int) -> SimulatedJob {
    let type: JobType = chance(60) ? .batch : .service
    var tasks: [Job.Task] = []
    var scripts: [TaskScript] = []
    let count = pick([1, 1, 2, 2, 3, 3, 4, 5])
    for place in 0..<count {
      let hook: LifecycleHook? =
        place == 0 && chance(70) || chance(35)
        ? nil
        : pick([
          LifecycleHook(.prestart), LifecycleHook(.prestart, sidecar: true), LifecycleHook(.poststart),
          LifecycleHook(.poststart, sidecar: true), LifecycleHook(.poststop),
        ])
      tasks.append(makeTask(place, hook))
      scripts.append(script(Stage(hook), type))
    }
    if chance(20), let leader = tasks.indices.first(where: { Stage(tasks[$0].lifecycle) != .poststop }) {
      tasks[leader].leader = true
    }
    let group = Job.Group(
      name: "group", count: pick([1, 1, 1, 2]),
      shutdownDelay: chance(15) ? .nanoseconds(span(upTo: .seconds(10))) : .zero, tasks: tasks)
    return SimulatedJob(
      at: time, job: Job(id: "job\(index)", type: type, groups: [group]), scripts: scripts,
      firstAllocation: firstAllocation)
  }

  private mutating func makeTask(_ place: Int, _ hook: LifecycleHook?) -> Job.Task {
    Job.Task(
      name: "task\(place)", driver: "simulated", lifecycle: hook,
      killTimeout: .nanoseconds(span(upTo: .seconds(20))),
      shutdownDelay: chance(20) ? .nanoseconds(span(upTo: .seconds(10))) : .zero,
      restart: RestartPolicy(
        attempts: number(0...3), interval: .seconds(pick([5, 60, 3600, 3600])),
        delay: chance(20) ? .zero : .nanoseconds(span(upTo: .seconds(20))), mode: chance(85) ? .fail : .delay)
    )
  }

  private mutating func script(_ stage: Stage, _ type: JobType) -> TaskScript {
    let isLasting = stage.isSidecar ? chance(80) : stage == .main && type == .service && chance(60)
    let longest = Int64.seconds(stage == .main ? 60 : 8)
    let first = span(upTo: longest)
    return TaskScript(
      run: isLasting ? nil : first...first + span(upTo: longest), failures: pick([0, 0, 10, 50, 100]),
      deaf: pick([0, 0, 0, 50, 100]))
  }

  // MARK: Operations and faults

  private mutating func operation(_ jobs: [SimulatedJob], _ allocations: Int) -> ScheduledStep.Action {
    let allocation = number(0...allocations - 1)
    let tasks = jobs.last { $0.firstAllocation <= allocation }?.group.tasks.count ?? 1
    let task = number(0...tasks - 1)
    switch number(0...9) {
    case 0, 1: return .restart(allocation: allocation, .allTasks, asFailure: chance(10))
    case 2: return .restart(allocation: allocation, .runningTasks, asFailure: chance(10))
    case 3, 4: return .restart(allocation: allocation, .task("task\(task)"), asFailure: chance(20))
    case 5: return .signal(allocation: allocation, task: chance(50) ? task : nil)
    case 6, 7: return .stop(allocation: allocation, pick([.graceful, .graceful, .withoutDelay, .immediate]))
    default: return .shutDownAgent(downFor: span(upTo: .seconds(20)))
    }
  }

  private mutating func fault() -> ScheduledStep.Action {
    switch number(0...19) {
    case 0...7: .killAgent(afterEffects: number(0...30), downFor: span(upTo: .seconds(30)))
    case 8, 9: .killSupervisor(downFor: span(upTo: .seconds(3)))
    case 10, 11: .killDriver(downFor: span(upTo: .seconds(60)))
    case 12: .reboot(downFor: span(upTo: .seconds(60)))
    case 13, 14: .diskFull(for: span(upTo: .seconds(60)))
    case 15: .diskErrors(for: span(upTo: .seconds(20)))
    case 16: .setClock(by: number(-1...1) * span(upTo: .seconds(4000)))
    default: .trouble(pick(DriverCallKind.allCases), pick(Trouble.allCases), for: span(upTo: .seconds(120)))
    }
  }
}
