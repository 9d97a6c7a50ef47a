extension AllocationMachine {
  /// Draws the conclusions from what has changed, until nothing changes any more.
  mutating func settle(to sink: inout EffectSink) {
    var changed = true
    while changed {
      let rulesApply = sink.phaseChanged || rulesAreDue
      sink.phaseChanged = false
      rulesAreDue = false
      coordinate(to: &sink)
      if rulesApply { applyDeathRules(to: &sink) }
      advanceTeardown(to: &sink)
      advanceRestarts(to: &sink)
      finishWhatCannotRunAgain(to: &sink)
      changed = sink.phaseChanged || rulesAreDue
    }
    answerRestarts(to: &sink)
  }

  /// Tells the coordinator, and lets those pass whose stage may run.
  private mutating func coordinate(to sink: inout EffectSink) {
    coordinator.update(machines.lazy.map(\.condition))
    if record.isRestarting && coordinator.state != .initial {
      record.isRestarting = false
      sink(.persistAllocation(record))
    }
    // Whoever is about to be stopped does not start again.
    let isStopping = teardown != nil && groupDelay != .waiting
    for index in machines.indices where machines[index].isAtGate {
      let stage = machines[index].plan.stage
      if isStopping && stage != .poststop { continue }
      if coordinator.passes(stage) { machines[index].passGate(to: &sink) }
    }
  }

  /// A dead leader, a failed task, or the end of the main tasks ends the others.
  private mutating func applyDeathRules(to sink: inout EffectSink) {
    let anyLive = machines.contains { $0.plan.stage != .poststop && $0.isLive }
    if isEnforcingRule {
      if anyLive { return }
      isEnforcingRule = false
    }
    guard anyLive, let event = deathRule() else { return }
    for index in machines.indices where machines[index].plan.stage != .poststop && machines[index].isLive {
      machines[index].emit(event.kind, event.message, event.details, to: &sink)
    }
    isEnforcingRule = true
    tearDown(StopRequest(), to: &sink)
  }

  private struct DeathRule {
    var kind: TaskEvent.Kind
    var message: String
    var details: [String: String] = [:]
  }

  /// The rule that ends the living tasks, nil when they may live on.
  private func deathRule() -> DeathRule? {
    var failedSibling: String?
    var hasSidecars = false
    var onlySidecarsLive = true
    for machine in machines where machine.plan.stage != .poststop {
      if machine.plan.stage.isSidecar { hasSidecars = true }
      if machine.isLive {
        if !machine.plan.stage.isSidecar { onlySidecarsLive = false }
      } else if machine.state.failed {
        failedSibling = failedSibling ?? machine.plan.name
      } else if machine.plan.leader {
        return DeathRule(kind: .leaderDead, message: "The leader of the group has ended")
      }
    }
    if let failedSibling {
      return DeathRule(
        kind: .siblingFailed, message: "Task \"\(failedSibling)\" of the group has failed",
        details: ["failed_sibling": failedSibling])
    }
    if hasSidecars && onlySidecarsLive {
      return DeathRule(kind: .mainDead, message: "The main tasks of the group have ended")
    }
    return nil
  }

  /// Without a living task nobody can restart a dead one.
  private mutating func finishWhatCannotRunAgain(to sink: inout EffectSink) {
    if machines.contains(where: { $0.plan.stage != .poststop && $0.isLive }) { return }
    for index in machines.indices where machines[index].plan.stage != .poststop {
      machines[index].finish(to: &sink)
    }
  }
}
