extension TaskMachine {
  /// The task has ended by itself or because it was told to.
  package mutating func exited(
    _ invocation: Invocation, _ result: ExitResult, to sink: inout EffectSink
  ) {
    guard invocation == self.invocation else { return }
    switch position {
    case .running:
      exited(with: result, force: false, to: &sink)
    case .stopping(let stop):
      cancelTimers(of: stop, to: &sink)
      exited(with: result, force: false, to: &sink)
    case .created, .atGate, .preparing, .starting, .recovering, .clearing, .exitHooks, .backingOff, .dead,
      .stopHooks, .complete, .detached:
      break
    }
  }

  /// Nobody waits for the task any more: asks the driver for it, at once the first time and after a while when
  /// it happens again soon. A stop that goes on is not held up by it.
  package mutating func waitFailed(
    _ invocation: Invocation, message: String, to sink: inout EffectSink
  ) {
    guard invocation == self.invocation, isWatchable, watchFailure == nil else { return }
    if let watchFailedAt, sink.now < watchFailedAt.advanced(by: .seconds(120)) {
      watchFailures = min(watchFailures + 1, 7)
    } else {
      watchFailures = 0
    }
    watchFailedAt = sink.now
    watchFailure = message
    guard watchFailures > 0 else { return sink(.recover(index, invocation, handle)) }
    isWatchRetryDue = true
    sink(
      .startTimer(
        .watchRetry(index, invocation, attempt: watchFailures), .milliseconds(500 << Int(watchFailures))))
  }

  /// The wait before the driver is asked again is over.
  package mutating func watchRetryOver(
    _ invocation: Invocation, attempt: UInt8, to sink: inout EffectSink
  ) {
    guard invocation == self.invocation, isWatchRetryDue, attempt == watchFailures else { return }
    isWatchRetryDue = false
    sink(.recover(index, invocation, handle))
  }

  private var isWatchable: Bool {
    switch position {
    case .running, .stopping: true
    case .created, .atGate, .preparing, .starting, .recovering, .clearing, .exitHooks, .backingOff, .dead,
      .stopHooks, .complete, .detached:
      false
    }
  }

  /// The driver was asked for a task that nobody waits for, and has answered.
  mutating func watchRecovered(_ outcome: RecoveryOutcome, to sink: inout EffectSink) {
    guard let failure = watchFailure, !isWatchRetryDue else { return }
    watchFailure = nil
    switch outcome {
    case .found(let handle):
      self.handle = handle
      isDirty = true
      sink(.watch(index, invocation))
    case .neverStarted:
      lost(failure, to: &sink)
    case .failed(let message):
      lost("\(failure); asking the driver for it: \(message)", to: &sink)
    }
  }

  /// Takes a task that cannot be watched for ended.
  private mutating func lost(_ message: String, to sink: inout EffectSink) {
    if case .stopping(let stop) = position { cancelTimers(of: stop, to: &sink) }
    exited(with: .unknown(message), force: true, to: &sink)
  }

  /// Writes the end down and clears the handle.
  mutating func exited(with result: ExitResult, force: Bool, to sink: inout EffectSink) {
    cancelWatchRetry(to: &sink)
    watchFailure = nil
    watchFailedAt = nil
    emit(.terminated, result.sentence, result.details, to: &sink)
    if force { return clear(.exited(result), to: &sink) }
    clearDriverHandle()
    ended(.exited(result), to: &sink)
  }

  private mutating func cancelWatchRetry(to sink: inout EffectSink) {
    guard isWatchRetryDue else { return }
    isWatchRetryDue = false
    sink(.cancelTimer(.watchRetry(index, invocation, attempt: watchFailures)))
  }

  /// The task does not run, and no handle is left: asks the restart policy when the hooks have run.
  mutating func ended(_ ending: RestartTracker.Ending, to sink: inout EffectSink) {
    guard plan.hooks.contains(.exited) else {
      let step = decide(ending, to: &sink)
      take(step, to: &sink)
      return
    }
    position = .exitHooks(ending)
    isDirty = true
    flush(to: &sink)
    sink(.runHooks(.exited(index, invocation)))
  }

  /// The hooks after an exit have run.
  package mutating func exitHooksDone(_ invocation: Invocation, to sink: inout EffectSink) {
    guard invocation == self.invocation, case .exitHooks(let ending) = position else { return }
    let step = decide(ending, to: &sink)
    take(step, to: &sink)
  }

  /// What follows an end.
  enum NextStep: Hashable, Sendable {
    case gate
    case backOff(Duration)
    case die
  }

  /// Asks the restart policy and writes down what it says.
  private mutating func decide(_ ending: RestartTracker.Ending, to sink: inout EffectSink) -> NextStep {
    let request: RestartTracker.Request =
      switch intent {
      case .run: .none
      case .restart: .restart
      case .restartAsFailure: .restartAsFailure
      case .kill: .kill
      }
    let decision = tracker.decide(
      ending, request: request, at: sink.now, random: sink.random.nextFraction())
    isDirty = true
    switch decision {
    case .killed:
      if case .exited = ending { emit(.killed, "Ended as it was told to", to: &sink) }
      return .die
    case .finished:
      return .die
    case .notRestarting(let reason):
      state.failed = true
      emit(
        .notRestarting, reason, ["restart_reason": reason, "fails_task": "true"], to: &sink)
      return .die
    case .restart(let delay, let reason):
      writeRestart(delay, reason, to: &sink)
      return delay > .zero ? .backOff(delay) : .gate
    }
  }

  private mutating func writeRestart(_ delay: Duration, _ reason: String, to sink: inout EffectSink) {
    intent = .run
    state.restarts += 1
    state.lastRestart = sink.now
    let sentence = reason.isEmpty ? "Starts again" : "Starts again in \(delay.goText): \(reason)"
    emit(
      .restarting, sentence, ["restart_reason": reason, "start_delay": "\(delay.wholeNanoseconds)"],
      to: &sink)
    switch delay > .zero {
    case true: position = .backingOff(until: sink.now.advanced(by: delay))
    case false: position = .atGate
    }
  }

  private mutating func take(_ step: NextStep, to sink: inout EffectSink) {
    switch step {
    case .gate:
      returnToGate(to: &sink)
    case .backOff(let delay):
      enter(.pending, to: &sink)
      flush(to: &sink)
      sink(.startTimer(.restartDelay(index, invocation), delay))
    case .die:
      die(to: &sink)
    }
  }

  /// A dead task goes through its run loop again because all tasks are restarted.
  mutating func rerun(to sink: inout EffectSink) {
    let step = decide(.exited(ExitResult(exitCode: 0)), to: &sink)
    switch step {
    case .gate, .backOff: take(step, to: &sink)
    case .die:
      intent = .run
      sink.phaseChanged = true
    }
  }

  /// The run loop is left. A poststop task, and one that was killed, can never run again; the others
  /// may, when all tasks are restarted.
  mutating func die(to sink: inout EffectSink) {
    position = .dead
    isDirty = true
    if intent == .kill && failsWhenKilled { state.failed = true }
    enter(.dead, to: &sink)
    if intent != .kill { intent = .run }
    if intent == .kill || stage == .poststop { finish(to: &sink) }
  }

  /// A dead task can never run again, because nobody is left to restart it. Emits nothing.
  package mutating func finish(to sink: inout EffectSink) {
    guard position == .dead else { return }
    position = .stopHooks
    isDirty = true
    runStopHooks(to: &sink)
  }

  mutating func runStopHooks(to sink: inout EffectSink) {
    flush(to: &sink)
    if plan.hooks.contains(.stop) {
      sink(.runHooks(.stop(index)))
    } else {
      position = .complete
    }
  }

  /// The hooks that give back what belonged to the task have run.
  package mutating func stopHooksDone() {
    guard position == .stopHooks else { return }
    position = .complete
  }

  /// The agent goes down: leaves everything as it is.
  package mutating func shutDown(to sink: inout EffectSink) {
    switch position {
    case .backingOff: sink(.cancelTimer(.restartDelay(index, invocation)))
    case .stopping(let stop): cancelTimers(of: stop, to: &sink)
    case .preparing(abandoned: .none): sink(.cancelPreparation(index, invocation))
    case .complete: return cancelClearings(to: &sink)
    case .created, .atGate, .preparing, .starting, .recovering, .running, .clearing, .exitHooks, .dead,
      .stopHooks, .detached:
      break
    }
    cancelWatchRetry(to: &sink)
    cancelClearings(to: &sink)
    flush(to: &sink)
    position = .detached
  }
}

extension ExitResult {
  /// The pairs that clients look for.
  fileprivate var details: [String: String] {
    var details = ["signal": "\(signal)", "oom_killed": "\(oomKilled)"]
    if let exitCode { details["exit_code"] = "\(exitCode)" }
    if !message.isEmpty { details["exit_message"] = message }
    return details
  }

  /// The result for people.
  fileprivate var sentence: String {
    var words = exitCode.map { "Exit code \($0)" } ?? "Exit code unknown"
    if signal != 0 { words += ", signal \(signal)" }
    if oomKilled { words += ", out of memory" }
    if !message.isEmpty { words += ": \(message)" }
    return words
  }
}
