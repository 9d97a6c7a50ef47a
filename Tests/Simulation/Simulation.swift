import Jobs
import Lifecycle
import State

/// One run on virtual time: the real core and the real store, with a simulated shell, driver, host and disk.
public final class Simulation {
  /// How a run went.
  public struct Outcome: Sendable {
    /// The first promise that was broken; nil when all were kept.
    public var violation: Violation?
    /// What happened, when that was wanted.
    public var trace: [String] = []
    /// How much happened.
    public var counts = Counts()
  }

  /// How much happened in runs.
  public struct Counts: Sendable {
    /// Steps on virtual time.
    public var events = 0
    /// Processes of tasks.
    public var starts = 0
    /// Kills of the agent.
    public var agentKills = 0
    /// Transactions of the store.
    public var commits = 0

    /// Makes counts of nothing.
    public init() {}

    /// Adds what happened in another run.
    public static func += (left: inout Counts, right: Counts) {
      left.events += right.events
      left.starts += right.starts
      left.agentKills += right.agentKills
      left.commits += right.commits
    }
  }

  let scenario: Scenario
  let flaw: Flaw?
  let dice: Dice
  private(set) var now: Int64 = 0
  private var agenda = Agenda()
  private let keepsTrace: Bool
  private(set) var outcome = Outcome()

  var disk = SimulatedDisk()
  private(set) lazy var host = SimulatedHost(self)
  private(set) lazy var driver = SimulatedDriver(self)
  private(set) lazy var witness = Witness(self)
  /// The present agent; nil while there is none.
  private(set) var agent: SimulatedAgent?
  /// How many agents there were.
  private(set) var agents = 0
  private(set) var clockOffset: Int64 = 0
  private(set) var clockWasSet = false
  private var effectsUntilKill: (count: Int, downFor: Int64)?
  private var diskIsFullUntil: Int64 = 0
  private var diskFailsUntil: Int64 = 0
  private var previousDisk = SimulatedDisk()
  /// Jobs whose submission was not acknowledged yet.
  private var submitted: Set<Int> = []

  private init(_ scenario: Scenario, flaw: Flaw?, keepsTrace: Bool) {
    self.scenario = scenario
    self.flaw = flaw
    self.keepsTrace = keepsTrace
    dice = scenario.dice
  }

  /// Runs a scenario to its end, or until a promise is broken.
  public static func run(_ scenario: Scenario, flaw: Flaw? = nil, keepsTrace: Bool = false) -> Outcome {
    let simulation = Simulation(scenario, flaw: flaw, keepsTrace: keepsTrace)
    simulation.run()
    // What is left on the agenda refers to the simulation.
    simulation.agenda.removeAll()
    simulation.agent?.die()
    simulation.driver.agentIsGone()
    return simulation.outcome
  }

  // MARK: Names

  static func id(of allocation: Int) -> String { "allocation-\(allocation)" }
  static func number(of id: String) -> Int? { Int(id.dropFirst("allocation-".count)) }

  func job(of allocation: Int) -> SimulatedJob {
    scenario.jobs.last { $0.firstAllocation <= allocation } ?? scenario.jobs[0]
  }

  func isEarlier(_ left: InvocationKey, _ right: InvocationKey) -> Bool {
    (left.allocation, left.task, left.invocation) < (right.allocation, right.task, right.invocation)
  }

  // MARK: Time

  func after(_ time: Int64, _ action: @escaping () -> Void) {
    agenda.add(at: time > .max - now ? .max : now + time, action)
  }

  func countStart() { outcome.counts.starts += 1 }

  func note(_ line: () -> String) {
    if keepsTrace { outcome.trace.append("\(seconds(now))  \(line())") }
  }

  func fail(_ promise: Promise, _ message: String) {
    guard outcome.violation == nil else { return }
    let violation = Violation(promise: promise, message: message, at: now)
    outcome.violation = violation
    if keepsTrace { outcome.trace.append(violation.description) }
  }

  private static let patience = Int64.seconds(4 * 3600)
  private static let mostEvents = 400_000

  private func run() {
    startAgent()
    for (index, job) in scenario.jobs.enumerated() { after(job.at) { [self] in submit(index) } }
    for step in scenario.steps { after(step.at) { [self] in take(step.action) } }
    after(scenario.horizon) { [self] in heal() }
    while outcome.violation == nil, let (time, action) = agenda.next() {
      if time > scenario.horizon + Self.patience { break }
      now = time
      outcome.counts.events += 1
      if outcome.counts.events > Self.mostEvents { break }
      action()
    }
    if outcome.violation == nil { checkEnd() }
  }

  private func checkEnd() {
    for number in allocations where !witness.ended.contains(number) {
      fail(.end, "allocation \(number) does not end")
    }
    witness.checkEnd()
  }

  private var allocations: [Int] {
    scenario.jobs.flatMap { $0.firstAllocation..<$0.firstAllocation + $0.group.count }
  }

  // MARK: The agent's life

  private func startAgent() {
    guard agent == nil, outcome.violation == nil else { return }
    agents += 1
    note { "an agent starts" }
    let agent = SimulatedAgent(self)
    self.agent = agent
    host.connected()
    do {
      try agent.start()
    } catch {
      fail(.history, "what is stored cannot be read: \(error)")
    }
  }

  /// The agent is gone; another comes after a while.
  private func loseAgent(downFor time: Int64) {
    guard let agent else { return }
    agent.die()
    self.agent = nil
    effectsUntilKill = nil
    driver.agentIsGone()
    host.agentIsGone()
    after(time) { [self] in startAgent() }
  }

  /// Whether the agent is killed before its next effect.
  func agentIsKilled() -> Bool {
    guard let kill = effectsUntilKill else { return false }
    if kill.count > 0 {
      effectsUntilKill?.count -= 1
      return false
    }
    killAgent(downFor: kill.downFor)
    return true
  }

  private func killAgent(downFor time: Int64) {
    note { "the agent is killed" }
    outcome.counts.agentKills += 1
    if flaw == .diskForgetsCommits { disk = previousDisk }
    loseAgent(downFor: time)
  }

  // MARK: The disk

  /// Commits a batch, or fails to.
  func commit(_ batch: StateBatch, number: Int) -> StoreFailure? {
    if now < diskIsFullUntil { return StoreFailure(.diskFull, message: "disk full") }
    let fails = now < diskFailsUntil
    // After a failure it may be there all the same.
    if !fails || dice.chance(50, .writeFate, agents, number) {
      outcome.counts.commits += 1
      previousDisk = disk
      if let refusal = disk.commit(batch, boot: host.boot) { fail(.history, refusal) }
      witness.committed(batch, before: previousDisk)
      note { "\(batch.changes) changes are durable" }
    }
    return fails ? StoreFailure(.other, message: "disk error") : nil
  }

  // MARK: What is done

  private func submit(_ index: Int) {
    let job = scenario.jobs[index]
    if submitted.contains(index) { return }
    guard let agent, !agent.isShuttingDown else {
      // Nobody answers: whoever submits it tries again.
      return after(.seconds(1)) { [self] in submit(index) }
    }
    // It may have been placed, and even have ended, without an answer.
    let first = job.firstAllocation
    if disk.allocations[Self.id(of: first)] != nil || witness.ended.contains(first) {
      submitted.insert(index)
      return
    }
    note { "submit \(job.job.id)" }
    agent.submit(job) { [self] in
      submitted.insert(index)
      witness.accepted(job)
    }
    // Without an answer, one tries again when there is another agent.
    let present = agents
    func look() {
      after(.seconds(1)) { [self] in
        if submitted.contains(index) { return }
        if agents == present && self.agent != nil { look() } else { submit(index) }
      }
    }
    look()
  }

  private func take(_ action: ScheduledStep.Action) {
    note { "\(action)" }
    switch action {
    case .restart(let allocation, let target, let asFailure): restart(allocation, target, asFailure)
    case .signal(let allocation, let task):
      agent?.runners[allocation]?.request {
        .signalRequested($0, task: task.map { "task\($0)" }, signal: "SIGHUP")
      } answer: { _ in
      }
    case .stop(let allocation, let urgency): stop(allocation, StopRequest(urgency: urgency))
    case .shutDownAgent(let time):
      guard let agent, !agent.isShuttingDown else { return }
      agent.shutDown { [self] in if self.agent === agent { loseAgent(downFor: time) } }
    case .killAgent(let effects, let time):
      if agent != nil && effectsUntilKill == nil { effectsUntilKill = (effects, time) }
    case .killSupervisor(let time): host.killSupervisor(downFor: time)
    case .killDriver(let time): driver.crash(downFor: time)
    case .reboot(let time):
      host.reboot()
      loseAgent(downFor: time)
    case .diskFull(let time): diskIsFullUntil = max(diskIsFullUntil, now + time)
    case .diskErrors(let time): diskFailsUntil = max(diskFailsUntil, now + time)
    case .trouble(let call, let trouble, let time): driver.trouble(call, trouble, for: time)
    case .setClock(let time):
      clockOffset += time
      clockWasSet = true
    }
  }

  private func restart(_ allocation: Int, _ target: RestartTarget, _ asFailure: Bool) {
    guard let runner = agent?.runners[allocation], runner.hasBegun else { return }
    witness.restartIsRequested(allocation)
    let time = now
    let running = host.living.map(\.key).filter { key in
      key.allocation == allocation && runner.machine.state(of: TaskIndex(key.task)).phase == .running
        && job(of: allocation).stage(of: key.task) != .poststop
        && (target == .allTasks || target == .runningTasks || target == .task("task\(key.task)"))
    }
    runner.request {
      .restartRequested($0, target, RestartReason(countsAsFailure: asFailure))
    } answer: { [self] refusal in
      note { "restart of \(allocation): \(refusal.map { "\($0)" } ?? "done")" }
      guard refusal == nil else { return }
      witness.restarted(allocation, all: target == .allTasks, running: running, requestedAt: time)
    }
  }

  private func stop(_ allocation: Int, _ request: StopRequest) {
    witness.restartIsRequested(allocation)
    agent?.runners[allocation]?.stop(request)
  }

  // MARK: The end

  /// From here on nothing goes wrong any more; what does not end by itself is stopped.
  private func heal() {
    note { "faults stop" }
    effectsUntilKill = nil
    diskIsFullUntil = 0
    diskFailsUntil = 0
    driver.heal()
    stopAll()
  }

  private func stopAll() {
    var left = false
    for number in allocations where !witness.ended.contains(number) {
      left = true
      // What can end by itself must.
      guard !job(of: number).canEnd, let runner = agent?.runners[number] else { continue }
      // Poststop tasks are not ended by a stop, and may start again and again.
      let isOverdue = now > scenario.horizon + .seconds(job(of: number).hasPoststop ? 300 : 3600)
      if !isOverdue && runner.machine.isBeingStopped { continue }
      witness.restartIsRequested(number)
      runner.stop(StopRequest(urgency: isOverdue ? .immediate : .graceful, reason: "the end"))
    }
    if left { after(.seconds(60)) { [self] in stopAll() } }
  }
}

extension SimulatedJob {
  var hasPoststop: Bool { group.tasks.indices.contains { stage(of: $0) == .poststop } }

  /// Whether its allocations end without being stopped.
  var canEnd: Bool {
    for (task, script) in zip(group.tasks, scripts) {
      let stage = Stage(task.lifecycle)
      // Whoever has a new interval before it has failed often enough goes on for ever.
      let isForgiven = task.restart.mode == .delay || task.restart.interval < .seconds(3600)
      if task.restart.attempts > 0 && isForgiven && script.failures > 0 { return false }
      if stage.isSidecar || stage == .poststop { continue }
      if script.run == nil { return false }
      if stage == .main && job.type.restartsOnSuccess { return false }
    }
    // Sidecars alone are never ended by the others.
    return group.tasks.contains { !Stage($0.lifecycle).isSidecar && Stage($0.lifecycle) != .poststop }
      || group.tasks.allSatisfy { Stage($0.lifecycle) == .poststop }
  }
}
