import CCrashPoint
import HCL
import Jobs
import Lifecycle
import Runner
import State
import Synchronization

/// The jobs of this host with their allocations: takes jobs in, has a ``JobMachine`` for each decide what is to
/// run, and does what it says.
///
/// What is read is as it was at one moment; every method may be called from any task.
public final class JobTable: Sendable {
  struct JobEntry {
    var machine: JobMachine
    /// Newest first.
    var versions: [JobVersion]
    var createIndex: UInt64
    var modifyIndex: UInt64
    var refusals: [JobSlot: String] = [:]
    var evaluations: [EvaluationSnapshot] = []
    var allocations: [String] = []
    var retries: [JobSlot: Task<Void, Never>] = [:]
    /// The status that was told last.
    var status: JobMachine.Status
  }

  struct AllocationEntry {
    var snapshot: AllocationSnapshot
    var artifactBase: String
    /// What it was when the agent of before went away.
    var records: RestoredAllocation?
    /// From its beginning on, as long as it has not ended.
    var runner: AllocationRunner?
    /// How often it began to run in full, or stopped doing so.
    var turns = 0
  }

  struct State {
    var jobs: [JobKey: JobEntry] = [:]
    var allocations: [String: AllocationEntry] = [:]
    var log = ChangeLog(index: 0)
    var admission: Admission<String>
    /// Every index below this is known to the store as one that may have been given away.
    var indexCeiling: UInt64 = 0
    var isClosing = false
    var availability = NodeAvailability()
    /// Sees a drain through.
    var drainer: Task<Void, Never>?
  }

  /// What has to be done outside the lock, in order.
  enum Work: Sendable {
    case place([PlacedAllocation], EncodedJob)
    case begin([AllocationRunner])
    case stop(AllocationRunner, StopRequest)
    case forget([String])
  }

  let ground: AllocationHost
  let state: Mutex<State>
  let work: AsyncStream<Work>.Continuation
  /// Does the work, one piece after the other; ends when no more can come.
  let performer = Mutex<Task<Void, Never>?>(nil)

  init(_ ground: AllocationHost) {
    self.ground = ground
    state = Mutex(
      State(
        admission: Admission(
          limits: AdmissionLimits(starting: 64, tasks: DescriptorLimit.taskLimit))))
    let (stream, continuation) = AsyncStream<Work>.makeStream()
    work = continuation
    let task = Task { [weak self] in
      for await piece in stream { await self?.perform(piece) }
    }
    performer.withLock { $0 = task }
  }

  /// How many indexes are made known to the store at once.
  private static let indexBlock: UInt64 = 4096

  /// A new index, for a change that is about to be told. Indexes go on rising from one agent to the next.
  func nextIndex(_ state: inout State) -> UInt64 {
    let index = state.log.advance()
    if index + Self.indexBlock / 2 >= state.indexCeiling {
      state.indexCeiling = index + Self.indexBlock
      ground.state?.store.reserve(indexesBelow: state.indexCeiling)
    }
    return index
  }

  // MARK: Effects

  /// Does what the machine of a job asks for, as far as it can be done under the lock.
  ///
  /// - Parameter trigger: Why the machine was asked.
  func apply(
    _ effects: [JobMachine.Effect], of key: JobKey, in state: inout State,
    trigger: EvaluationSnapshot.Trigger
  ) {
    guard !effects.isEmpty, let job = state.jobs[key] else { return noteStatus(of: key, in: &state) }
    let needsEvaluation = effects.contains {
      switch $0 {
      case .place, .stop, .adopt: true
      case .retry, .cancelRetry: false
      }
    }
    let evaluation = needsEvaluation ? addEvaluation(to: key, trigger, in: &state) : ""
    var placed: [PlacedAllocation] = []
    var placements: [String: AllocationIdentity.Placement] = [:]
    var neverBegan: [String] = []
    for effect in effects {
      switch effect {
      case .place(let slot, let previous, let attempts):
        guard let group = job.versions[0].job.groups.first(where: { $0.name == slot.group }) else { continue }
        if let reason = state.availability.refusal {
          refuse(slot, of: key, reason, evaluation, in: &state)
          continue
        }
        state.jobs[key]?.refusals[slot] = nil
        let placement =
          placements[slot.group] ?? AllocationIdentity.Placement(job: job.versions[0].job, group: group)
        placements[slot.group] = placement
        let identity = AllocationIdentity(id: randomUUID(), placement: placement, index: slot.index)
        state.jobs[key]?.machine.placed(identity.id, in: slot, previous: previous, attempts: attempts)
        let record = PlacementRecord(
          jobVersion: job.versions[0].number, previous: previous, attempts: attempts, evaluation: evaluation,
          createIndex: nextIndex(&state), createdAt: ground.clock.now())
        add(identity, record, in: &state)
        placed.append(
          PlacedAllocation(id: identity.id, group: slot.group, index: slot.index, record: record))
      case .stop(let id, let request, let description):
        if stop(id, request, description, in: &state) { neverBegan.append(id) }
      case .adopt(let id, let version):
        let index = nextIndex(&state)
        state.allocations[id]?.snapshot.jobVersion = version
        state.allocations[id]?.snapshot.allocModifyIndex = index
        touch(id, at: index, in: &state)
      case .retry(let slot, let delay):
        state.jobs[key]?.retries[slot]?.cancel()
        state.jobs[key]?.retries[slot] = retry(key, slot, after: delay)
      case .cancelRetry(let slot):
        state.jobs[key]?.retries.removeValue(forKey: slot)?.cancel()
      }
    }
    if !placed.isEmpty, let version = state.jobs[key]?.versions.first {
      enqueue(.place(placed, EncodedJob(version.job, artifactBase: version.artifactBase)))
    }
    for id in neverBegan {
      send(.allocationEnded(id, .complete), to: key, trigger: trigger, in: &state)
    }
    noteStatus(of: key, in: &state)
  }

  private func add(_ identity: AllocationIdentity, _ record: PlacementRecord, in state: inout State) {
    let key = JobKey(identity.job)
    guard let version = state.jobs[key]?.versions.first else { return }
    state.allocations[identity.id] = AllocationEntry(
      snapshot: AllocationSnapshot(identity, record), artifactBase: version.artifactBase)
    state.jobs[key]?.allocations.append(identity.id)
    if let previous = record.previous {
      state.allocations[previous]?.snapshot.next = identity.id
      touch(previous, at: nextIndex(&state), in: &state)
    }
    touch(identity.id, at: record.createIndex, in: &state)
  }

  /// - Returns: whether the allocation never began, and so has ended at once.
  private func stop(
    _ id: String, _ request: StopRequest, _ description: String, in state: inout State
  ) -> Bool {
    guard let entry = state.allocations[id], !entry.snapshot.hasEnded else { return false }
    let index = nextIndex(&state)
    state.allocations[id]?.snapshot.desired = .stop
    state.allocations[id]?.snapshot.desiredDescription = description
    state.allocations[id]?.snapshot.allocModifyIndex = index
    touch(id, at: index, in: &state)
    if let runner = entry.runner {
      enqueue(.stop(runner, request))
      return false
    }
    // It never began, so there is nothing to end.
    _ = state.admission.remove(id)
    enqueue(.forget([id]))
    end(id, .complete, in: &state)
    return true
  }

  /// Tells that an allocation changed.
  func touch(_ id: String, at index: UInt64, in state: inout State) {
    state.allocations[id]?.snapshot.modifyIndex = index
    state.allocations[id]?.snapshot.modifiedAt = ground.clock.now()
    guard let snapshot = state.allocations[id]?.snapshot else { return }
    state.log.append(HostEvent(index: index, type: "AllocationUpdated", payload: .allocation(snapshot)))
  }

  /// Tells that a job's status changed, if it did.
  func noteStatus(of key: JobKey, in state: inout State) {
    guard let entry = state.jobs[key], entry.machine.status != entry.status else { return }
    let index = nextIndex(&state)
    state.jobs[key]?.status = entry.machine.status
    state.jobs[key]?.modifyIndex = index
    if let snapshot = Self.snapshot(of: state.jobs[key]) {
      state.log.append(HostEvent(index: index, type: "JobStatusChanged", payload: .job(snapshot)))
    }
  }

  private func addEvaluation(
    to key: JobKey, _ trigger: EvaluationSnapshot.Trigger, in state: inout State
  ) -> String {
    guard let entry = state.jobs[key], let version = entry.versions.first else { return "" }
    let index = nextIndex(&state)
    let evaluation = EvaluationSnapshot(
      id: randomUUID(), key: key, type: version.job.type, priority: version.job.priority,
      trigger: trigger, jobModifyIndex: version.jobModifyIndex, createIndex: index, modifyIndex: index,
      createdAt: ground.clock.now())
    state.jobs[key]?.evaluations.append(evaluation)
    if entry.evaluations.count >= Self.keptEvaluations { state.jobs[key]?.evaluations.removeFirst() }
    state.log.append(HostEvent(index: index, type: "EvaluationUpdated", payload: .evaluation(evaluation)))
    return evaluation.id
  }

  /// How many of a job's newest evaluations are kept.
  private static let keptEvaluations = 64

  private func retry(_ key: JobKey, _ slot: JobSlot, after delay: Duration) -> Task<Void, Never> {
    Task { [weak self, clock = ground.clock] in
      do { try await clock.sleep(for: delay) } catch { return }
      self?.send(.retryDue(slot), to: key, trigger: .allocFailure)
    }
  }

  /// Feeds the machine of a job with an event.
  func send(_ event: JobMachine.Event, to key: JobKey, trigger: EvaluationSnapshot.Trigger) {
    state.withLock { state in
      guard !state.isClosing else { return }
      send(event, to: key, trigger: trigger, in: &state)
    }
  }

  func send(
    _ event: JobMachine.Event, to key: JobKey, trigger: EvaluationSnapshot.Trigger, in state: inout State
  ) {
    let effects = state.jobs[key]?.machine.handle(event, at: ground.clock.now()) ?? []
    apply(effects, of: key, in: &state, trigger: trigger)
  }

  // MARK: Work

  func enqueue(_ piece: Work) {
    work.yield(piece)
  }

  private func perform(_ piece: Work) async {
    switch piece {
    case .place(let placed, let job):
      await ground.store(placed, of: job)
      hostler_crash_point("agent-after-placement")
      state.withLock { state in
        for allocation in placed {
          guard let entry = state.allocations[allocation.id], !entry.snapshot.hasEnded else { continue }
          state.admission.add(allocation.id, tasks: entry.snapshot.identity.group.tasks.count)
        }
        admit(&state)
      }
    case .begin(let runners):
      for runner in runners { await runner.begin() }
    case .stop(let runner, let request):
      await runner.stop(request)
    case .forget(let ids):
      for id in ids { ground.forget(allocation: id) }
    }
  }

  /// Makes the runners of those that begin now. Under the lock, so that a stop finds them.
  func admit(_ state: inout State) {
    guard !state.isClosing else { return }
    let runners = state.admission.admit().compactMap { makeRunner($0, in: &state) }
    if !runners.isEmpty { enqueue(.begin(runners)) }
  }

  func makeRunner(_ id: String, in state: inout State) -> AllocationRunner? {
    guard let entry = state.allocations[id], !entry.snapshot.hasEnded else { return nil }
    let runner = ground.makeRunner(
      entry.snapshot.identity, artifactBase: entry.artifactBase, restoring: entry.records,
      observer: Observer(table: self))
    state.allocations[id]?.runner = runner
    state.allocations[id]?.records = nil
    return runner
  }

  // MARK: Changes of allocations

  fileprivate func take(_ change: AllocationChange, of id: String) {
    state.withLock { state in
      guard let entry = state.allocations[id] else { return }
      let key = entry.snapshot.key
      let index = nextIndex(&state)
      switch change {
      case .taskEvent(_, let event):
        if event.kind == .started || event.kind == .restarting { state.admission.hasStarted(id) }
        // The state that the event belongs to follows.
        return admit(&state)
      case .taskChanged(let task, let taskState):
        state.allocations[id]?.snapshot.tasks[task] = taskState
      case .statusChanged(let status, let description):
        state.allocations[id]?.snapshot.status = status
        state.allocations[id]?.snapshot.statusDescription = description
      case .ended(let status):
        end(id, status, in: &state)
        send(.allocationEnded(id, status), to: key, trigger: .allocFailure, in: &state)
        return admit(&state)
      }
      touch(id, at: index, in: &state)
      noteTurn(of: id, before: entry, in: &state)
    }
  }

  /// An allocation that has begun to run in full counts for its job when it still does so after a while.
  private func noteTurn(of id: String, before: AllocationEntry, in state: inout State) {
    guard let entry = state.allocations[id], entry.runs != before.runs else { return }
    state.allocations[id]?.turns += 1
    guard entry.runs else { return }
    let job = entry.snapshot.identity.job
    let wait = (entry.snapshot.identity.group.update ?? job.update)?.minHealthyTime ?? .zero
    let key = entry.snapshot.key
    guard wait > .zero else { return send(.allocationRuns(id), to: key, trigger: .jobRegister, in: &state) }
    let turn = entry.turns + 1
    Task { [weak self, clock = ground.clock] in
      do { try await clock.sleep(for: wait) } catch { return }
      self?.state.withLock { state in
        guard state.allocations[id]?.turns == turn, !state.isClosing else { return }
        self?.send(.allocationRuns(id), to: key, trigger: .jobRegister, in: &state)
      }
    }
  }

  /// Notes that nothing of an allocation runs any more.
  private func end(_ id: String, _ status: ClientStatus, in state: inout State) {
    state.admission.hasEnded(id)
    state.allocations[id]?.snapshot.hasEnded = true
    state.allocations[id]?.snapshot.status = status
    state.allocations[id]?.runner = nil
    state.allocations[id]?.records = nil
    touch(id, at: nextIndex(&state), in: &state)
  }

  /// Passes the changes of an allocation on.
  private struct Observer: AllocationObserver {
    // The table holds the runners, which hold this.
    weak let table: JobTable?

    func allocation(_ id: String, changed change: AllocationChange) { table?.take(change, of: id) }
  }
}

extension JobTable.AllocationEntry {
  /// Whether every task that belongs beside the main tasks runs, and they do.
  fileprivate var runs: Bool {
    let tasks = snapshot.identity.group.tasks
    return tasks.allSatisfy { task in
      let state = snapshot.tasks[task.name]
      switch Stage(task.lifecycle) {
      case .main, .prestartSidecar, .poststartSidecar:
        return state?.phase == .running || state?.phase == .dead && state?.failed == false
      case .prestart, .poststart, .poststop: return true
      }
    } && snapshot.status == .running
  }
}
