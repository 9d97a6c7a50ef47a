extension DriverContinuity {
  /// Takes an event in and says what is to be done.
  ///
  /// - Parameter now: the time of any clock that never jumps.
  mutating func handle(_ event: Event, at now: Duration) -> [Effect] {
    if phase == .closed { return [] }
    switch (event, phase) {
    case (.closed, _):
      phase = .closed
      reason = "the driver was closed"
      return [.resume]
    case (.arrived, .vacant), (.arrived, .launching): return beginRecovery(at: now)
    case (.died(let reason), .serving), (.died(let reason), .recovering), (.died(let reason), .gathering),
      (.died(let reason), .restoring):
      return died(reason, at: now)
    case (.died(let reason), .draining), (.died(let reason), .moving), (.died(let reason), .finishing):
      endDuringReload = reason
      return []
    case (.pauseEnded, .pausing):
      phase = .launching
      return [.launch]
    case (.launchFailed(let reason), .launching):
      self.reason = reason
      return beginPause(afterServing: nil)
    case (.recovered(let task, let round, let error), _) where round == self.round:
      return recovered(task, error, at: now)
    case (.asked(let task), _):
      asking.remove(task)
      return phase == .gathering ? beginRestoring() : []
    case (.notSaid(let request, let error), _): return notSaid(request, error)
    case (.restored(let round, let error), _) where round == self.round: return restored(error, at: now)
    case (.restoreRequested, .serving) where !isRestored:
      isRestored = true
      return beginRestoring()
    case (.restoreRequested, _):
      isRestored = true
      return []
    case (.replacementReady, _): return replacementReady(at: now)
    case (.drained, .draining): return beginMove(at: now)
    case (.drainTimedOut(let calls), .draining): return giveUp(.callsUnderWay(calls), at: now)
    default:
      // Late news of what is no longer asked.
      return []
    }
  }

  // MARK: Ends and new beginnings
  mutating func died(_ reason: String, at now: Duration) -> [Effect] {
    self.reason = reason
    let effects = beginPause(afterServing: servesSince.map { now - $0 })
    return [.log(.error, "\(reason); \(tasks.count) tasks wait for the next")] + effects
  }

  private mutating func beginPause(afterServing lifetime: Duration?) -> [Effect] {
    round += 1
    phase = .pausing
    unsettled = []
    servesSince = nil
    hasHungCall = false
    return [.resume, .pause(backoff.pause(afterServing: lifetime))]
  }

  private func request(_ id: String, _ task: KnownTask, isReloading: Bool) -> RecoverRequest {
    RecoverRequest(
      taskID: id, handle: task.handle ?? [], handleVersion: task.handleVersion, isReloading: isReloading,
      logs: task.logs)
  }

  func requests(isReloading: Bool) -> [RecoverRequest] {
    tasks.sorted { $0.key < $1.key }.map { request($0.key, $0.value, isReloading: isReloading) }
  }

  // MARK: Asking for tasks
  mutating func beginRecovery(at now: Duration) -> [Effect] {
    round += 1
    unsettled = []
    servesSince = nil
    hasHungCall = false
    let requests = requests(isReloading: false)
    if requests.isEmpty { return endRecovery(at: now) }
    phase = .recovering(Set(tasks.keys))
    reason = "the driver is being asked for its tasks"
    return [.recover(requests, round: round)]
  }

  private mutating func endRecovery(at now: Duration) -> [Effect] {
    // It cannot be told anything while the call is under way.
    if hasHungCall, isKillable { return [.kill(reason: "recover did not return")] }
    return isRestored ? beginRestoring() : serve(at: now)
  }

  private mutating func beginRestoring() -> [Effect] {
    guard asking.isEmpty else {
      let isNew = phase != .gathering
      phase = .gathering
      reason = "the driver is being asked for its tasks"
      return isNew ? [.resume] : []
    }
    phase = .restoring
    reason = "the driver is being told that restoring is over"
    return [.restoreComplete(round: round)]
  }

  mutating func serve(at now: Duration) -> [Effect] {
    phase = .serving
    reason = ""
    servesSince = servesSince ?? now
    return [.resume] + unsettled.sorted().flatMap { askAgain($0) }
  }

  private func askAgain(_ id: String) -> [Effect] {
    guard let task = tasks[id] else { return [] }
    let pause = min(Self.longestPause, .milliseconds(250 << min(max(task.vagueAnswers, 1) - 1, 7)))
    return [.recover([request(id, task, isReloading: false)], round: round, after: pause)]
  }

  private mutating func recovered(_ id: String, _ error: DriverError?, at now: Duration) -> [Effect] {
    switch phase {
    case .recovering(var left):
      guard left.remove(id) != nil else { return [] }
      phase = .recovering(left)
      let effects = settle(id, error)
      return left.isEmpty ? effects + endRecovery(at: now) : effects
    case .serving:
      guard unsettled.remove(id) != nil else { return [] }
      return settle(id, error) + (unsettled.contains(id) ? askAgainOrKill(id) : [.resume])
    case .moving(let left): return moved(id, error, left: left, at: now)
    default: return []
    }
  }

  private mutating func notSaid(_ request: RecoverRequest, _ error: DriverError) -> [Effect] {
    let id = request.taskID
    found(request)
    guard !unsettled.contains(id) else { return [] }
    let effects = settle(id, error)
    // Otherwise it is asked for anyway, or again once the driver serves.
    return phase == .serving && unsettled.contains(id) ? effects + askAgainOrKill(id) : effects
  }

  private func askAgainOrKill(_ id: String) -> [Effect] {
    hasHungCall && isKillable ? [.kill(reason: "recover did not return")] : askAgain(id)
  }

  /// What an answer about a task means for it.
  private mutating func settle(_ id: String, _ error: DriverError?) -> [Effect] {
    guard let task = tasks[id] else { return [] }
    guard let error else {
      tasks[id]?.vagueAnswers = 0
      tasks[id]?.hangs = 0
      tasks[id]?.interruptedStarts = 0
      return []
    }
    if error.kind == .timedOut {
      hasHungCall = true
      tasks[id]?.hangs += 1
    }
    switch error.kind {
    // It was being started, and was not: the one who starts it does so now.
    case .notFound where task.handle == nil: return []
    case .notFound where task.hasEnded:
      tasks[id] = nil
      return []
    case .driverGone, .notServing: return []
    default: break
    }
    if Self.isVague(error), !isKillable || task.hangs + (error.kind == .timedOut ? 1 : 0) < Self.hangLimit {
      tasks[id]?.vagueAnswers += 1
      unsettled.insert(id)
      return task.vagueAnswers == 0 ? [.log(.warning, "\(error); it is asked again")] : []
    }
    tasks[id] = nil
    lost[id] = error
    return [.log(.error, "not found again: \(error)")]
  }

  // MARK: The end of restoring
  private mutating func restored(_ error: DriverError?, at now: Duration) -> [Effect] {
    switch (phase, error?.kind) {
    case (.finishing, nil): return completeMove(at: now)
    case (.finishing, _):
      return error.map { giveUp(.notRestored($0), at: now) } ?? []
    case (.restoring, nil): return serve(at: now)
    case (.restoring, .driverGone), (.restoring, .notServing): return []
    case (.restoring, .timedOut) where isKillable: return [.kill(reason: "restore_complete did not return")]
    case (.restoring, .timedOut):
      // What hangs in this process cannot be ended. Should it come back, the driver serves.
      let text = "\(error?.description ?? ""); its tasks wait until it is reloaded or the agent is restarted"
      return [.log(.error, text), .restoreComplete(round: round, after: Self.longestPause)]
    case (.restoring, _):
      return [.log(.error, error?.description ?? "")] + serve(at: now)
    default: return []
    }
  }
}
