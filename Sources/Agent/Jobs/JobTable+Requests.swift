import CCrashPoint
public import Jobs
public import Lifecycle
import Runner
public import State
import Synchronization

extension JobTable {
  /// How many versions of a job are kept.
  private static let keptVersions = 6

  // MARK: Jobs

  /// Takes a job in, or a new version of one that is there. Suspends until that is durable; the work itself
  /// goes on afterwards.
  ///
  /// - Parameters:
  ///   - job: The job, checked.
  ///   - artifactBase: The folder that relative artifact sources are taken from.
  ///   - submission: The text that the job came from.
  ///   - folderFile: The file of the jobs folder that keeps it running.
  ///   - expected: The index that the job must have, 0 when it must not be there; nil for any.
  ///   - trigger: Why the host looks.
  public func register(
    _ job: Job, artifactBase: String, submission: JobSubmission? = nil, folderFile: String? = nil,
    expecting expected: UInt64? = nil, trigger: EvaluationSnapshot.Trigger = .jobRegister
  ) async throws(JobRequestError) -> JobRegistered {
    let key = JobKey(job)
    let accepted = state.withLock { state -> Result<(JobVersion, isNew: Bool), JobRequestError> in
      if state.isClosing { return .failure(.shuttingDown) }
      let entry = state.jobs[key]
      let has = entry?.versions[0].jobModifyIndex ?? 0
      if let expected, expected != has {
        return .failure(.indexConflict(key, has: has, wanted: expected))
      }
      if let entry, !entry.machine.isStopped, entry.versions[0].job.isSame(as: job),
        entry.versions[0].folderFile == folderFile
      {
        return .success((entry.versions[0], isNew: false))
      }
      let index = nextIndex(&state)
      let version = JobVersion(
        job: job, number: (entry?.versions[0].number ?? -1) + 1, submittedAt: ground.clock.now(),
        jobModifyIndex: index, artifactBase: artifactBase, submission: submission,
        folderFile: folderFile)
      if entry == nil {
        state.jobs[key] = JobEntry(
          machine: JobMachine(job: job, version: version.number), versions: [version], createIndex: index,
          modifyIndex: index, status: .pending)
      } else {
        state.jobs[key]?.versions.insert(version, at: 0)
        state.jobs[key]?.modifyIndex = index
        if let count = state.jobs[key]?.versions.count, count > Self.keptVersions {
          state.jobs[key]?.versions.removeLast()
        }
      }
      store(key, isStopped: false, in: &state)
      tell("JobRegistered", of: key, at: index, in: &state)
      return .success((version, isNew: true))
    }
    let (version, isNew) = try accepted.get()
    await ground.state?.store.flush()
    hostler_crash_point("agent-after-registration")
    return state.withLock { state in
      send(
        isNew ? .changed(version.job, version: version.number) : .evaluate, to: key, trigger: trigger,
        in: &state)
      return JobRegistered(
        evaluation: state.jobs[key]?.evaluations.last?.id ?? "", jobModifyIndex: version.jobModifyIndex,
        version: version.number)
    }
  }

  /// Asks every allocation of a job to end. Suspends until that is durable.
  ///
  /// - Parameters:
  ///   - purge: Whether the job is forgotten.
  ///   - request: How its allocations end.
  /// - Returns: the evaluation that looked at the job.
  @discardableResult
  public func deregister(
    _ key: JobKey, purge: Bool = false, _ request: StopRequest = StopRequest()
  ) async throws(JobRequestError) -> String {
    let refusal = state.withLock { state -> JobRequestError? in
      if state.isClosing { return .shuttingDown }
      guard state.jobs[key] != nil else { return .unknownJob(key) }
      if purge { ground.state?.store.unregister(key) } else { store(key, isStopped: true, in: &state) }
      return nil
    }
    if let refusal { throw refusal }
    await ground.state?.store.flush()
    return state.withLock { state in
      let index = nextIndex(&state)
      state.jobs[key]?.modifyIndex = index
      send(.stopRequested(request), to: key, trigger: .jobDeregister, in: &state)
      tell("JobDeregistered", of: key, at: index, in: &state)
      let evaluation = state.jobs[key]?.evaluations.last?.id ?? ""
      if purge { state.jobs[key] = nil }
      return evaluation
    }
  }

  /// Has the host look at a job again.
  ///
  /// - Returns: the evaluation.
  public func evaluate(_ key: JobKey) throws(JobRequestError) -> String {
    let evaluation = state.withLock { state -> String? in
      guard state.jobs[key] != nil else { return nil }
      send(.evaluate, to: key, trigger: .jobRegister, in: &state)
      return state.jobs[key]?.evaluations.last?.id ?? ""
    }
    guard let evaluation else { throw .unknownJob(key) }
    return evaluation
  }

  /// Marks a version of a job as known to run well, or not.
  public func setStable(_ key: JobKey, version: Int, _ isStable: Bool) async throws(JobRequestError) {
    let refusal = state.withLock { state -> JobRequestError? in
      guard let entry = state.jobs[key] else { return .unknownJob(key) }
      guard let place = entry.versions.firstIndex(where: { $0.number == version }) else {
        return .unknownVersion(key, version)
      }
      state.jobs[key]?.versions[place].isStable = isStable
      let index = nextIndex(&state)
      state.jobs[key]?.modifyIndex = index
      store(key, isStopped: entry.machine.isStopped, in: &state)
      return nil
    }
    if let refusal { throw refusal }
    await ground.state?.store.flush()
  }

  private func store(_ key: JobKey, isStopped: Bool, in state: inout State) {
    guard let entry = state.jobs[key] else { return }
    ground.state?.store.register(
      JobRegistration(versions: entry.versions, isStopped: isStopped, createIndex: entry.createIndex))
  }

  private func tell(_ type: String, of key: JobKey, at index: UInt64, in state: inout State) {
    guard let snapshot = Self.snapshot(of: state.jobs[key]) else { return }
    state.log.append(HostEvent(index: index, type: type, payload: .job(snapshot)))
  }

  // MARK: Allocations

  /// Starts tasks of an allocation again.
  public func restart(
    _ id: String, _ target: RestartTarget, reason: RestartReason = .user
  ) async throws(JobRequestError) {
    let runner = try runner(of: id, ended: .allocationShouldNotRun)
    do { try await runner.restart(target, reason: reason) } catch { throw .lifecycle(error) }
  }

  /// Sends a signal to one task of an allocation, or to all that run.
  public func signal(_ id: String, _ signal: String, task: String?) async throws(JobRequestError) {
    let runner = try runner(of: id, ended: .taskNotRunning)
    do { try await runner.signal(signal, task: task) } catch { throw .lifecycle(error) }
  }

  /// Asks an allocation to end; another takes its place while its job wants that.
  ///
  /// - Returns: the evaluation that placed the other.
  public func stop(_ id: String, _ request: StopRequest = StopRequest()) throws(JobRequestError) -> String {
    let answer = state.withLock { state -> Result<String, JobRequestError> in
      guard let key = state.allocations[id]?.snapshot.key else { return .failure(.unknownAllocation(id)) }
      send(.allocationStopRequested(id, request), to: key, trigger: .allocStop, in: &state)
      return .success(state.jobs[key]?.evaluations.last?.id ?? "")
    }
    return try answer.get()
  }

  /// The runner of an allocation that has begun and not ended.
  private func runner(
    of id: String, ended refusal: LifecycleRequestError
  ) throws(JobRequestError) -> AllocationRunner {
    let entry = state.withLock { $0.allocations[id] }
    guard let entry else { throw .unknownAllocation(id) }
    if let runner = entry.runner { return runner }
    throw .lifecycle(entry.snapshot.hasEnded ? refusal : .taskNotRunning)
  }
}
