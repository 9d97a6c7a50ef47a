extension TaskMachine {
  /// How often a driver may fail to pass a stop on before it is given up.
  static let stopTries: UInt8 = 5

  /// What became of a restart request.
  package enum RestartAnswer: Hashable, Sendable {
    /// It does not run.
    case notRunning
    /// It will be stopped and started again, when its turn comes.
    case accepted
    /// It was dead and goes through its run loop again.
    case rerun
  }

  /// Somebody wants the task to be started again.
  ///
  /// - Parameters:
  ///   - message: Why, for people.
  ///   - countsAsFailure: Whether the restart policy counts it.
  ///   - force: Whether a task that is dead or about to start does it too.
  package mutating func requestRestart(
    _ message: String, countsAsFailure: Bool = false, force: Bool, to sink: inout EffectSink
  ) -> RestartAnswer {
    guard intent != .kill else { return .notRunning }
    switch position {
    case .running, .recovering(.whileRunning), .stopping:
      signalRestart(message, countsAsFailure: countsAsFailure, to: &sink)
      return .accepted
    case .starting where force, .clearing where force, .exitHooks where force, .recovering where force:
      signalRestart(message, countsAsFailure: countsAsFailure, to: &sink)
      return .accepted
    case .preparing where force:
      withdrawPreparation(to: &sink)
      return .accepted
    case .dead where force:
      signalRestart(message, countsAsFailure: countsAsFailure, to: &sink)
      rerun(to: &sink)
      return .rerun
    case .created, .atGate, .preparing, .starting, .clearing, .exitHooks, .recovering, .backingOff, .dead,
      .stopHooks, .complete, .detached:
      return .notRunning
    }
  }

  private mutating func signalRestart(
    _ message: String, countsAsFailure: Bool, to sink: inout EffectSink
  ) {
    emit(.restartSignaled, message, ["restart_reason": message], to: &sink)
    if intent != .restartAsFailure { intent = countsAsFailure ? .restartAsFailure : .restart }
  }

  /// It is this task's turn to be stopped for its restart.
  package mutating func stopForRestart(to sink: inout EffectSink) {
    guard awaitsStopForRestart else { return }
    beginStop(to: &sink)
  }

  /// The task is to end for good.
  ///
  /// - Parameters:
  ///   - reason: Why, for people; empty for none.
  ///   - urgency: How much time it gets; a more urgent kill overtakes one that goes on.
  ///   - failsTask: Whether the task is marked failed.
  package mutating func kill(
    reason: String = "", urgency: StopRequest.Urgency = .graceful, failsTask: Bool = false,
    to sink: inout EffectSink
  ) {
    if intent == .kill {
      hurry(urgency, to: &sink)
      return
    }
    switch position {
    case .dead:
      intent = .kill
      finish(to: &sink)
      return
    case .stopHooks, .complete, .detached:
      return
    case .created, .atGate, .preparing, .starting, .recovering, .running, .stopping, .clearing, .exitHooks,
      .backingOff:
      break
    }
    intent = .kill
    sink.intentChanged = true
    self.urgency = urgency
    failsWhenKilled = failsTask
    var details = ["kill_timeout": plan.killTimeout.goText]
    if !reason.isEmpty { details["kill_reason"] = reason }
    if failsTask { details["fails_task"] = "true" }
    emit(.killing, reason.isEmpty ? "Told to end" : "Told to end: \(reason)", details, to: &sink)
    switch position {
    case .created, .atGate:
      die(to: &sink)
    case .preparing(let abandoned):
      position = .preparing(abandoned: .forKill)
      if abandoned == .none { sink(.cancelPreparation(index, invocation)) }
    case .backingOff:
      sink(.cancelTimer(.restartDelay(index, invocation)))
      die(to: &sink)
    case .running:
      beginStop(to: &sink)
    case .stopping:
      // Being stopped for a restart: the stop is the same, what follows it is not.
      if urgency != .graceful { speedUp(to: &sink) }
    case .starting, .recovering, .clearing, .exitHooks:
      // It is told as soon as it can be.
      break
    case .dead, .stopHooks, .complete, .detached:
      break
    }
  }

  /// Makes a kill that goes on more urgent.
  private mutating func hurry(_ urgency: StopRequest.Urgency, to sink: inout EffectSink) {
    guard urgency.rawValue > self.urgency.rawValue else { return }
    self.urgency = urgency
    speedUp(to: &sink)
  }

  private mutating func speedUp(to sink: inout EffectSink) {
    guard case .stopping(let stop) = position else { return }
    switch (stop.step, urgency) {
    case (_, .graceful): break
    case (.preKillHooks, .withoutDelay), (.signalled, .withoutDelay), (.retryingSignal, .withoutDelay),
      (.forced, .withoutDelay), (.retryingForce, .withoutDelay):
      break
    case (.shutdownDelay, .withoutDelay):
      skipShutdownDelay(to: &sink)
      sendSignal(failures: stop.failures, to: &sink)
    case (.shutdownDelay, .immediate):
      skipShutdownDelay(to: &sink)
      sendForce(failures: stop.failures, to: &sink)
    case (.preKillHooks, .immediate):
      sendForce(failures: stop.failures, to: &sink)
    case (.signalled, .immediate), (.retryingSignal, .immediate), (.retryingForce, .immediate):
      cancelTimers(of: stop, to: &sink)
      sendForce(failures: stop.failures, to: &sink)
    case (.forced, .immediate):
      break
    }
  }

  private mutating func skipShutdownDelay(to sink: inout EffectSink) {
    sink(.cancelTimer(.shutdownDelay(index, invocation)))
    emit(.skippingShutdownDelay, "Asked to end without its shutdown delay", to: &sink)
  }

  /// Begins to stop the running task.
  mutating func beginStop(to sink: inout EffectSink) {
    isDirty = true
    if urgency == .immediate && intent == .kill {
      sendForce(failures: 0, to: &sink)
    } else if plan.hooks.contains(.preKill) {
      position = .stopping(Stop(step: .preKillHooks))
      sink(.runHooks(.preKill(index, invocation)))
    } else {
      beginShutdownDelay(to: &sink)
    }
  }

  private mutating func beginShutdownDelay(to sink: inout EffectSink) {
    guard plan.shutdownDelay > .zero else { return sendSignal(failures: 0, to: &sink) }
    if intent == .kill && urgency == .withoutDelay {
      emit(.skippingShutdownDelay, "Asked to end without its shutdown delay", to: &sink)
      return sendSignal(failures: 0, to: &sink)
    }
    position = .stopping(Stop(step: .shutdownDelay))
    // In a restart clients expect no event of this kind.
    if intent == .kill {
      let delay = plan.shutdownDelay.goText
      emit(.waitingShutdownDelay, "Waits \(delay) before the kill signal", to: &sink)
    }
    sink(.startTimer(.shutdownDelay(index, invocation), plan.shutdownDelay))
  }

  /// The hooks before a kill have run.
  package mutating func preKillHooksDone(_ invocation: Invocation, to sink: inout EffectSink) {
    guard invocation == self.invocation, case .stopping(let stop) = position, stop.step == .preKillHooks
    else { return }
    beginShutdownDelay(to: &sink)
  }

  /// The shutdown delay is over.
  package mutating func shutdownDelayOver(_ invocation: Invocation, to sink: inout EffectSink) {
    guard invocation == self.invocation, case .stopping(let stop) = position, stop.step == .shutdownDelay
    else { return }
    sendSignal(failures: stop.failures, to: &sink)
  }

  private mutating func sendSignal(failures: UInt8, to sink: inout EffectSink) {
    position = .stopping(Stop(step: .signalled, failures: failures))
    flush(to: &sink)
    sink(
      .stop(index, invocation, signal: plan.killSignal, killTimeout: plan.killTimeout, force: false))
    sink(.startTimer(.killTimeout(index, invocation), plan.killTimeout))
  }

  private mutating func sendForce(failures: UInt8, to sink: inout EffectSink) {
    position = .stopping(Stop(step: .forced, failures: failures))
    flush(to: &sink)
    sink(.stop(index, invocation, signal: plan.killSignal, killTimeout: .zero, force: true))
  }

  /// The task has had its time to end.
  package mutating func killTimeoutOver(_ invocation: Invocation, to sink: inout EffectSink) {
    guard invocation == self.invocation else { return }
    switch position {
    case .stopping(let stop):
      switch stop.step {
      case .signalled:
        sendForce(failures: stop.failures, to: &sink)
      case .retryingSignal:
        sink(.cancelTimer(.stopRetry(index, invocation, attempt: stop.failures)))
        sendForce(failures: stop.failures, to: &sink)
      case .preKillHooks, .shutdownDelay, .forced, .retryingForce:
        break
      }
    case .created, .atGate, .preparing, .starting, .recovering, .running, .clearing, .exitHooks, .backingOff,
      .dead, .stopHooks, .complete, .detached:
      break
    }
  }

  /// The driver has not passed a stop on.
  package mutating func stopFailed(
    _ invocation: Invocation, _ failure: StopFailure, to sink: inout EffectSink
  ) {
    guard invocation == self.invocation, case .stopping(var stop) = position else { return }
    switch (stop.step, failure) {
    case (.signalled, .taskNotFound), (.forced, .taskNotFound), (.retryingSignal, .taskNotFound),
      (.retryingForce, .taskNotFound):
      cancelTimers(of: stop, to: &sink)
      exited(with: .unknown("the driver does not know the task any more"), force: true, to: &sink)
    case (.signalled, .failed(let message)), (.forced, .failed(let message)):
      stop.failures += 1
      emit(.driverFailure, "Stopping failed: \(message)", ["driver_error": message], to: &sink)
      guard stop.failures < Self.stopTries else {
        cancelTimers(of: stop, to: &sink)
        exited(with: .unknown("could not be stopped: \(message)"), force: true, to: &sink)
        return
      }
      let delay = min(Duration.seconds(5 << (Int(stop.failures) - 1)), .seconds(120))
      stop.step = stop.step == .signalled ? .retryingSignal : .retryingForce
      position = .stopping(stop)
      sink(.startTimer(.stopRetry(index, invocation, attempt: stop.failures), delay))
    case (.preKillHooks, _), (.shutdownDelay, _), (.retryingSignal, .failed), (.retryingForce, .failed):
      break
    }
  }

  /// The wait before a stop is tried again is over.
  package mutating func stopRetryOver(
    _ invocation: Invocation, attempt: UInt8, to sink: inout EffectSink
  ) {
    guard invocation == self.invocation, case .stopping(var stop) = position, stop.failures == attempt
    else { return }
    switch stop.step {
    case .retryingSignal:
      // The kill timeout goes on from the first try.
      stop.step = .signalled
      position = .stopping(stop)
      sink(
        .stop(index, invocation, signal: plan.killSignal, killTimeout: plan.killTimeout, force: false))
    case .retryingForce:
      sendForce(failures: stop.failures, to: &sink)
    case .preKillHooks, .shutdownDelay, .signalled, .forced:
      break
    }
  }

  /// Cancels the timers that run at a step of a stop.
  func cancelTimers(of stop: Stop, to sink: inout EffectSink) {
    let retry = TimerID.stopRetry(index, invocation, attempt: stop.failures)
    switch stop.step {
    case .preKillHooks, .forced: break
    case .shutdownDelay: sink(.cancelTimer(.shutdownDelay(index, invocation)))
    case .signalled: sink(.cancelTimer(.killTimeout(index, invocation)))
    case .retryingSignal:
      sink(.cancelTimer(.killTimeout(index, invocation)))
      sink(.cancelTimer(retry))
    case .retryingForce: sink(.cancelTimer(retry))
    }
  }
}
