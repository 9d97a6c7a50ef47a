import Lifecycle

/// Why a call to a driver failed.
enum DriverCallError: Error {
  /// It was not done; `recoverable` when it may be later.
  case refused(recoverable: Bool)
  case notFound
  case stillRunning
  /// Whether it was done is not known.
  case unclear
}

/// The drivers of the present agent, as the shell sees them: calls take time, fail, hang, and are lost with
/// the agent or with what the driver runs in.
final class SimulatedDriver {
  typealias Result = Swift.Result<ExitResult?, DriverCallError>

  private final class Call {
    let kind: DriverCallKind
    let key: InvocationKey
    let execute: () -> Result
    let answer: (Result) -> Void
    /// Whether somebody still waits for the answer.
    var isWanted = true
    var isExecuted = false
    var isOver = false
    /// Fails without anything being done.
    var refusal: DriverCallError?
    /// Is done or not, and the answer is lost.
    var losesAnswer = false
    var latency: Int64 = 0

    init(
      _ kind: DriverCallKind, _ key: InvocationKey, execute: @escaping () -> Result,
      answer: @escaping (Result) -> Void
    ) {
      self.kind = kind
      self.key = key
      self.execute = execute
      self.answer = answer
    }
  }

  private unowned let simulation: Simulation
  /// Counts agents and drivers: what an earlier one was about to do is not done.
  private var generation = 0
  private var calls: [Call] = []
  /// Tasks with a start, recover or destroy under way.
  private var claims: Set<InvocationKey> = []
  /// Calls that wait until there is a supervisor, or what the driver runs in.
  private var held: [Call] = []
  private var waits: [InvocationKey: (Result) -> Void] = [:]
  private var isDown = false
  /// What goes wrong until when.
  private var troubles: [(kind: DriverCallKind, trouble: Trouble, until: Int64)] = []
  private var count = 0

  init(_ simulation: Simulation) { self.simulation = simulation }

  // MARK: Calls

  /// Starts a task; one that was started before is found.
  func start(_ key: InvocationKey, answer: @escaping (Result) -> Void) {
    make(.start, key, answer: answer) { [unowned self] in
      let host = simulation.host
      if let entry = host.entries[key], simulation.flaw != .driverStartsTwice {
        entry.isClaimed = true
        return .success(nil)
      }
      host.spawn(key)
      return .success(nil)
    }
  }

  /// Asks for a task; what it says is that the driver has it. Asks again for as long as the driver cannot say.
  ///
  /// - Parameter deferred: Called when others need not wait for the answer any more.
  func recover(
    _ key: InvocationKey, attempt: Int = 0, deferred: @escaping () -> Void, answer: @escaping (Result) -> Void
  ) {
    make(.recover, key) { [unowned self] result in
      switch result {
      case .failure(.unclear), .failure(.refused(recoverable: true)):
        deferred()
        simulation.agent?.after(.milliseconds(250) << min(attempt, 7)) { [self] in
          recover(key, attempt: attempt + 1, deferred: deferred, answer: answer)
        }
      default: answer(result)
      }
    } execute: { [unowned self] in
      guard let entry = simulation.host.entries[key] else { return .failure(.notFound) }
      if simulation.flaw == .driverForgetsTasks && entry.process.isAlive { return .failure(.notFound) }
      entry.isClaimed = true
      return .success(nil)
    }
  }

  /// Waits for a task's end; what it says is how it ended.
  func wait(_ key: InvocationKey, answer: @escaping (Result) -> Void) {
    make(.wait, key, answer: { _ in }) { [unowned self] in
      guard let entry = simulation.host.entries[key] else {
        answer(.failure(.notFound))
        return .success(nil)
      }
      waits[key] = answer
      if let result = entry.result { tell(key, result) }
      return .success(nil)
    } refused: {
      answer(.failure($0))
    }
  }

  func stop(_ key: InvocationKey, force: Bool, answer: @escaping (Result) -> Void) {
    make(.stop, key, answer: answer) { [unowned self] in
      guard let entry = simulation.host.entries[key] else { return .failure(.notFound) }
      if simulation.flaw == .driverIgnoresForce && force { return .success(nil) }
      simulation.witness.stopped(entry.process, force: force)
      if force { simulation.host.kill(entry.process) } else { simulation.host.signal(entry.process) }
      return .success(nil)
    }
  }

  func signal(_ key: InvocationKey, answer: @escaping (Result) -> Void) {
    make(.signal, key, answer: answer) { [unowned self] in
      simulation.host.entries[key] == nil ? .failure(.notFound) : .success(nil)
    }
  }

  func destroy(_ key: InvocationKey, force: Bool, answer: @escaping (Result) -> Void) {
    make(.destroy, key, answer: answer) { [unowned self] in
      let host = simulation.host
      guard let entry = host.entries[key] else { return .failure(.notFound) }
      if entry.process.isAlive {
        guard force else { return .failure(.stillRunning) }
        simulation.witness.destroyed(entry.process)
        entry.process.wasDestroyed = true
        host.kill(entry.process)
      }
      if simulation.flaw != .driverKeepsTasks { host.forget(key) }
      return .success(nil)
    }
  }

  /// Tells whoever waits for a task that it has ended.
  func tell(_ key: InvocationKey, _ result: ExitResult) {
    guard waits[key] != nil else { return }
    var result = result
    if simulation.flaw == .driverMakesUpExits && result.exitCode != 0 { result = ExitResult(exitCode: 0) }
    count += 1
    let latency = simulation.dice.number(in: 0...Int64.milliseconds(2), .waitLatency, count)
    after(latency) { [self] in waits.removeValue(forKey: key)?(.success(result)) }
  }

  // MARK: How a call goes

  private func make(
    _ kind: DriverCallKind, _ key: InvocationKey, answer: @escaping (Result) -> Void,
    execute: @escaping () -> Result, refused: ((DriverCallError) -> Void)? = nil
  ) {
    let call = Call(
      kind, key, execute: execute,
      answer: { result in
        if case .failure(let error) = result, let refused { refused(error) } else { answer(result) }
      })
    count += 1
    if kind.claims {
      guard claims.insert(key).inserted else {
        // An earlier call for the task has not returned.
        let error = DriverCallError.unclear
        simulation.agent?.after(.microseconds(100)) { call.answer(.failure(error)) }
        return
      }
    }
    let dice = simulation.dice
    call.latency = dice.number(in: .microseconds(50)...Int64.milliseconds(5), .callLatency, count)
    if let trouble = troubles.last(where: { $0.kind == kind && $0.until > simulation.now })?.trouble,
      dice.chance(80, .trouble, count)
    {
      apply(trouble, to: call)
    }
    calls.append(call)
    simulation.note { "\(kind) of \(key) asked" }
    let limit = kind == .start ? Int64.seconds(600) : .seconds(60)
    if !isQuick(call) { after(limit) { [self] in giveUp(call) } }
    after(call.latency / 2) { [self] in perform(call) }
  }

  private func isQuick(_ call: Call) -> Bool {
    call.latency < .seconds(1) && !isDown && simulation.host.isSupervised
  }

  private func apply(_ trouble: Trouble, to call: Call) {
    let dice = simulation.dice
    switch trouble {
    case .slow: call.latency = dice.number(in: .seconds(1)...Int64.seconds(50), .troubleLatency, count)
    case .refuses:
      call.refusal = .refused(recoverable: true)
      // It was asked for all the same.
      if call.kind == .recover { simulation.host.entries[call.key]?.isClaimed = true }
    case .refusesForGood:
      call.refusal = .refused(recoverable: false)
      if call.kind == .recover { simulation.host.entries[call.key]?.process.isDisowned = true }
    case .losesAnswer: call.losesAnswer = true
    case .dropsRequest where call.kind == .recover: apply(.refuses, to: call)
    case .dropsRequest: call.refusal = .unclear
    case .hangs:
      if call.kind == .recover { simulation.host.entries[call.key]?.isClaimed = true }
      call.latency = dice.number(in: .seconds(70)...Int64.seconds(2500), .troubleLatency, count)
    }
  }

  private func perform(_ call: Call) {
    if call.isOver { return }
    if isDown || !simulation.host.isSupervised {
      held.append(call)
      return
    }
    call.isExecuted = true
    var result: Result
    if let refusal = call.refusal {
      if call.kind == .stop { simulation.host.entries[call.key]?.process.refusedStops += 1 }
      result = .failure(refusal)
    } else {
      result = call.execute()
    }
    if call.losesAnswer { result = .failure(.unclear) }
    after(call.latency / 2) { [self] in finish(call, result) }
  }

  private func finish(_ call: Call, _ result: Result) {
    if call.isOver { return }
    call.isOver = true
    calls.removeAll { $0 === call }
    if call.kind.claims { claims.remove(call.key) }
    if call.isWanted {
      call.isWanted = false
      call.answer(result)
    }
  }

  /// The caller does not wait any longer; the call goes on.
  private func giveUp(_ call: Call) {
    guard call.isWanted, !call.isOver else { return }
    call.isWanted = false
    simulation.note { "\(call.kind) of \(call.key) is given up on" }
    call.answer(.failure(.unclear))
  }

  private func after(_ time: Int64, _ action: @escaping () -> Void) {
    let present = generation
    simulation.after(time) { [self] in if generation == present { action() } }
  }

  // MARK: What happens to it

  func supervisorIsBack() { release() }

  private func release() {
    let waiting = held
    held = []
    for call in waiting { after(.microseconds(200)) { [self] in perform(call) } }
  }

  func trouble(_ kind: DriverCallKind, _ trouble: Trouble, for time: Int64) {
    troubles.append((kind, trouble, simulation.now + time))
  }

  /// Nothing goes wrong any more.
  func heal() { troubles = [] }

  /// What the driver runs in has ended: calls that were made may have been done.
  func crash(downFor time: Int64) {
    guard simulation.agent != nil, !isDown else { return }
    simulation.note { "the driver is killed" }
    let lost = calls
    leave()
    isDown = true
    // Most calls are made once more; that of a start which was made twice is given up.
    for (place, call) in lost.enumerated() where !call.isOver && call.isWanted {
      if call.kind != .signal && (call.kind.isRepeatable || keeps(70, place)) {
        call.isExecuted = false
        if call.kind.claims { claims.insert(call.key) }
        calls.append(call)
        held.append(call)
      } else {
        call.isOver = true
        after(.microseconds(100)) { call.answer(.failure(.unclear)) }
      }
    }
    after(time) { [self] in
      isDown = false
      release()
      // Waits go on in what the driver runs in now.
      for key in waits.keys.sorted(by: simulation.isEarlier) {
        if let result = simulation.host.entries[key]?.result { tell(key, result) }
      }
    }
  }

  private func keeps(_ percent: Int, _ place: Int) -> Bool {
    simulation.dice.chance(percent, .fate, generation, place, 1)
  }

  /// The agent is gone, and the driver with it.
  func agentIsGone() {
    leave()
    waits = [:]
    isDown = false
    held = []
  }

  /// Requests that had left may still be done, before anybody else is listened to.
  private func leave() {
    generation += 1
    claims = []
    held = []
    for (place, call) in calls.enumerated() where !call.isExecuted && !call.isOver {
      guard call.refusal == nil, !isDown, simulation.host.isSupervised,
        simulation.dice.chance(50, .fate, generation, place)
      else { continue }
      call.isExecuted = true
      if call.kind != .wait { _ = call.execute() }
    }
    calls = []
  }
}

extension DriverCallKind {
  /// Whether no other such call may be under way for the same task.
  var claims: Bool { self == .start || self == .recover || self == .destroy }
  /// Whether it is made again however often what the driver runs in has ended over it.
  var isRepeatable: Bool { self == .wait || self == .recover }
}
