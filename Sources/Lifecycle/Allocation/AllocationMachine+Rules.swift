extension AllocationMachine {
  /// Draws the conclusions from what has changed, until nothing changes any more.
  mutating func settle(to sink: inout EffectSink) {
    var changed = true
    while changed {
      let rulesApply = sink.phaseChanged || rulesAreDue
      sink.phaseChanged = false
      sink.intentChanged = false
      rulesAreDue = false
      coordinate(to: &sink)
      if rulesApply { applyDeathRules(to: &sink) }
      advanceTeardown(to: &sink)
      advanceRestarts(to: &sink)
      finishWhatCannotRunAgain(to: &sink)
      changed = sink.phaseChanged || sink.intentChanged || rulesAreDue
    }
    openGates(to: &sink)
    answerRestarts(to: &sink)
  }

  /// Tells the coordinator what has become of the tasks.
  private mutating func coordinate(to sink: inout EffectSink) {
    for index in machines.indices { coordinator.note(TaskIndex(index), machines[index].condition) }
    coordinator.advance()
    if record.isRestarting && coordinator.state != .initial {
      record.isRestarting = false
      sink(.persistAllocation(record))
    }
  }

  /// Lets those pass whose stage may run.
  private mutating func openGates(to sink: inout EffectSink) {
    // What has ended is given back before anything starts in its place.
    for index in machines.indices where machines[index].clearing != .none {
      machines[index].flush(to: &sink)
    }
    // Whoever is about to be stopped does not start again.
    let isStopping = teardown != nil && groupDelay != .waiting
    for index in machines.indices where machines[index].isAtGate {
      let stage = machines[index].stage
      if isStopping && stage != .poststop { continue }
      if coordinator.passes(stage) { machines[index].passGate(to: &sink) }
    }
  }

  /// A dead leader, a failed task, or the end of the main tasks ends the others.
  private mutating func applyDeathRules(to sink: inout EffectSink) {
    let anyLive = hasLiveTasks
    if isEnforcingRule {
      if anyLive { return }
      isEnforcingRule = false
    }
    guard anyLive, let event = deathRule() else { return }
    for index in machines.indices where machines[index].stage != .poststop && machines[index].isLive {
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
    for index in machines.indices where machines[index].stage != .poststop {
      let isSidecar = machines[index].stage.isSidecar
      if isSidecar { hasSidecars = true }
      if machines[index].isLive {
        if !isSidecar { onlySidecarsLive = false }
      } else if machines[index].state.failed {
        failedSibling = failedSibling ?? machines[index].plan.name
      } else if machines[index].isLeader {
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

  /// Whether a task other than the poststop tasks is not dead.
  var hasLiveTasks: Bool {
    for index in machines.indices where machines[index].stage != .poststop && machines[index].isLive {
      return true
    }
    return false
  }

  /// Without a living task nobody can restart a dead one.
  private mutating func finishWhatCannotRunAgain(to sink: inout EffectSink) {
    if hasLiveTasks { return }
    for index in machines.indices where machines[index].stage != .poststop {
      machines[index].finish(to: &sink)
    }
  }
}
