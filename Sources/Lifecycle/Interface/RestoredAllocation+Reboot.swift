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
      guard let record, task.stage != .prestart, !task.stage.isSidecar else { return nil }
      switch record.position {
      case .dead, .complete: return record
      case .waiting, .backingOff, .starting, .running, .exited, .startFailed: return nil
      }
    }
    return restored
  }
}
