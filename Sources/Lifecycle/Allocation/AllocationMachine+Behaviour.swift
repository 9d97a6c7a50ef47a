/// What decides how a machine goes on, packed into numbers: a model checker takes two machines for
/// the same state when these are equal. Event lists, times, invocation numbers and counters that
/// only people look at are left out.
extension AllocationMachine {
  /// What is not about a single task.
  package var behaviour: UInt64 {
    var code = UInt64(life.rawValue)
    code = code << 3 | UInt64(coordinator.state.rawValue)
    code = code << 1 | (isEnforcingRule ? 1 : 0)
    code = code << 1 | (record.isRestarting ? 1 : 0)
    code = code << 3 | Self.code(of: teardown)
    code = code << 3 | Self.code(of: record.stop)
    switch groupDelay {
    case .idle: code = code << 2
    case .waiting: code = code << 2 | 1
    case .over: code = code << 2 | 2
    }
    for open in openRestarts { code = code << 2 | (open.overtaken ? 3 : 2) }
    return code
  }

  /// What is about one task, and its part in the open requests.
  package func behaviour(of task: TaskIndex) -> UInt64 {
    var code = machines[task.rawValue].behaviour
    for open in openRestarts { code = code << 1 | (open.tasks.contains(task) ? 1 : 0) }
    return code
  }

  /// The coordinator's state.
  package var stage: Coordinator.State { coordinator.state }

  /// What the coordinator was told of a task.
  package func condition(of task: TaskIndex) -> Coordinator.Condition { machines[task.rawValue].condition }

  /// Whether the group is being stopped and does not wait for its delay any more.
  package var isStopping: Bool { teardown != nil && groupDelay != .waiting }

  /// The conditions that tasks of each stage are in: for each stage a bit for each condition.
  package var presentConditions: InlineArray<6, UInt8> {
    var present = InlineArray<6, UInt8>(repeating: 0)
    for index in machines.indices {
      present[Int(machines[index].stage.rawValue)] |= 1 << machines[index].condition.rawValue
    }
    return present
  }

  /// Whether the group is being stopped, for whatever reason.
  package var isBeingStopped: Bool { teardown != nil }

  /// How many restart requests have no answer.
  package var openRestartCount: Int { openRestarts.count }

  /// What a task's newest record has to say.
  package func currentRecord(of task: TaskIndex) -> TaskRecord { machines[task.rawValue].record }

  /// What the allocation's newest record has to say.
  package var currentRecord: AllocationRecord { record }

  /// Drops the event lists, so that many machines can be kept.
  package mutating func forgetEvents() {
    for index in machines.indices { machines[index].state.restore(events: []) }
  }

  private static func code(of request: StopRequest?) -> UInt64 {
    guard let request else { return 0 }
    return 1 + UInt64(request.urgency.rawValue) + (request.skipsPoststop ? 3 : 0)
  }
}

extension TaskMachine {
  fileprivate var behaviour: UInt64 {
    var code = positionCode
    code = code << 2 | UInt64(intent.rawValue)
    code = code << 2 | UInt64(urgency.rawValue)
    code = code << 1 | (failsWhenKilled ? 1 : 0)
    switch state.phase {
    case .pending: code = code << 2
    case .running: code = code << 2 | 1
    case .dead: code = code << 2 | 2
    }
    code = code << 1 | (state.failed ? 1 : 0)
    code = code << 4 | UInt64(min(tracker.count, 15))
    code = code << 1 | (watchFailure != nil ? 1 : 0)
    code = code << 1 | (watchFailedAt != nil ? 1 : 0)
    code = code << 3 | UInt64(watchFailures)
    code = code << 1 | (isWatchRetryDue ? 1 : 0)
    code = code << 2 | UInt64(min(openClearings.count, 3))
    code =
      code << 4
      | UInt64(openClearings.first.map { 1 + min($0.failures, 3) << 1 + ($0.isForced ? 8 : 0) } ?? 0)
    code = code << 1 | (handle != nil ? 1 : 0)
    return code
  }

  /// The position in the low ten bits.
  private var positionCode: UInt64 {
    switch position {
    case .created: 0
    case .atGate: 1
    case .preparing(let abandoned): 2 | UInt64(abandoned.rawValue) << 4
    case .starting: 3
    case .recovering(let recovery): 4 | UInt64(recovery.rawValue) << 4
    case .running: 5
    case .stopping(let stop): 6 | UInt64(stop.step.rawValue) << 4 | UInt64(stop.failures) << 7
    case .exitHooks(let ending): 7 | (ending.succeeded ? 1 : 0) << 4
    case .backingOff: 8
    case .dead: 9
    case .stopHooks: 10
    case .complete: 11
    case .detached: 12
    case .clearing(let ending): 13 | (ending.succeeded ? 1 : 0) << 4
    }
  }
}
