extension AllocationMachine {
  /// Somebody wants the allocation to end.
  mutating func stop(_ request: StopRequest, to sink: inout EffectSink) {
    let merged = record.stop.map { $0.overtaken(by: request) } ?? request
    if record.stop != merged {
      record.stop = merged
      sink(.persistAllocation(record))
    }
    tearDown(merged, to: &sink)
  }

  /// The tasks are to end, in their order; a more urgent request overtakes one that goes on.
  mutating func tearDown(_ request: StopRequest, to sink: inout EffectSink) {
    teardown = teardown.map { $0.overtaken(by: request) } ?? request
    let anyRuns = machines.contains { $0.plan.stage != .poststop && $0.state.phase == .running }
    if anyRuns && teardown?.urgency == .graceful { beginGroupDelay(to: &sink) }
  }

  /// Waits for the group's `shutdown_delay`, unless that was done before.
  mutating func beginGroupDelay(to sink: inout EffectSink) {
    guard groupDelay == .idle, plan.shutdownDelay > .zero else { return }
    groupDelay = .waiting
    groupDelaySerial &+= 1
    sink(.startTimer(.groupShutdownDelay(serial: groupDelaySerial), plan.shutdownDelay))
  }

  /// Stops those whose turn it is: the leader alone, then everything but sidecars, then sidecars.
  mutating func advanceTeardown(to sink: inout EffectSink) {
    guard let teardown else { return }
    if groupDelay == .waiting {
      let anyRuns = machines.contains { $0.plan.stage != .poststop && $0.isLive }
      if teardown.urgency == .graceful && anyRuns { return }
      sink(.cancelTimer(.groupShutdownDelay(serial: groupDelaySerial)))
      groupDelay = .over
    }
    let turn = teardown.urgency == .immediate ? nil : Turn(of: machines) { $0.isLive }
    for index in machines.indices where machines[index].isLive {
      let machine = machines[index]
      let isDue =
        machine.plan.stage == .poststop
        ? teardown.skipsPoststop : turn.map { $0.includes(machine.plan) } ?? true
      if isDue {
        machines[index].kill(reason: teardown.reason, urgency: teardown.urgency, to: &sink)
      }
    }
  }

  /// Which tasks are stopped before the others.
  enum Turn: UInt8, Hashable, Sendable {
    case leader, ordinary, sidecars, poststop

    /// The first turn that has one of the tasks that `matters` picks.
    init(of machines: [TaskMachine], where matters: (TaskMachine) -> Bool) {
      var first = Turn.poststop
      for machine in machines where matters(machine) {
        let turn = Turn(of: machine.plan)
        if turn.rawValue < first.rawValue { first = turn }
      }
      self = first
    }

    private init(of task: AllocationPlan.Task) {
      switch task.stage {
      case .poststop: self = .poststop
      case .prestart, .main, .poststart: self = task.leader ? .leader : .ordinary
      case .prestartSidecar, .poststartSidecar: self = task.leader ? .leader : .sidecars
      }
    }

    func includes(_ task: AllocationPlan.Task) -> Bool { Turn(of: task) == self }
  }
}
