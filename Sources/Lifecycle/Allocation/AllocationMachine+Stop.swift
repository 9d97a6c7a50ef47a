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
    if let present = teardown {
      teardown = present.overtaken(by: request)
      return
    }
    teardown = request
    var anyRuns = false
    for index in machines.indices where machines[index].stage != .poststop {
      if machines[index].state.phase == .running { anyRuns = true }
    }
    if anyRuns && request.urgency == .graceful { beginGroupDelay(to: &sink) }
    if groupDelay == .idle { groupDelay = .over }
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
      if teardown.urgency == .graceful && hasLiveTasks { return }
      sink(.cancelTimer(.groupShutdownDelay(serial: groupDelaySerial)))
      groupDelay = .over
    }
    // Nothing is started only to be stopped when its turn comes.
    for index in machines.indices where machines[index].stage != .poststop {
      machines[index].withdrawPreparation(to: &sink)
    }
    let turn = teardown.urgency == .immediate ? nil : firstLivingTurn
    for index in machines.indices where machines[index].isLive {
      let isDue =
        machines[index].stage == .poststop
        ? teardown.skipsPoststop : turn == nil || turn == machines[index].turn
      if isDue {
        machines[index].kill(reason: teardown.reason, urgency: teardown.urgency, to: &sink)
      }
    }
  }

  /// The first turn that has a living task; nil when there is none.
  private var firstLivingTurn: Turn? {
    var first: Turn?
    for index in machines.indices where machines[index].isLive {
      let turn = machines[index].turn
      if turn.rawValue < first?.rawValue ?? .max { first = turn }
    }
    return first
  }

  /// Which tasks are stopped before the others.
  enum Turn: UInt8, Hashable, Sendable {
    case leader, ordinary, sidecars, poststop

    /// The turn of a task of a stage.
    init(_ stage: Stage, isLeader: Bool) {
      switch stage {
      case .poststop: self = .poststop
      case .prestart, .main, .poststart: self = isLeader ? .leader : .ordinary
      case .prestartSidecar, .poststartSidecar: self = isLeader ? .leader : .sidecars
      }
    }
  }
}

extension TaskMachine {
  /// When the task is stopped.
  var turn: AllocationMachine.Turn { AllocationMachine.Turn(stage, isLeader: isLeader) }
}
