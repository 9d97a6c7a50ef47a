extension RestoredAllocation {
  /// What to go on from after the host was started again: nothing that ran is there any more, and what
  /// prestart tasks had prepared may be gone with it. The lifecycle begins at prestart; tasks that had ended in
  /// a later stage are not run again.
  ///
  /// - Parameter plan: The allocation's plan: tells the tasks' stages.
  public func afterReboot(_ plan: AllocationPlan) -> RestoredAllocation {
    guard let allocation, !allocation.ended else { return self }
    var restored = self
    restored.allocation?.isRestarting = false
    restored.tasks = zip(plan.tasks, tasks).map { task, record in
      guard let record else { return nil }
      let runsAgain = task.stage == .prestart || task.stage.isSidecar
      switch record.position {
      case .dead, .complete: return runsAgain ? record.beforeItsGate : record
      case .waiting, .backingOff, .starting, .running, .exited, .startFailed: return record.beforeItsGate
      }
    }
    return restored
  }
}

extension TaskRecord {
  /// The record of the same task before it is started again, under a number that no driver has seen.
  fileprivate var beforeItsGate: TaskRecord {
    var record = self
    record.position = .waiting
    record.state.phase = .pending
    record.state.failed = false
    record.state.finishedAt = nil
    record.handle = nil
    if record.intent == .restart { record.intent = .run }
    return record
  }
}
