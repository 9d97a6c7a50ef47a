import CCrashPoint
import Jobs
import Lifecycle
import Runner
import State
import Synchronization

extension JobTable {
  /// Goes on with what an agent of before has left: its jobs, and the allocations that had not ended. Returns
  /// when the drivers were asked for every task that ran, and take new ones.
  func restore(_ stored: RestorableState) async {
    let begun = state.withLock { state -> [AllocationRunner] in
      state.log = ChangeLog(index: stored.indexCeiling)
      state.indexCeiling = stored.indexCeiling
      for job in stored.jobs { restoreAllocations(of: job, in: &state) }
      let byJob = Dictionary(grouping: state.allocations.values.map(\.snapshot), by: \.key)
      for registration in stored.registrations {
        restore(registration, byJob[JobKey(registration.versions[0].job)] ?? [], in: &state)
      }
      return makeRunners(in: &state)
    }
    for runner in begun { await runner.begin() }
    // Only when every task of before has been asked for may drivers start new ones.
    for runner in begun { await runner.waitUntilRecovered() }
    hostler_crash_point("agent-before-serving")
    await ground.serve()
    for key in state.withLock({ $0.jobs.keys.sorted() }) {
      send(.evaluate, to: key, trigger: .nodeUpdate)
    }
    state.withLock { admit(&$0) }
  }

  private func restoreAllocations(of job: RestorableJob, in state: inout State) {
    for stored in job.allocations {
      let record =
        stored.placement
        ?? PlacementRecord(
          jobVersion: 0, evaluation: "", createIndex: nextIndex(&state),
          createdAt: stored.records.allocation?.beganAt ?? ground.clock.now())
      let plan = ground.plan(of: stored.identity)
      let records = stored.isOfEarlierBoot ? stored.records.afterReboot(plan) : stored.records
      var snapshot = AllocationSnapshot(stored.identity, record)
      for (task, record) in zip(stored.identity.group.tasks, records.tasks) {
        if let record { snapshot.tasks[task.name] = record.state }
      }
      if records.allocation?.stop != nil { snapshot.desired = .stop }
      let machine = AllocationMachine(plan: plan, restoring: records)
      snapshot.status = machine.clientStatus
      snapshot.statusDescription = machine.clientDescription
      snapshot.hasEnded = stored.hasEnded
      state.allocations[stored.identity.id] = AllocationEntry(
        snapshot: snapshot, artifactBase: job.artifactBase,
        records: records)
    }
  }

  /// Puts a job back with its allocations.
  private func restore(
    _ registration: JobRegistration, _ snapshots: [AllocationSnapshot], in state: inout State
  ) {
    let current = registration.versions[0]
    let key = JobKey(current.job)
    let allocations = snapshots.sorted { ($0.createIndex, $0.id) < ($1.createIndex, $1.id) }
    for allocation in allocations {
      if let previous = allocation.previous {
        state.allocations[previous]?.snapshot.next = allocation.id
      }
    }
    let machine = JobMachine(
      job: current.job, version: current.number, isStopped: registration.isStopped,
      older: Dictionary(registration.versions.map { ($0.number, $0.job) }) { first, _ in first },
      allocations: allocations.map {
        JobAllocation(
          id: $0.id, slot: JobSlot(group: $0.identity.group.name, index: $0.identity.index),
          version: $0.jobVersion, desired: $0.desired, ended: $0.hasEnded ? $0.status : nil,
          previous: $0.previous, attempts: $0.attempts)
      })
    var entry = JobEntry(
      machine: machine, versions: registration.versions, createIndex: registration.createIndex,
      modifyIndex: current.jobModifyIndex, status: machine.status)
    entry.allocations = allocations.map(\.id)
    state.jobs[key] = entry
  }

  /// The runners of what had begun and not ended; what had not begun waits for its turn as before.
  private func makeRunners(in state: inout State) -> [AllocationRunner] {
    let open = state.allocations.values.filter { !$0.snapshot.hasEnded }
      .sorted { ($0.snapshot.createIndex, $0.snapshot.id) < ($1.snapshot.createIndex, $1.snapshot.id) }
    return open.compactMap { entry in
      let hasBegun = entry.records?.tasks.contains { $0 != nil } ?? false
      let tasks = entry.snapshot.identity.group.tasks.count
      if hasBegun {
        state.admission.addBegun(entry.snapshot.id, tasks: tasks)
        return makeRunner(entry.snapshot.id, in: &state)
      }
      state.admission.add(entry.snapshot.id, tasks: tasks)
      return nil
    }
  }

  // MARK: The end

  /// Leaves the tasks running and does nothing any more.
  func shutdown() async {
    let runners = state.withLock { state in
      state.isClosing = true
      state.drainer?.cancel()
      for key in state.jobs.keys {
        for retry in state.jobs[key]?.retries.values ?? [:].values { retry.cancel() }
      }
      state.log.close()
      return state.allocations.values.compactMap(\.runner)
    }
    work.finish()
    // What is under way may wait for a disk that is full; the runners' own end cuts that short.
    for runner in runners { await runner.shutdown() }
    let performer = performer.withLock { $0 }
    performer?.cancel()
    await performer?.value
  }

  /// Asks everything to end, and suspends until it has or the calling task is cancelled. Jobs stay as they are:
  /// the next agent runs them again.
  func stopAll(_ request: StopRequest) async {
    state.withLock { state in
      for key in state.jobs.keys {
        send(.stopRequested(request), to: key, trigger: .nodeUpdate, in: &state)
      }
    }
    await waitUntilAllEnded()
  }
}
