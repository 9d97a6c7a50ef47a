/// Runs one allocation: every decision about its tasks, and none of the work.
///
/// Feed it events, perform the effects it gives back in their order. It is a value: copy it,
/// throw it away and make it again from records. The first event is ``AllocationEvent/begin``.
public struct AllocationMachine: Sendable {
  /// One task as it can be seen from outside.
  public struct Task: Hashable, Sendable {
    /// The task's name.
    public var name: String
    /// What can be seen of it.
    public var state: TaskState
  }

  /// How far the allocation is in its life.
  enum Life: UInt8, Hashable, Sendable {
    /// Before `begin`.
    case created
    /// Tasks run or will.
    case active
    /// Every task is complete.
    case ended
    /// The agent goes down.
    case detached
  }

  /// Whether the group's `shutdown_delay` was waited for.
  enum GroupDelay: Hashable, Sendable {
    /// Nobody has asked for it.
    case idle
    /// The tasks run on until it is over.
    case waiting
    /// It is over, or was skipped; it is not waited for twice.
    case over
  }

  /// A restart request that has no answer yet.
  struct OpenRestart: Hashable, Sendable {
    var request: RequestID
    /// The tasks that are still to be stopped.
    var tasks: [TaskIndex]
    /// Whether one of them was stopped for good instead.
    var overtaken = false
  }

  /// A signal request that has no answer yet.
  struct OpenSignal: Hashable, Sendable {
    var request: RequestID
    /// The tasks whose drivers have not answered.
    var tasks: [TaskIndex]
    var failures: [LifecycleRequestError.TaskFailure] = []
  }

  /// The plan that it follows.
  public let plan: AllocationPlan
  var machines: [TaskMachine]
  var coordinator: Coordinator
  var life: Life = .created
  var record: AllocationRecord
  /// How the group is being stopped, for whatever reason; nil while it is not.
  var teardown: StopRequest?
  /// Whether a rule has ended the group; it is not looked at again before all of them are dead.
  var isEnforcingRule = false
  /// Whether the rules are to be looked at although no task changed.
  var rulesAreDue = false
  var groupDelay: GroupDelay = .idle
  var groupDelaySerial: UInt32 = 0
  var openRestarts: [OpenRestart] = []
  var openSignals: [OpenSignal] = []
  /// Requests to end the allocation that came before it began.
  private var stopsToAnswer: [RequestID] = []
  private var random: RandomSource
  private let isRestored: Bool
  /// What others were told last.
  private var toldStatus = ClientStatus.pending

  /// A machine for an allocation that has not run.
  public init(plan: AllocationPlan) {
    self.init(plan: plan, allocation: nil, tasks: [], isRestored: false)
  }

  /// A machine for an allocation that ran before the agent went away. A task without a record begins
  /// anew.
  public init(plan: AllocationPlan, restoring restored: RestoredAllocation) {
    self.init(plan: plan, allocation: restored.allocation, tasks: restored.tasks, isRestored: true)
  }

  private init(
    plan: AllocationPlan, allocation: AllocationRecord?, tasks: [TaskRecord?], isRestored: Bool
  ) {
    self.plan = plan
    self.isRestored = isRestored
    machines = plan.tasks.enumerated().map { index, task in
      TaskMachine(
        index: TaskIndex(index), plan: task, restoring: index < tasks.count ? tasks[index] : nil)
    }
    coordinator = Coordinator(stages: plan.tasks.map(\.stage))
    record = allocation ?? AllocationRecord(beganAt: Timestamp(nanosecondsSinceEpoch: 0))
    isNew = allocation == nil
    random = RandomSource(seed: plan.seed)
    toldStatus = clientStatus
  }

  /// Whether no record of the allocation was stored yet.
  private var isNew: Bool

  /// Takes an event in and gives back what is to be done.
  public mutating func handle(_ event: AllocationEvent, at now: Timestamp) -> [AllocationEffect] {
    var effects: [AllocationEffect] = []
    handle(event, at: now, into: &effects)
    return effects
  }

  /// As ``handle(_:at:)``, adding to a list that the caller uses again and again.
  public mutating func handle(
    _ event: AllocationEvent, at now: Timestamp, into effects: inout [AllocationEffect]
  ) {
    var sink = EffectSink(now: now, random: random)
    swap(&sink.effects, &effects)
    switch life {
    case .created: handleBeforeBegin(event, to: &sink)
    case .active: take(event, to: &sink)
    case .ended: handleAfterEnd(event, to: &sink)
    case .detached: handleDetached(event, to: &sink)
    }
    if life == .active { settle(to: &sink) }
    for index in machines.indices where machines[index].isDirty { machines[index].flush(to: &sink) }
    tellStatus(to: &sink)
    if life == .active { endIfComplete(to: &sink) }
    random = sink.random
    swap(&sink.effects, &effects)
  }

  // MARK: What others see

  /// The tasks, in the order of the plan.
  public var tasks: [Task] { machines.map { Task(name: $0.plan.name, state: $0.state) } }

  /// What can be seen of one task, without looking at the others; `task` is a place in the plan.
  public func state(of task: TaskIndex) -> TaskState { machines[task.rawValue].state }

  /// What clients know of the allocation.
  public var clientStatus: ClientStatus {
    var status = ClientStatus.complete
    for index in machines.indices {
      if machines[index].state.failed { return .failed }
      switch (machines[index].state.phase, status) {
      case (.running, _): status = .running
      case (.pending, .complete): status = .pending
      case (.pending, _), (.dead, _): break
      }
    }
    return status
  }

  /// `clientStatus` in words.
  public var clientDescription: String { clientStatus.sentence }

  private mutating func tellStatus(to sink: inout EffectSink) {
    let status = clientStatus
    guard status != toldStatus else { return }
    toldStatus = status
    sink(.statusChanged(status, status.sentence))
  }

  /// Whether every task is complete; nothing will run again.
  public var hasEnded: Bool { life == .ended }

  // MARK: Life

  private mutating func handleBeforeBegin(_ event: AllocationEvent, to sink: inout EffectSink) {
    switch event {
    case .begin:
      begin(to: &sink)
    case .stopRequested(let request, let id):
      // It is told to the tasks when the allocation begins.
      record.stop = record.stop.map { $0.overtaken(by: request) } ?? request
      if let id { stopsToAnswer.append(id) }
    case .shutdown:
      for id in stopsToAnswer { sink(.reply(id, .shuttingDown)) }
      stopsToAnswer = []
      life = .detached
    case .restartRequested(let request, _, _), .signalRequested(let request, _, _):
      sink(.reply(request, .allocationShouldNotRun))
    case .prepared, .preparationFailed, .started, .startFailed, .recovered, .exited, .waitFailed, .stopFailed,
      .destroyed, .signalSent, .timerFired, .hooksDone, .taskKillRequested, .notice:
      break
    }
  }

  private mutating func begin(to sink: inout EffectSink) {
    life = .active
    if isNew { record.beganAt = sink.now }
    if isNew || record.stop != nil { sink(.persistAllocation(record)) }
    for id in stopsToAnswer { sink(.reply(id, nil)) }
    stopsToAnswer = []
    isNew = false
    for index in machines.indices { machines[index].begin(to: &sink) }
    if isRestored {
      if record.isRestarting {
        goOnRestarting(to: &sink)
      } else {
        coordinator.restore(machines.indices.lazy.map { [machines] in machines[$0].condition })
      }
      rulesAreDue = true
    }
    if let limit = plan.maxRunDuration {
      let end = record.beganAt.advanced(by: limit)
      sink(.startTimer(.maxRunDuration, sink.now.durationUntil(end)))
    }
    if let stop = record.stop { tearDown(stop, to: &sink) }
  }

  private mutating func handleAfterEnd(_ event: AllocationEvent, to sink: inout EffectSink) {
    switch event {
    case .restartRequested(let request, _, _):
      sink(.reply(request, .allocationShouldNotRun))
    case .signalRequested(let request, _, _):
      sink(.reply(request, .taskNotRunning))
    case .signalSent(let task, let request, let error):
      signalSent(task, request, error: error, to: &sink)
    case .stopRequested(_, let id?):
      sink(.reply(id, nil))
    case .shutdown:
      detach(to: &sink)
    case .begin, .prepared, .preparationFailed, .started, .startFailed, .recovered, .exited, .waitFailed,
      .stopFailed, .destroyed, .timerFired, .hooksDone, .stopRequested, .taskKillRequested, .notice:
      break
    }
  }

  private mutating func handleDetached(_ event: AllocationEvent, to sink: inout EffectSink) {
    switch event {
    case .restartRequested(let request, _, _), .signalRequested(let request, _, _),
      .stopRequested(_, let request?):
      sink(.reply(request, .shuttingDown))
    case .started(let task, let invocation, let handle):
      guard machines.indices.contains(task.rawValue) else { return }
      machines[task.rawValue].started(invocation, handle, to: &sink)
    case .begin, .prepared, .preparationFailed, .startFailed, .recovered, .exited, .waitFailed, .stopFailed,
      .destroyed, .signalSent, .timerFired, .hooksDone, .stopRequested, .taskKillRequested, .notice,
      .shutdown:
      break
    }
  }

  /// The agent goes down: everything stays as it is, and everybody who waits is told.
  mutating func detach(to sink: inout EffectSink) {
    for index in machines.indices { machines[index].shutDown(to: &sink) }
    coordinator.shutDown()
    cancelAllocationTimers(to: &sink)
    for open in openRestarts { sink(.reply(open.request, .shuttingDown)) }
    for open in openSignals { sink(.reply(open.request, .shuttingDown)) }
    openRestarts = []
    openSignals = []
    life = .detached
  }

  private mutating func endIfComplete(to sink: inout EffectSink) {
    for index in machines.indices where !machines[index].isComplete { return }
    cancelAllocationTimers(to: &sink)
    life = .ended
    record.ended = true
    sink(.persistAllocation(record))
    sink(.allocationEnded)
  }

  private mutating func cancelAllocationTimers(to sink: inout EffectSink) {
    guard life == .active else { return }
    if groupDelay == .waiting { sink(.cancelTimer(.groupShutdownDelay(serial: groupDelaySerial))) }
    if plan.maxRunDuration != nil { sink(.cancelTimer(.maxRunDuration)) }
  }
}

extension StopRequest {
  /// This request and a later one in one: the more urgent wins.
  func overtaken(by later: StopRequest) -> StopRequest {
    StopRequest(
      urgency: later.urgency.rawValue > urgency.rawValue ? later.urgency : urgency,
      reason: reason.isEmpty ? later.reason : reason, skipsPoststop: skipsPoststop || later.skipsPoststop)
  }
}
