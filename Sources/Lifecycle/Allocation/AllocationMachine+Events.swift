extension AllocationMachine {
  /// Passes an event of an active allocation to whom it concerns.
  mutating func take(_ event: AllocationEvent, to sink: inout EffectSink) {
    switch event {
    case .begin:
      break
    case .prepared(let task, let invocation):
      with(task) { $0.prepared(invocation, to: &sink) }
    case .preparationFailed(let task, let invocation, let failure):
      with(task) { $0.preparationFailed(invocation, failure, to: &sink) }
    case .started(let task, let invocation, let handle):
      with(task) { $0.started(invocation, handle, to: &sink) }
    case .startFailed(let task, let invocation, let failure):
      with(task) { $0.startFailed(invocation, failure, to: &sink) }
    case .recovered(let task, let invocation, let outcome):
      with(task) { $0.recovered(invocation, outcome, to: &sink) }
    case .exited(let task, let invocation, let result):
      with(task) { $0.exited(invocation, result, to: &sink) }
    case .waitFailed(let task, let invocation, let message):
      with(task) { $0.waitFailed(invocation, message: message, to: &sink) }
    case .stopFailed(let task, let invocation, let failure):
      with(task) { $0.stopFailed(invocation, failure, to: &sink) }
    case .destroyed(let task, let invocation, let error):
      with(task) { $0.destroyed(invocation, error: error, to: &sink) }
    case .signalSent(let task, let request, let error):
      signalSent(task, request, error: error, to: &sink)
    case .timerFired(let timer):
      timerFired(timer, to: &sink)
    case .hooksDone(let run):
      hooksDone(run, to: &sink)
    case .restartRequested(let request, let target, let reason):
      restart(request, target, reason, to: &sink)
    case .signalRequested(let request, let task, let signal):
      self.signal(request, task: task, signal: signal, to: &sink)
    case .stopRequested(let request, let id):
      stop(request, to: &sink)
      if let id { sink(.reply(id, nil)) }
    case .taskKillRequested(let task, let reason, let failsTask):
      with(task) { $0.kill(reason: reason, failsTask: failsTask, to: &sink) }
    case .notice(let task, let kind, let message, let details):
      with(task) { $0.notice(kind, message, details, to: &sink) }
    case .shutdown:
      detach(to: &sink)
    }
  }

  private mutating func timerFired(_ timer: TimerID, to sink: inout EffectSink) {
    switch timer {
    case .restartDelay(let task, let invocation):
      with(task) { $0.restartDelayOver(invocation, to: &sink) }
    case .shutdownDelay(let task, let invocation):
      with(task) { $0.shutdownDelayOver(invocation, to: &sink) }
    case .killTimeout(let task, let invocation):
      with(task) { $0.killTimeoutOver(invocation, to: &sink) }
    case .stopRetry(let task, let invocation, let attempt):
      with(task) { $0.stopRetryOver(invocation, attempt: attempt, to: &sink) }
    case .watchRetry(let task, let invocation, let attempt):
      with(task) { $0.watchRetryOver(invocation, attempt: attempt, to: &sink) }
    case .destroyRetry(let task, let invocation, let attempt):
      with(task) { $0.destroyRetryOver(invocation, attempt: attempt, to: &sink) }
    case .groupShutdownDelay(let serial):
      if groupDelay == .waiting && serial == groupDelaySerial { groupDelay = .over }
    case .maxRunDuration:
      stop(StopRequest(reason: "it ran as long as it may", skipsPoststop: true), to: &sink)
    }
  }

  private mutating func hooksDone(_ run: HookRun, to sink: inout EffectSink) {
    switch run {
    case .preKill(let task, let invocation): with(task) { $0.preKillHooksDone(invocation, to: &sink) }
    case .exited(let task, let invocation): with(task) { $0.exitHooksDone(invocation, to: &sink) }
    case .stop(let task): with(task) { $0.stopHooksDone() }
    }
  }

  /// Lets a task's machine do something; an index that the plan does not have is nobody's.
  mutating func with(_ task: TaskIndex, _ body: (inout TaskMachine) -> Void) {
    guard machines.indices.contains(task.rawValue) else { return }
    body(&machines[task.rawValue])
  }
}
