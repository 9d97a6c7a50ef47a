public import Jobs
public import Lifecycle
public import Runner
import Synchronization

/// A change in one of a job's allocations.
public struct JobChange: Sendable {
  /// The allocation.
  public var allocation: AllocationIdentity
  /// When it was told.
  public var time: Timestamp
  /// What changed.
  public var change: AllocationChange
}

/// One job as this host runs it: its allocations, from their start to the end of the last.
///
/// Allocations begin a few at a time, and while there are descriptors for their tasks: the others wait
/// until some have ended, and cost next to nothing until then.
public final class JobRun: Sendable {
  /// The job.
  public let job: Job
  /// Every allocation of the job, in the order of groups and indexes.
  public let identities: [AllocationIdentity]
  /// When the run began.
  public let beganAt: Timestamp
  /// Every change of every allocation.
  public let changes = JobChanges()

  /// How many ended allocations can still be asked what became of their tasks.
  private static let keptRunners = 256
  /// How many changes may wait for a reader that says what it has seen.
  private static let mostUnseen = 20_000

  private let environment: RunEnvironment
  private let state: Mutex<State>

  private struct State {
    var admission: Admission<Int>
    /// Those that have begun, by their place; of those that have ended the last few.
    var runners: [Int: AllocationRunner] = [:]
    var ended: [Int] = []
    var openCount = 0
    var failed: [Int] = []
    var notBegun = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
    /// Changes that the reader has not seen; nil while it does not say.
    var unseen: Int?
    var published = 0

    var isOver: Bool { openCount == 0 && admission.waiting == 0 }
  }

  init(job: Job, identities: [AllocationIdentity], limits: AdmissionLimits, environment: RunEnvironment) {
    self.job = job
    self.identities = identities
    self.environment = environment
    beganAt = environment.clock.now()
    var admission = Admission<Int>(limits: limits)
    for (place, identity) in identities.enumerated() {
      admission.add(place, tasks: identity.group.tasks.count)
    }
    state = Mutex(State(admission: admission))
  }

  // MARK: The allocations

  /// The allocations that have begun, in the order of groups and indexes: all that run, and the last few
  /// hundred of those that have ended.
  public var allocations: [AllocationRunner] {
    state.withLock { $0.runners.sorted { $0.key < $1.key }.map(\.value) }
  }

  /// Where an allocation has its files.
  public func directory(of allocation: AllocationIdentity) -> AllocationDirectory {
    environment.dataDirectory.allocation(allocation.id)
  }

  /// Starts what may start at once, and returns.
  func begin() async {
    let (first, isOver) = state.withLock { state in (admit(&state), state.isOver) }
    if isOver { changes.finish() }
    for runner in first { await runner.begin() }
  }

  /// Makes the runners of those that begin now. Under the lock, so that a stop finds them.
  private func admit(_ state: inout State) -> [AllocationRunner] {
    if let unseen = state.unseen, unseen > Self.mostUnseen { return [] }
    return state.admission.admit().map { place in
      let runner = environment.makeRunner(identities[place], Observer(run: self, place: place))
      state.runners[place] = runner
      state.openCount += 1
      return runner
    }
  }

  private func begin(_ runners: [AllocationRunner]) {
    guard !runners.isEmpty else { return }
    Task { @AllocationActor in for runner in runners { await runner.begin() } }
  }

  // MARK: The end

  /// Suspends until every allocation has ended, and says how.
  public func outcome() async -> JobOutcome {
    await withCheckedContinuation { waiter in
      let isOver = state.withLock { state in
        if !state.isOver { state.waiters.append(waiter) }
        return state.isOver
      }
      if isOver { waiter.resume() }
    }
    let (failed, notBegun) = state.withLock { ($0.failed.sorted(), $0.notBegun) }
    return JobOutcome(failed: failed.map { identities[$0] }, notBegun: notBegun)
  }

  /// Asks every allocation to end; those that have not begun never do.
  public func stop(_ request: StopRequest) async {
    let (runners, notBegun) = beginNoMore()
    // A later run must not go on with what was told to end.
    for place in notBegun { environment.forget(identities[place]) }
    for allocation in runners { await allocation.stop(request) }
  }

  /// Leaves the tasks running and does nothing any more.
  public func shutdown() async {
    for allocation in beginNoMore().runners { await allocation.shutdown() }
  }

  private func beginNoMore() -> (runners: [AllocationRunner], notBegun: [Int]) {
    let (runners, waiters, notBegun) = state.withLock { state in
      let notBegun = state.admission.stop()
      state.notBegun += notBegun.count
      let ended = Set(state.ended)
      let open = state.runners.filter { !ended.contains($0.key) }.sorted { $0.key < $1.key }.map(\.value)
      return (open, takeWaiters(&state), notBegun)
    }
    finish(waiters)
    return (runners, notBegun)
  }

  private func takeWaiters(_ state: inout State) -> [CheckedContinuation<Void, Never>]? {
    guard state.isOver else { return nil }
    defer { state.waiters = [] }
    return state.waiters
  }

  private func finish(_ waiters: [CheckedContinuation<Void, Never>]?) {
    guard let waiters else { return }
    changes.finish()
    for waiter in waiters { waiter.resume() }
  }

  // MARK: Changes

  /// The reader of ``changes`` has seen some more. A reader that says so is not run ahead of: while
  /// thousands of changes wait for it, no further allocations begin.
  public func sawChanges(_ count: Int) {
    let runners = state.withLock { state -> [AllocationRunner] in
      let before = state.unseen ?? state.published
      let unseen = before - count
      state.unseen = unseen
      // Not at each: only when the reader has caught up with half of what it was behind.
      return before > Self.mostUnseen / 2 && unseen <= Self.mostUnseen / 2 ? admit(&state) : []
    }
    begin(runners)
  }

  fileprivate func take(_ change: AllocationChange, of place: Int) {
    changes.publish(JobChange(allocation: identities[place], time: environment.clock.now(), change: change))
    let (runners, waiters) = state.withLock { state in
      state.published += 1
      if let unseen = state.unseen { state.unseen = unseen + 1 }
      guard note(change, of: place, in: &state) else {
        return ([AllocationRunner](), [CheckedContinuation<Void, Never>]?.none)
      }
      return (admit(&state), takeWaiters(&state))
    }
    begin(runners)
    finish(waiters)
  }

  /// - Returns: whether others may begin because of the change.
  private func note(_ change: AllocationChange, of place: Int, in state: inout State) -> Bool {
    switch change {
    case .taskEvent(_, let event) where event.kind == .started || event.kind == .restarting:
      state.admission.hasStarted(place)
    case .ended(let status):
      state.admission.hasEnded(place)
      state.openCount -= 1
      if status == .failed { state.failed.append(place) }
      state.ended.append(place)
      if state.ended.count > Self.keptRunners { state.runners[state.ended.removeFirst()] = nil }
    default: return false
    }
    return true
  }

  /// Passes the changes of all allocations of a run on to it.
  private struct Observer: AllocationObserver {
    // The run holds the allocations, which hold this.
    weak let run: JobRun?
    /// The place of the allocation in the job.
    let place: Int

    func allocation(_ id: String, changed change: AllocationChange) { run?.take(change, of: place) }
  }
}

/// What a run of a job needs of the agent.
struct RunEnvironment: Sendable {
  /// Where the allocations live.
  var dataDirectory: DataDirectory
  /// The time.
  var clock: any RunnerClock
  /// Makes the runner of an allocation.
  var makeRunner: @Sendable (AllocationIdentity, any AllocationObserver) -> AllocationRunner
  /// Takes an allocation that never began out of the state.
  var forget: @Sendable (AllocationIdentity) -> Void
}

/// How a job ended.
public struct JobOutcome: Hashable, Sendable {
  /// The allocations in which a task failed that must not.
  public var failed: [AllocationIdentity]
  /// How many allocations never began, because the job was stopped before.
  public var notBegun: Int

  /// Whether every task that must succeed did.
  public var succeeded: Bool { failed.isEmpty && notBegun == 0 }
}
