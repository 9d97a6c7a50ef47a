import Lifecycle

/// Performs the effects of the core with a scripted driver on virtual time.
///
/// The agent can be killed at any moment: then the machine is thrown away, what was asked of it is
/// never answered, and it is made again from what was persisted.
struct ScriptedHost {
  /// What is going to happen at a time.
  private enum Due {
    case event(AllocationEvent)
    case timer(TimerID)
    /// Look whether a process has ended.
    case look(TaskIndex, Invocation)
  }

  private struct Entry {
    var time: Double
    var order: Int
    var generation: Int
    var due: Due
  }

  /// Seconds since the job was registered.
  private(set) var now = 0.0
  private(set) var machine: AllocationMachine?
  private(set) var driver = ScriptedDriver()
  private(set) var replies: [RequestID: LifecycleRequestError?] = [:]
  private(set) var effects: [AllocationEffect] = []
  private(set) var ends = 0
  var plan: AllocationPlan
  private let configs: [ScriptedConfig]
  private var agenda: [Entry] = []
  private var order = 0
  /// Counts agents: what an earlier one waited for is never answered.
  private var generation = 0
  private var liveTimers: Set<TimerID> = []
  private var allocationRecord: AllocationRecord?
  private var taskRecords: [TaskRecord?]
  private var requests: UInt64 = 0
  /// How long a preparation takes.
  var preparationSeconds = 0.05
  /// What preparing a task comes to, in order; when there is nothing, it is prepared.
  var preparationFailures: [Int: [PreparationFailure]] = [:]
  /// Why a driver does not forget a task, in order; when there is nothing, it does.
  var destroyFailures: [Int: [String]] = [:]
  /// What a stop call comes to, in order; when there is nothing, the signal is delivered.
  var stopFailures: [Int: [StopFailure]] = [:]

  init(plan: AllocationPlan, configs: [ScriptedConfig]) {
    self.plan = plan
    self.configs = configs
    taskRecords = Array(repeating: nil, count: plan.tasks.count)
  }

  // MARK: The agent

  mutating func startAgent() {
    generation += 1
    if allocationRecord == nil && taskRecords.allSatisfy({ $0 == nil }) {
      machine = AllocationMachine(plan: plan)
    } else {
      machine = AllocationMachine(
        plan: plan, restoring: RestoredAllocation(allocation: allocationRecord, tasks: taskRecords))
    }
    send(.begin)
  }

  mutating func killAgent() {
    generation += 1
    machine = nil
    liveTimers = []
  }

  mutating func forgetProcesses(of task: TaskIndex) { driver.forget(task) }

  // MARK: Time

  /// Lets time pass until a condition holds.
  ///
  /// - Returns: Whether it came to hold in time.
  @discardableResult
  mutating func run(seconds: Double, until condition: (ScriptedHost) -> Bool = { _ in false }) -> Bool {
    let end = now + seconds
    if condition(self) { return true }
    while let next = agenda.indices.min(by: { earlier(agenda[$0], agenda[$1]) }), agenda[next].time <= end {
      let entry = agenda.remove(at: next)
      now = max(now, entry.time)
      guard entry.generation == generation, machine != nil else { continue }
      happen(entry.due)
      if condition(self) { return true }
    }
    now = end
    return false
  }

  private func earlier(_ left: Entry, _ right: Entry) -> Bool {
    (left.time, left.order) < (right.time, right.order)
  }

  private mutating func schedule(after seconds: Double, _ due: Due) {
    order += 1
    agenda.append(Entry(time: now + seconds, order: order, generation: generation, due: due))
  }

  private mutating func happen(_ due: Due) {
    switch due {
    case .event(let event):
      send(event)
    case .timer(let timer):
      if liveTimers.remove(timer) != nil { send(.timerFired(timer)) }
    case .look(let task, let invocation):
      guard let process = driver.process(task, invocation), let end = process.endsAt, end <= now else {
        return
      }
      send(.exited(task, invocation, process.result))
    }
  }

  // MARK: Requests

  mutating func send(_ event: AllocationEvent) {
    guard var machine else { return }
    let time = Timestamp(nanosecondsSinceEpoch: Int64(now * 1_000_000_000))
    let effects = machine.handle(event, at: time)
    self.machine = machine
    self.effects += effects
    for effect in effects { perform(effect) }
  }

  mutating func restart(_ target: RestartTarget, reason: RestartReason = .user) -> RequestID {
    requests += 1
    send(.restartRequested(RequestID(requests), target, reason))
    return RequestID(requests)
  }

  mutating func signal(_ signal: String, task: String?) -> RequestID {
    requests += 1
    send(.signalRequested(RequestID(requests), task: task, signal: signal))
    return RequestID(requests)
  }

  // MARK: Effects

  private mutating func perform(_ effect: AllocationEffect) {
    switch effect {
    case .prepare(let task, let invocation):
      if preparationFailures[task.rawValue]?.isEmpty == false,
        let failure = preparationFailures[task.rawValue]?.removeFirst()
      {
        schedule(after: preparationSeconds, .event(.preparationFailed(task, invocation, failure)))
      } else {
        schedule(after: preparationSeconds, .event(.prepared(task, invocation)))
      }
    case .cancelPreparation:
      // It takes as long as it takes.
      break
    case .start(let task, let invocation):
      let config = configs[task.rawValue]
      let latency = config.startBlockSeconds ?? 0.005
      switch driver.start(task, invocation, config, at: now) {
      case .started:
        schedule(after: latency, .event(.started(task, invocation, handle(task, invocation))))
      case .failed(let failure):
        schedule(after: latency, .event(.startFailed(task, invocation, failure)))
      }
    case .recover(let task, let invocation, _):
      let known = driver.process(task, invocation) != nil
      schedule(
        after: 0.002,
        .event(.recovered(task, invocation, known ? .found(handle(task, invocation)) : .neverStarted)))
    case .watch(let task, let invocation):
      look(task, invocation)
    case .stop(let task, let invocation, let signal, _, let force):
      if stopFailures[task.rawValue]?.isEmpty == false,
        let failure = stopFailures[task.rawValue]?.removeFirst()
      {
        schedule(after: 0.001, .event(.stopFailed(task, invocation, failure)))
      } else {
        driver.signal(task, invocation, force ? 9 : ShellScript.signal(signal ?? "INT") ?? 2, at: now)
        look(task, invocation)
      }
    case .signal(let task, let invocation, let name, let request):
      guard let number = ShellScript.signal(name) else {
        schedule(after: 0.001, .event(.signalSent(task, request, error: "unknown signal \(name)")))
        return
      }
      driver.signal(task, invocation, number, at: now)
      look(task, invocation)
      schedule(after: 0.001, .event(.signalSent(task, request, error: nil)))
    case .destroy(let task, let invocation, let force):
      driver.destroy(task, invocation, force: force, at: now)
      let failure =
        destroyFailures[task.rawValue]?.isEmpty == false
        ? destroyFailures[task.rawValue]?.removeFirst() : nil
      schedule(after: 0.001, .event(.destroyed(task, invocation, error: failure)))
    case .runHooks(let run):
      schedule(after: 0.01, .event(.hooksDone(run)))
    case .startTimer(let timer, let duration):
      liveTimers.insert(timer)
      schedule(after: Double(duration.wholeNanoseconds) / 1_000_000_000, .timer(timer))
    case .cancelTimer(let timer):
      liveTimers.remove(timer)
    case .persistTask(let task, let record):
      taskRecords[task.rawValue] = record
    case .persistAllocation(let record):
      allocationRecord = record
    case .reply(let request, let error):
      replies[request] = .some(error)
    case .allocationEnded:
      ends += 1
    case .taskEvent, .taskChanged, .statusChanged:
      break
    }
  }

  private func handle(_ task: TaskIndex, _ invocation: Invocation) -> TaskHandle {
    TaskHandle(
      driverState: [UInt8(task.rawValue), UInt8(truncatingIfNeeded: invocation.rawValue)], version: 1)
  }

  private mutating func look(_ task: TaskIndex, _ invocation: Invocation) {
    guard let end = driver.process(task, invocation)?.endsAt else { return }
    schedule(after: max(0.001, end - now), .look(task, invocation))
  }
}

// MARK: What tests look at

extension ScriptedHost {
  func state(_ name: String) -> TaskState? { machine?.tasks.first { $0.name == name }?.state }

  func events(_ name: String) -> [TaskEvent.Kind] { state(name)?.events.map(\.kind) ?? [] }

  var status: ClientStatus? { machine?.clientStatus }

  /// How often a task was really started.
  func starts(_ name: String) -> Int {
    plan.tasks.firstIndex { $0.name == name }.map { driver.starts[$0] ?? 0 } ?? 0
  }
}
