import Jobs
import Lifecycle
import State

/// Does what an allocation's machine says, in the order in which the agent's shell does it.
final class SimulatedRunner {
  let agent: SimulatedAgent
  unowned let simulation: Simulation
  /// The number of the allocation.
  let number: Int
  let id: String
  private let group: Job.Group
  private(set) var machine: AllocationMachine
  private var queue = EffectQueue(keepsRecords: true)
  private var isPerforming = false
  private var timers: [TimerID: Int] = [:]
  private var timerCount = 0
  private var prepared: Set<TaskIndex> = []
  private var preparations: [TaskIndex: Invocation] = [:]
  private var operations = 0
  private var requestCount: UInt64 = 0
  private(set) var openRequests: [RequestID: (LifecycleRequestError?) -> Void] = [:]
  private(set) var hasBegun = false
  private var hasEnded = false
  private var hasAnnouncedEnd = false
  private var isShutDown = false

  init(_ agent: SimulatedAgent, _ number: Int, restoring restored: RestoredAllocation?) {
    self.agent = agent
    simulation = agent.simulation
    self.number = number
    id = Simulation.id(of: number)
    let job = simulation.job(of: number)
    group = job.group
    var plan = AllocationPlan(
      group: group, jobType: job.job.type,
      seed: simulation.dice.roll(.plan, number, simulation.agents))
    if simulation.flaw == .planForgetsStages {
      for index in plan.tasks.indices { plan.tasks[index].stage = .main }
    }
    machine = restored.map { AllocationMachine(plan: plan, restoring: $0) } ?? AllocationMachine(plan: plan)
  }

  private func name(_ task: TaskIndex) -> String { group.tasks[task.rawValue].name }

  private func key(_ task: TaskIndex, _ invocation: Invocation) -> InvocationKey {
    InvocationKey(allocation: number, task: task.rawValue, invocation: Int(invocation.rawValue))
  }

  /// Whether drivers are still to be asked for tasks of before.
  var holdsRecoveries: Bool { queue.holdsRecoveries }

  // MARK: Requests

  func begin() {
    guard !hasBegun else { return }
    hasBegun = true
    send(.begin)
  }

  func stop(_ request: StopRequest) {
    begin()
    send(.stopRequested(request))
  }

  func request(
    _ event: (RequestID) -> AllocationEvent, answer: @escaping (LifecycleRequestError?) -> Void
  ) {
    requestCount += 1
    let id = RequestID(requestCount)
    openRequests[id] = answer
    send(event(id))
  }

  /// The agent goes down.
  func shutDown() {
    guard !hasEnded else { return }
    send(.shutdown)
    queue.removeAll()
    isShutDown = true
  }

  // MARK: Events in, effects out

  private func send(_ event: AllocationEvent) {
    if agent.isGone || isShutDown { return }
    let invocations = machine.tasks.indices.map { machine.currentRecord(of: TaskIndex($0)).invocation }
    var effects: [AllocationEffect] = []
    simulation.note { "\(self.number): \(event)" }
    machine.handle(event, at: agent.wallClock, into: &effects)
    for case .taskEvent(let task, let event) in effects where event.kind == .terminated {
      simulation.witness.decided(key(task, invocations[task.rawValue]), event)
    }
    queue.add(&effects)
    performEffects()
  }

  private func performEffects() {
    if isPerforming { return }
    isPerforming = true
    defer { isPerforming = false }
    while !agent.isGone {
      let step: EffectQueue.Step = queue.step()
      switch step {
      case .perform(let effect):
        if simulation.agentIsKilled() { return }
        perform(effect)
      case .makeSafe(let number, let isUrgent):
        if simulation.flaw == .shellDoesNotWait {
          queue.recordsAreSafe(upTo: number)
          continue
        }
        agent.store.flush(isUrgent: isUrgent) { [self] in
          queue.recordsAreSafe(upTo: number)
          performEffects()
        }
      case .wait: return
      }
    }
  }

  private func perform(_ effect: AllocationEffect) {
    switch effect {
    case .prepare(let task, let invocation): prepare(task, invocation)
    case .cancelPreparation(let task, let invocation): cancelPreparation(task, invocation)
    case .start(let task, let invocation):
      let key = key(task, invocation)
      simulation.witness.starting(key)
      operation({ self.agent.call(starting: key, answer: $0) }) { [self] in
        switch $0 {
        case .success: send(.started(task, invocation, TaskHandle(driverState: [1], version: 1)))
        case .failure(let error): send(.startFailed(task, invocation, StartFailure(error)))
        }
      }
    case .recover(let task, let invocation, let handle):
      let key = key(task, invocation)
      agent.recoveriesUnderWay += 1
      var isAwaited = true
      let settled = { [self] in
        if isAwaited { agent.recoveryEnded() }
        isAwaited = false
      }
      operation({ self.simulation.driver.recover(key, deferred: settled, answer: $0) }) { [self] in
        switch $0 {
        case .success: send(.recovered(task, invocation, .found(handle ?? TaskHandle())))
        case .failure(let error): send(.recovered(task, invocation, RecoveryOutcome(error)))
        }
        settled()
      }
    case .watch(let task, let invocation):
      let key = key(task, invocation)
      agent.whenServing { [self] in
        simulation.driver.wait(key) { [self] in
          switch $0 {
          case .success(let result):
            send(.exited(task, invocation, result ?? ExitResult(exitCode: nil, message: "no result")))
          case .failure(let error): send(.waitFailed(task, invocation, message: "\(error)"))
          }
        }
      }
    case .stop(let task, let invocation, _, _, let force):
      let key = key(task, invocation)
      served({ self.simulation.driver.stop(key, force: force, answer: $0) }) { [self] in
        guard case .failure(let error) = $0 else { return }
        send(.stopFailed(task, invocation, StopFailure(error)))
      }
    case .signal(let task, let invocation, _, let request):
      let key = key(task, invocation)
      served({ self.simulation.driver.signal(key, answer: $0) }) { [self] in
        var message: String?
        if case .failure(let error) = $0 { message = "\(error)" }
        send(.signalSent(task, request, error: message))
      }
    case .destroy(let task, let invocation, let force): destroy(task, invocation, force: force)
    case .runHooks(let run): send(.hooksDone(run))
    case .startTimer(let timer, let duration): startTimer(timer, duration)
    case .cancelTimer(let timer): timers[timer] = nil
    case .taskEvent(let task, let event): simulation.witness.told(number, task.rawValue, event)
    case .taskChanged(let task, let state): simulation.witness.told(number, task.rawValue, state)
    case .statusChanged: break
    case .persistTask(let task, let record): agent.store.store(record, of: name(task), in: id)
    case .persistAllocation(let record): agent.store.store(record, of: id)
    case .reply(let request, let refusal):
      if simulation.flaw != .shellForgetsReplies {
        openRequests.removeValue(forKey: request)?(refusal)
      }
    case .allocationEnded:
      hasEnded = true
      announceEnd()
    }
  }

  private func announceEnd() {
    guard hasEnded, operations == 0, !hasAnnouncedEnd, !agent.isShuttingDown, !agent.isGone else { return }
    hasAnnouncedEnd = true
    simulation.witness.toldEnd(number)
    agent.ended(self)
  }

  // MARK: Operations

  private func operation(
    _ call: (@escaping (SimulatedDriver.Result) -> Void) -> Void,
    answer: @escaping (SimulatedDriver.Result) -> Void
  ) {
    operations += 1
    call { [self] result in
      if agent.isGone { return }
      answer(result)
      operations -= 1
      announceEnd()
    }
  }

  /// The same for a call that comes only when drivers serve.
  private func served(
    _ call: @escaping (@escaping (SimulatedDriver.Result) -> Void) -> Void,
    answer: @escaping (SimulatedDriver.Result) -> Void
  ) {
    operation({ done in self.agent.whenServing { call(done) } }, answer: answer)
  }

  private func prepare(_ task: TaskIndex, _ invocation: Invocation) {
    if prepared.contains(task) { return send(.prepared(task, invocation)) }
    preparations[task] = invocation
    operations += 1
    let dice = simulation.dice
    let place = Dice.key(number, task.rawValue)
    let latency = dice.number(in: 0...Int64.milliseconds(100), .preparation, place, Int(invocation.rawValue))
    agent.after(latency) { [self] in preparationEnds(task, invocation, fails: false) }
  }

  private func preparationEnds(_ task: TaskIndex, _ invocation: Invocation, fails: Bool) {
    guard preparations[task] == invocation else { return }
    preparations[task] = nil
    if fails {
      let failure = PreparationFailure(kind: .setupFailure, message: "cancelled", recoverable: true)
      send(.preparationFailed(task, invocation, failure))
    } else {
      prepared.insert(task)
      send(.prepared(task, invocation))
    }
    operations -= 1
    announceEnd()
  }

  private func cancelPreparation(_ task: TaskIndex, _ invocation: Invocation) {
    agent.after(.microseconds(10)) { [self] in preparationEnds(task, invocation, fails: true) }
  }

  private func destroy(_ task: TaskIndex, _ invocation: Invocation, force: Bool) {
    let key = key(task, invocation)
    served({ self.simulation.driver.destroy(key, force: force, answer: $0) }) { [self] in
      var failure: String?
      switch $0 {
      case .success, .failure(.notFound): break
      case .failure(let error): failure = "\(error)"
      }
      send(.destroyed(task, invocation, error: failure))
    }
  }

  private func startTimer(_ timer: TimerID, _ duration: Duration) {
    timerCount += 1
    let count = timerCount
    timers[timer] = count
    agent.after(duration.wholeNanoseconds) { [self] in
      guard timers[timer] == count else { return }
      timers[timer] = nil
      send(.timerFired(timer))
    }
  }
}

// What a driver's failure means, as in the agent's shell.

extension StartFailure {
  init(_ error: DriverCallError) {
    switch error {
    case .refused(let recoverable): self.init(message: "refused", recoverable: recoverable)
    case .notFound, .stillRunning: self.init(message: "\(error)", recoverable: false)
    case .unclear: self.init(message: "no answer", recoverable: true, isUnclear: true)
    }
  }
}

extension RecoveryOutcome {
  init(_ error: DriverCallError) {
    switch error {
    case .notFound: self = .neverStarted
    case .refused, .stillRunning, .unclear: self = .failed("\(error)")
    }
  }
}

extension StopFailure {
  init(_ error: DriverCallError) {
    switch error {
    case .notFound: self = .taskNotFound
    case .refused, .stillRunning, .unclear: self = .failed("\(error)")
    }
  }
}
