extension DriverContinuity {
  // MARK: Reload
  mutating func replacementReady(at now: Duration) -> [Effect] {
    switch phase {
    case .serving:
      guard isRestored else {
        return [.giveUp(.notNow("the tasks of before are being asked for"))]
      }
      phase = .draining
      reason = "the driver is being replaced"
      endDuringReload = nil
      return [.drain]
    // Nothing is lost with one that can be asked nothing.
    case .vacant, .pausing, .launching, .recovering, .gathering, .restoring:
      return [.swap] + beginRecovery(at: now)
    // Whoever reloads does one at a time, and not with one that is closed.
    case .draining, .moving, .finishing, .closed: return []
    }
  }

  mutating func beginMove(at now: Duration) -> [Effect] {
    round += 1
    let requests = requests(isReloading: true)
    if requests.isEmpty { return endMove(at: now) }
    phase = .moving(Set(tasks.keys))
    return [.recover(requests, round: round)]
  }

  mutating func moved(
    _ id: String, _ error: DriverError?, left: Set<String>, at now: Duration
  ) -> [Effect] {
    var left = left
    guard left.remove(id) != nil else { return [] }
    phase = .moving(left)
    // Of one whose end has been told nothing is wanted but that it be forgotten.
    if let error, error.kind != .notFound || tasks[id]?.hasEnded != true {
      return giveUp(.notRecovered(error), at: now)
    }
    return left.isEmpty ? endMove(at: now) : []
  }

  private mutating func endMove(at now: Duration) -> [Effect] {
    phase = .finishing
    return [.restoreComplete(round: round)]
  }

  mutating func completeMove(at now: Duration) -> [Effect] {
    unsettled = []
    servesSince = nil
    hasHungCall = false
    return [.swap] + serve(at: now)
  }

  mutating func giveUp(_ problem: DriverReloadError.Problem, at now: Duration) -> [Effect] {
    round += 1
    if let end = endDuringReload { return [.giveUp(problem)] + died(end, at: now) }
    // Rounds of asking again ended with the old number.
    return [.giveUp(problem)] + serve(at: now)
  }
}
