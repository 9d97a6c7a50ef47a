internal import Synchronization

extension ReplaceableDriver {
  /// What a call is made to.
  struct Target {
    var driver: any Driver
    var generation: Int
  }

  private enum Admission {
    case admitted(Target)
    case refused(DriverError)
    case held(isAway: Bool, reason: String)
  }

  // MARK: Entering and leaving
  /// Suspends until a call may be made.
  ///
  /// - Parameters:
  ///   - isCounted: whether a reload waits for the call.
  ///   - limit: how long the call is held back; nil for as long as it takes.
  ///   - admitted: what is noted when it may be made, under the lock; an error refuses it.
  private func enter(
    _ call: DriverCall, _ taskID: String?, isCounted: Bool = true, within limit: Duration?,
    admitted: (inout State) -> DriverError? = { _ in nil }
  ) async throws(DriverError) -> Target {
    let deadline = limit.map { clock.now() + $0 }
    while true {
      switch state.withLock({ admit(call, taskID, isCounted, &$0, admitted) }) {
      case .admitted(let target): return target
      case .refused(let error): throw error
      case .held(let isAway, let reason):
        if Task.isCancelled { throw error(.cancelled, call, taskID) }
        let left = deadline.map { $0 - clock.now() }
        if let left, left <= .zero {
          throw error(
            isAway ? .driverGone : .timedOut, call, taskID, "\(reason); that has not changed in time")
        }
        await waitForChange(within: left) { state in
          state.continuity.phase == .closed || state.current != nil && state.continuity.admits(taskID)
        }
      }
    }
  }

  private func admit(
    _ call: DriverCall, _ taskID: String?, _ isCounted: Bool, _ state: inout State,
    _ admitted: (inout State) -> DriverError?
  ) -> Admission {
    if state.continuity.phase == .closed {
      return .refused(error(.notServing, call, taskID, "the driver was closed"))
    }
    guard state.continuity.admits(taskID), let driver = state.current else {
      return .held(
        isAway: state.continuity.isAway || state.current == nil, reason: state.continuity.holdReason(taskID))
    }
    if let error = admitted(&state) { return .refused(error) }
    if isCounted { state.callsUnderWay += 1 }
    return .admitted(Target(driver: driver, generation: state.generation))
  }

  /// A counted call has ended; `noted` is written down under the same lock.
  private func leave(_ noted: (inout State) -> Void = { _ in }) {
    let isLast = state.withLock { state in
      noted(&state)
      state.callsUnderWay -= 1
      return state.callsUnderWay == 0 && state.continuity.phase == .draining
    }
    if isLast { wakeAll() }
  }

  /// Whether a call that ended with an error is made again; takes note of an end.
  private func repeats(
    _ call: DriverCall, of taskID: String, after error: DriverError, _ target: Target, attempts: Int
  ) -> Bool {
    if error.kind == .driverGone { ended(target.generation, reason: error.message) }
    return state.withLock { state in
      let isReplaced = state.generation != target.generation || state.current == nil
      return state.continuity.repeats(
        call, of: taskID, after: error, isReplaced: isReplaced, attempts: attempts)
    }
  }

  /// Makes a call, once more where that is safe.
  private func make<Value: Sendable>(
    _ call: DriverCall, _ taskID: String, noted: (inout State) -> Void = { _ in },
    _ body: (any Driver) async throws(DriverError) -> Value
  ) async throws(DriverError) -> Value {
    var attempts = 0
    while true {
      let target = try await enter(call, taskID, within: deadlines.deadline(of: call))
      do throws(DriverError) {
        let value = try await body(target.driver)
        leave(noted)
        return value
      } catch {
        leave()
        guard repeats(call, of: taskID, after: error, target, attempts: attempts) else { throw error }
        attempts += 1
      }
    }
  }

  // MARK: Tasks
  func start(_ request: TaskRequest) async throws(DriverError) -> StartedTask {
    let taskID = request.taskID
    var attempts = 0
    while true {
      do throws(DriverError) {
        // A start has more time than a driver needs to come back.
        let limit = deadlines.other
        let isRepeated = attempts > 0
        let target = try await enter(.start, taskID, within: limit) { state in
          if isRepeated, let error = state.continuity.lost[taskID] { return error }
          state.continuity.startBegins(taskID, logs: request.logs)
          return nil
        }
        do throws(DriverError) {
          let started = try await target.driver.start(request)
          leave { $0.continuity.startEnded(taskID, started) }
          return started
        } catch {
          let isRepeated = repeats(.start, of: taskID, after: error, target, attempts: attempts)
          // Whoever made an unclear start asks for its task: until then the driver's next process is to.
          leave { if !isRepeated, !error.isUnclear { $0.continuity.startEnded(taskID, nil) } }
          guard isRepeated else { throw error }
          attempts += 1
        }
      } catch {
        if attempts > 0, !error.isUnclear { abandonStart(taskID) }
        throw error
      }
    }
  }

  /// A start has failed, and may have gone well for a process of the driver that ended over it: nothing of the
  /// task may be left.
  private func abandonStart(_ taskID: String) {
    state.withLock { $0.continuity.startEnded(taskID, nil) }
    Task {
      guard let target = try? await enter(.destroy, taskID, within: nil) else { return }
      _ = try? await target.driver.destroy(taskID, force: true)
      leave()
    }
  }

  func waitForExit(of taskID: String) async throws(DriverError) -> TaskStatus {
    while true {
      let target = try await enter(.wait, taskID, isCounted: false, within: nil) { state in
        state.continuity.lost[taskID]
      }
      do throws(DriverError) {
        let status = try await target.driver.waitForExit(of: taskID)
        state.withLock { $0.continuity.ended(taskID) }
        return status
      } catch {
        guard repeats(.wait, of: taskID, after: error, target, attempts: 0) else { throw error }
      }
    }
  }

  func stop(_ taskID: String, _ request: TaskStopRequest) async throws(DriverError) {
    try await make(.stop, taskID) { (driver) throws(DriverError) in try await driver.stop(taskID, request) }
  }

  func signal(_ taskID: String, signal: Int32) async throws(DriverError) {
    try await make(.signal, taskID) { (driver) throws(DriverError) in
      try await driver.signal(taskID, signal: signal)
    }
  }

  func inspect(_ taskID: String, detail: StatusDetail) async throws(DriverError) -> TaskStatus {
    try await make(.inspect, taskID) { (driver) throws(DriverError) in
      try await driver.inspect(taskID, detail: detail)
    }
  }

  func destroy(_ taskID: String, force: Bool) async throws(DriverError) {
    do throws(DriverError) {
      try await make(.destroy, taskID, noted: { $0.continuity.forget(taskID) }) {
        (driver) throws(DriverError) in try await driver.destroy(taskID, force: force)
      }
    } catch {
      if error.kind == .notFound { state.withLock { $0.continuity.forget(taskID) } }
      throw error
    }
  }

  func recover(_ request: RecoverRequest) async throws(DriverError) -> TaskStatus {
    try await recover(request, whenDeferred: { _ in })
  }

  private enum RecoverStep {
    case ask(Target)
    case expected([DriverContinuity.Effect], reason: String)
    case wait
    case fail(DriverError)
  }

  /// Finds a task of an earlier process again. Waits for a driver that is not there, and for one that cannot
  /// say, for as long as it takes.
  ///
  /// - Parameter whenDeferred: called with a reason when others need not wait for the answer any more; may be
  ///   called more than once, from any thread.
  func recover(
    _ request: RecoverRequest, whenDeferred: @escaping @Sendable (String) async -> Void
  ) async throws(DriverError) -> TaskStatus {
    let taskID = request.taskID
    // Before anybody can stop waiting for the answer.
    state.withLock { _ = $0.continuity.asking.insert(taskID) }
    defer { handle(.asked(taskID)) }
    let patience = Task { [clock, limit = deadlines.others] in
      await clock.sleep(for: limit)
      if !Task.isCancelled { await whenDeferred("the driver has not answered within \(limit)") }
    }
    defer { patience.cancel() }
    var isExpected = false
    while true {
      switch state.withLock({ recoverStep(request, isExpected, &$0) }) {
      case .fail(let error): throw error
      case .expected(let effects, let reason):
        isExpected = true
        perform(effects)
        handle(.asked(taskID))
        await whenDeferred(reason)
      case .wait:
        if Task.isCancelled { throw error(.cancelled, .recover, taskID) }
        await waitForChange { state in
          state.continuity.phase == .closed || state.continuity.lost[taskID] != nil
            || state.current != nil && state.continuity.admitsRecovery(taskID)
        }
      case .ask(let target):
        do throws(DriverError) {
          let status = try await target.driver.recover(request)
          leave { $0.continuity.found(request) }
          return status
        } catch {
          let isVague = DriverContinuity.isVague(error)
          // Before a reload that waits for this call goes on.
          if isVague { handle(.notSaid(request, error)) }
          leave { if error.kind == .notFound { $0.continuity.forget(taskID) } }
          if isVague {
            isExpected = true
            handle(.asked(taskID))
            await whenDeferred(error.description)
          } else if !repeats(.recover, of: taskID, after: error, target, attempts: 0) {
            throw error
          }
        }
      }
    }
  }

  private func recoverStep(
    _ request: RecoverRequest, _ isExpected: Bool, _ state: inout State
  ) -> RecoverStep {
    let taskID = request.taskID
    if state.continuity.phase == .closed {
      return .fail(error(.notServing, .recover, taskID, "the driver was closed"))
    }
    if isExpected, let error = state.continuity.lost[taskID] {
      state.continuity.forget(taskID)
      return .fail(error)
    }
    if !isExpected, let effects = state.continuity.expect(request) {
      return .expected(effects, reason: state.continuity.reason)
    }
    guard state.continuity.admitsRecovery(taskID), let driver = state.current else { return .wait }
    state.callsUnderWay += 1
    return .ask(Target(driver: driver, generation: state.generation))
  }
}
