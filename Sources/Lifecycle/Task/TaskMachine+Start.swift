extension TaskMachine {
  /// The allocation begins, for the first time or after the agent went away.
  package mutating func begin(to sink: inout EffectSink) {
    guard case .created(let restored) = position else { return }
    tracker.begin(at: sink.now)
    if let restored {
      takeUp(restored, to: &sink)
    } else {
      position = .atGate
      emit(.received, "Received by the agent", to: &sink)
    }
  }

  /// Its stage may run: begins a new pass of the run loop.
  package mutating func passGate(to sink: inout EffectSink) {
    guard position == .atGate else { return }
    if clearing != .none { flush(to: &sink) }
    invocation = invocation.next
    position = .preparing(abandoned: .none)
    if !directoryBuilt {
      directoryBuilt = true
      emit(.taskSetup, "Building Task Directory", ["message": "Building Task Directory"], to: &sink)
    }
    sink(.prepare(index, invocation))
  }

  /// Goes back to the gate instead of starting.
  mutating func withdrawPreparation(to sink: inout EffectSink) {
    guard position == .preparing(abandoned: .none) else { return }
    position = .preparing(abandoned: .forGate)
    sink(.cancelPreparation(index, invocation))
  }

  /// The shell has made directory, artifacts and templates.
  package mutating func prepared(_ invocation: Invocation, to sink: inout EffectSink) {
    guard invocation == self.invocation, case .preparing(let abandoned) = position else { return }
    switch abandoned {
    case .none:
      position = .starting
      // What was intended must be known before the driver is asked: the answer can get lost.
      isDirty = true
      flush(to: &sink)
      sink(.start(index, invocation))
    case .forGate, .forKill:
      leavePreparation(abandoned, to: &sink)
    }
  }

  /// The shell could not make them.
  package mutating func preparationFailed(
    _ invocation: Invocation, _ failure: PreparationFailure, to sink: inout EffectSink
  ) {
    guard invocation == self.invocation, case .preparing(let abandoned) = position else { return }
    switch abandoned {
    case .none:
      emit(failure.kind, failure.message, failure.details, to: &sink)
      ended(.startFailed(recoverable: failure.recoverable), to: &sink)
    case .forGate, .forKill:
      leavePreparation(abandoned, to: &sink)
    }
  }

  /// The driver has started the task.
  package mutating func started(
    _ invocation: Invocation, _ handle: TaskHandle, to sink: inout EffectSink
  ) {
    guard invocation == self.invocation else { return }
    switch position {
    case .starting:
      self.handle = handle
      isDirty = true
      position = .running
      emit(.started, "Task started by the driver", to: &sink)
      enter(.running, to: &sink)
      flush(to: &sink)
      sink(.watch(index, invocation))
      followIntent(to: &sink)
    case .detached where self.handle == nil && state.phase == .pending:
      // The agent goes down, but the next one should find what was started.
      self.handle = handle
      isDirty = true
      emit(.started, "Task started by the driver", to: &sink)
      enter(.running, to: &sink)
    case .created, .atGate, .preparing, .recovering, .running, .stopping, .clearing, .exitHooks, .backingOff,
      .dead, .stopHooks, .complete, .detached:
      break
    }
  }

  /// The driver has not started the task.
  package mutating func startFailed(
    _ invocation: Invocation, _ failure: StartFailure, to sink: inout EffectSink
  ) {
    guard invocation == self.invocation, position == .starting else { return }
    if failure.isUnclear {
      // It may run: only the driver knows.
      startFailure = failure.message
      position = .recovering(.afterStart)
      sink(.recover(index, invocation, nil))
      return
    }
    emit(.driverFailure, failure.message, ["driver_error": failure.message], to: &sink)
    ended(.startFailed(recoverable: failure.recoverable), to: &sink)
  }

  /// The driver has said what it knows of the task.
  package mutating func recovered(
    _ invocation: Invocation, _ outcome: RecoveryOutcome, to sink: inout EffectSink
  ) {
    guard invocation == self.invocation else { return }
    let recovery: Recovery
    switch position {
    case .recovering(let present):
      recovery = present
    case .running, .stopping:
      return watchRecovered(outcome, to: &sink)
    case .created, .atGate, .preparing, .starting, .clearing, .exitHooks, .backingOff, .dead, .stopHooks,
      .complete, .detached:
      return
    }
    switch (recovery, outcome) {
    case (.duringStart, .found(let handle)), (.afterStart, .found(let handle)):
      position = .starting
      started(invocation, handle, to: &sink)
    case (.duringStart, .neverStarted):
      returnToGate(to: &sink)
    case (.afterStart, .neverStarted):
      emit(.driverFailure, startFailure, ["driver_error": startFailure], to: &sink)
      ended(.startFailed(recoverable: true), to: &sink)
    case (.whileRunning, .found(let handle)):
      self.handle = handle
      position = .running
      sink(.watch(index, invocation))
      followIntent(to: &sink)
    case (.whileRunning, .neverStarted):
      exited(with: .unknown("the driver does not know the task any more"), force: true, to: &sink)
    case (.duringStart, .failed(let message)), (.whileRunning, .failed(let message)),
      (.afterStart, .failed(let message)):
      emit(.restoreFailed, message, ["driver_error": message], to: &sink)
      clear(.exited(.unknown(message)), to: &sink)
    }
  }

  /// The wait before the next start is over.
  package mutating func restartDelayOver(_ invocation: Invocation, to sink: inout EffectSink) {
    guard invocation == self.invocation, case .backingOff = position else { return }
    returnToGate(to: &sink)
  }

  /// Pending again, and before the gate, unless it is to end for good.
  mutating func returnToGate(to sink: inout EffectSink) {
    if intent == .kill {
      die(to: &sink)
    } else {
      intent = .run
      position = .atGate
      isDirty = true
      enter(.pending, to: &sink)
    }
  }

  private mutating func leavePreparation(_ abandoned: Abandonment, to sink: inout EffectSink) {
    switch abandoned {
    case .none: break
    case .forGate: returnToGate(to: &sink)
    case .forKill: die(to: &sink)
    }
  }

  /// Does at last what was asked for while the task could not be told.
  private mutating func followIntent(to sink: inout EffectSink) {
    switch intent {
    // The allocation machine says when it is this task's turn.
    case .run, .restart, .restartAsFailure: break
    case .kill: beginStop(to: &sink)
    }
  }
}

extension ExitResult {
  /// The result of a task that nobody has seen end.
  static func unknown(_ message: String) -> ExitResult { ExitResult(exitCode: nil, message: message) }
}

extension PreparationFailure {
  /// The pair that clients look for.
  fileprivate var details: [String: String] {
    switch kind {
    case .artifactDownloadFailed: ["download_error": message]
    case .validationFailed: ["validation_error": message]
    case .setupFailure: ["setup_error": message]
    case .hookFailed: ["task_hook_error": message]
    case .received, .taskSetup, .buildingTaskDirectory, .downloadingArtifacts, .driverMessage, .driverFailure,
      .started, .running, .pausing, .terminated, .restarting, .notRestarting, .restartSignaled, .signaling,
      .killing, .killed, .siblingFailed, .leaderDead, .mainDead, .hookMessage, .restoreFailed,
      .waitingShutdownDelay, .skippingShutdownDelay, .diskExceeded, .pluginUnhealthy, .pluginHealthy,
      .reconnected:
      [:]
    }
  }
}
