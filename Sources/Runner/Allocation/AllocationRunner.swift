public import DriverHost
import Jobs
public import Lifecycle

/// Runs one allocation: feeds its ``AllocationMachine`` with events and does what the machine says.
///
/// It decides nothing. Whatever can wait (a driver, the disk, a timer) happens in a task of its own
/// that ends by feeding an event back.
public actor AllocationRunner {
  /// Which allocation this is.
  public nonisolated let identity: AllocationIdentity
  /// Its directories.
  public nonisolated let directory: AllocationDirectory

  /// All allocations share a thread; see ``AllocationActor``.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { AllocationActor.sharedUnownedExecutor }

  nonisolated let environment: Environment
  var machine: AllocationMachine
  var queue: EffectQueue
  private var isPerforming = false
  /// Waits for records, by how many they are.
  private var flushes: [UInt64: Task<Void, Never>] = [:]

  /// Whether the shared directories were made.
  var hasDirectories = false
  var prepared: [TaskIndex: PreparedTask] = [:]
  var timers: [TimerID: Task<Void, Never>] = [:]
  var watches: [TaskIndex: Task<Void, Never>] = [:]
  var preparations: [TaskIndex: Task<Void, Never>] = [:]
  private var requests: [RequestID: CheckedContinuation<LifecycleRequestError?, Never>] = [:]
  private var nextRequest: UInt64 = 0
  var isShutDown = false
  private var hasBegun = false

  /// Operations under way that must end before the allocation is left.
  var operationsUnderWay = 0
  var idleWaiters: [CheckedContinuation<Void, Never>] = []
  /// The tasks of before that others wait for the driver's answer about.
  var awaitedRecoveries: Set<TaskIndex> = []
  var recoveryWaiters: [CheckedContinuation<Void, Never>] = []
  var hasEnded = false
  var hasAnnouncedEnd = false

  /// What an allocation needs of the agent around it.
  public struct Environment: Sendable {
    /// The drivers.
    public var drivers: DriverRegistry
    /// This host.
    public var host: HostFacts
    /// The folder that relative artifact sources are taken from.
    public var artifactBase: String
    /// Who watches.
    public var observer: any AllocationObserver
    /// Where records are kept; nil when nothing is to be restored later.
    public var journal: (any AllocationJournal)?
    /// What holds driver calls back while an agent is restored.
    public var servingGate: ServingGate
    /// The time.
    public var clock: any RunnerClock
    /// Where disk work runs.
    public var disk: DiskThreads

    /// Makes an environment from its parts.
    public init(
      drivers: DriverRegistry, host: HostFacts, artifactBase: String, observer: any AllocationObserver,
      servingGate: ServingGate, journal: (any AllocationJournal)? = nil,
      clock: any RunnerClock = SystemClock(),
      disk: DiskThreads = .shared
    ) {
      self.drivers = drivers
      self.host = host
      self.artifactBase = artifactBase
      self.observer = observer
      self.servingGate = servingGate
      self.journal = journal
      self.clock = clock
      self.disk = disk
    }
  }

  /// Makes a runner; nothing runs before ``begin()``.
  ///
  /// - Parameters:
  ///   - identity: The allocation.
  ///   - directory: Where its files go; made by ``begin()``'s first preparation.
  ///   - plan: What the machine follows.
  ///   - restored: The records of an earlier run, to go on from.
  public init(
    _ identity: AllocationIdentity, in directory: AllocationDirectory, plan: AllocationPlan,
    restoring restored: RestoredAllocation? = nil, environment: Environment
  ) {
    self.identity = identity
    self.directory = directory
    self.environment = environment
    machine = restored.map { AllocationMachine(plan: plan, restoring: $0) } ?? AllocationMachine(plan: plan)
    queue = EffectQueue(keepsRecords: environment.journal != nil)
  }

  // MARK: Requests

  /// Runs the allocation from here on. Once is enough.
  public func begin() {
    guard !hasBegun else { return }
    hasBegun = true
    send(.begin)
  }

  /// Suspends until the drivers have answered for every task that ran before the agent went away, or have
  /// made clear that it will take them long.
  public func waitUntilRecovered() async {
    // Looked at where nothing can come between that and waiting.
    await withCheckedContinuation { waiter in
      let isRecovered = awaitedRecoveries.isEmpty && !queue.holdsRecoveries
      if isRecovered { waiter.resume() } else { recoveryWaiters.append(waiter) }
    }
  }

  /// Suspends until nothing runs and nothing will.
  public func waitUntilEnded() async {
    // Looked at where nothing can come between that and waiting.
    await withCheckedContinuation { waiter in
      if hasEnded && operationsUnderWay == 0 { waiter.resume() } else { idleWaiters.append(waiter) }
    }
  }

  /// Asks the allocation to end. Does not wait until the request is durable.
  public func stop(_ request: StopRequest) {
    // The request may overtake the beginning.
    begin()
    send(.stopRequested(request))
  }

  /// Asks the allocation to end; returns when the request is durable, so that it ends whatever is killed.
  ///
  /// - Throws: why it was refused.
  public func stopDurably(_ request: StopRequest) async throws(LifecycleRequestError) {
    begin()
    try await self.request { .stopRequested(request, $0) }
  }

  /// Starts tasks again.
  ///
  /// - Throws: why it was refused, with the text that clients know.
  public func restart(_ target: RestartTarget, reason: RestartReason = .user)
    async throws(LifecycleRequestError)
  {
    try await request { .restartRequested($0, target, reason) }
  }

  /// Sends a signal to one task, or to all that run.
  public func signal(_ signal: String, task: String?) async throws(LifecycleRequestError) {
    try await request { .signalRequested($0, task: task, signal: signal) }
  }

  /// Leaves the tasks running and does nothing any more, for an agent that goes down. Returns when no
  /// call to a driver is under way.
  public func shutdown() async {
    guard !hasEnded else { return await waitUntilEnded() }
    send(.shutdown)
    isShutDown = true
    for task in timers.values { task.cancel() }
    for task in watches.values { task.cancel() }
    for task in preparations.values { task.cancel() }
    // What still waits for records is not done any more, and a disk that is full must not keep the agent.
    queue.removeAll()
    for request in requests.values { request.resume(returning: .shuttingDown) }
    requests.removeAll()
    for flush in flushes.values { flush.cancel() }
    hasEnded = true
    await waitUntilEnded()
  }

  /// The tasks as they are now, in the order of the job file.
  public var tasks: [AllocationMachine.Task] { machine.tasks }

  /// What clients know of the allocation.
  public var status: (ClientStatus, description: String) { (machine.clientStatus, machine.clientDescription) }

  private func request(
    _ event: (RequestID) -> AllocationEvent
  ) async throws(LifecycleRequestError) {
    if isShutDown { throw .shuttingDown }
    nextRequest += 1
    let id = RequestID(nextRequest)
    let event = event(id)
    let refusal = await withCheckedContinuation { continuation in
      requests[id] = continuation
      send(event)
    }
    if let refusal { throw refusal }
  }

  // MARK: Events in, effects out

  func send(_ event: AllocationEvent) {
    if isShutDown { return }
    var effects: [AllocationEffect] = []
    machine.handle(event, at: environment.clock.now(), into: &effects)
    queue.add(&effects)
    performEffects()
  }

  private func performEffects() {
    // An effect that is answered at once adds to the queue while it is emptied.
    if isPerforming { return }
    isPerforming = true
    defer { isPerforming = false }
    while true {
      switch queue.step() {
      case .perform(let effect): perform(effect)
      case .makeSafe(let number, let isUrgent): makeRecordsSafe(upTo: number, isUrgent: isUrgent)
      case .wait: return
      }
    }
  }

  private func makeRecordsSafe(upTo number: UInt64, isUrgent: Bool) {
    guard let journal = environment.journal else { return }
    flushes[number]?.cancel()
    flushes[number] = run {
      await journal.flush(isUrgent: isUrgent)
      await self.recordsAreSafe(upTo: number)
    }
  }

  private func recordsAreSafe(upTo number: UInt64) {
    // One that was cancelled says nothing of the records.
    if Task.isCancelled { return }
    flushes[number] = nil
    queue.recordsAreSafe(upTo: number)
    performEffects()
  }

  // MARK: Effects

  private func perform(_ effect: AllocationEffect) {
    switch effect {
    case .prepare(let task, let invocation): prepare(task, invocation)
    case .cancelPreparation(let task, _): preparations[task]?.cancel()
    case .start(let task, let invocation): start(task, invocation)
    case .recover(let task, let invocation, let handle): recover(task, invocation, handle)
    case .watch(let task, let invocation): watch(task, invocation)
    case .stop(let task, let invocation, let signal, let timeout, let force):
      stop(
        task, invocation,
        TaskStopRequest(signal: signal.flatMap(Signals.number(named:)), isForced: force, timeout: timeout))
    case .signal(let task, let invocation, let name, let request): signal(task, invocation, name, request)
    case .destroy(let task, let invocation, let force): destroy(task, invocation, force: force)
    case .runHooks(let run): runHooks(run)
    case .startTimer(let timer, let duration): startTimer(timer, duration)
    case .cancelTimer(let timer): timers.removeValue(forKey: timer)?.cancel()
    case .taskEvent(let task, let event): publish(.taskEvent(task: name(of: task), event))
    case .taskChanged(let task, let state): publish(.taskChanged(task: name(of: task), state))
    case .statusChanged(let status, let description):
      publish(.statusChanged(status, description: description))
    case .persistTask(let task, let record):
      guard let journal = environment.journal else { return }
      journal.store(record, of: name(of: task), in: identity.id)
    case .persistAllocation(let record):
      guard let journal = environment.journal else { return }
      journal.store(record, of: identity.id)
    case .reply(let request, let refusal): requests.removeValue(forKey: request)?.resume(returning: refusal)
    case .allocationEnded:
      hasEnded = true
      resumeWaitersWhenIdle()
    }
  }
}
