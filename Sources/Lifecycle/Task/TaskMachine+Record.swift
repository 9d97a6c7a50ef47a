extension TaskMachine {
  /// What is to be stored.
  package var record: TaskRecord {
    TaskRecord(
      state: state, position: recordedPosition, intent: recordedIntent, invocation: invocation,
      handle: handle, restartCount: tracker.count, restartIntervalStart: tracker.intervalStart,
      directoryBuilt: directoryBuilt)
  }

  private var recordedIntent: TaskRecord.Intent {
    switch intent {
    case .run: .run
    case .restart, .restartAsFailure: .restart
    case .kill: .kill
    }
  }

  private var recordedPosition: TaskRecord.Position {
    switch position {
    case .created(let restored): restored ?? .waiting
    case .atGate, .preparing: .waiting
    case .starting, .recovering(.duringStart), .recovering(.afterStart): .starting
    case .recovering(.whileRunning), .running, .stopping: .running
    case .exitHooks(.exited(let result)), .clearing(.exited(let result)): .exited(result)
    case .exitHooks(.startFailed(let recoverable)), .clearing(.startFailed(let recoverable)):
      .startFailed(recoverable: recoverable)
    case .backingOff(let until): .backingOff(until: until)
    case .dead: .dead
    case .stopHooks, .complete: .complete
    // A start was answered after the agent had begun to go down; nothing else is stored then.
    case .detached: .running
    }
  }

  /// Goes on from where the task was when the agent went away.
  mutating func takeUp(_ restored: TaskRecord.Position, to sink: inout EffectSink) {
    switch restored {
    case .waiting:
      returnToGate(to: &sink)
    case .backingOff(let until):
      let delay = sink.now.durationUntil(until)
      position = .backingOff(until: until)
      sink(.startTimer(.restartDelay(index, invocation), delay))
    case .starting:
      position = .recovering(.duringStart)
      sink(.recover(index, invocation, nil))
    case .running:
      position = .recovering(.whileRunning)
      sink(.recover(index, invocation, handle))
    case .exited(let result):
      ended(.exited(result), to: &sink)
    case .startFailed(let recoverable):
      ended(.startFailed(recoverable: recoverable), to: &sink)
    case .dead:
      position = .dead
      intent = .run
      if handle != nil { clearDriverHandle() }
    case .complete:
      if handle != nil { clearDriverHandle() }
      position = .stopHooks
      runStopHooks(to: &sink)
    }
  }
}
