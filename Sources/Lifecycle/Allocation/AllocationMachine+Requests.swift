extension AllocationMachine {
  // MARK: Restart

  /// Somebody wants tasks to be started again.
  mutating func restart(
    _ request: RequestID, _ target: RestartTarget, _ reason: RestartReason, to sink: inout EffectSink
  ) {
    let status = clientStatus
    guard teardown == nil, status != .failed, status != .complete else {
      sink(.reply(request, .allocationShouldNotRun))
      return
    }
    let asFailure = reason.countsAsFailure
    var accepted: [TaskIndex] = []
    switch target {
    case .task(let name):
      guard let index = machines.firstIndex(where: { $0.plan.name == name }) else {
        sink(.reply(request, .unknownTask(name)))
        return
      }
      let message = reason.message ?? "User requested task to restart"
      switch machines[index].requestRestart(message, countsAsFailure: asFailure, force: false, to: &sink) {
      case .notRunning:
        sink(.reply(request, .taskNotRunning))
        return
      case .accepted: accepted = [TaskIndex(index)]
      case .rerun: break
      }
    case .runningTasks:
      let message = reason.message ?? "User requested running tasks to restart"
      accepted = restartEach(message, countsAsFailure: asFailure, force: false, to: &sink)
    case .allTasks:
      let message = reason.message ?? "User requested all tasks to restart"
      record.isRestarting = true
      sink(.persistAllocation(record))
      coordinator.restart()
      accepted = restartEach(message, countsAsFailure: asFailure, force: true, to: &sink)
    }
    openRestarts.append(OpenRestart(request: request, tasks: accepted))
  }

  /// The agent went away while all tasks went back to their gates: tells those that do not know yet.
  mutating func goOnRestarting(to sink: inout EffectSink) {
    coordinator.restart()
    for index in machines.indices where !machines[index].awaitsRestart {
      _ = machines[index].requestRestart("User requested all tasks to restart", force: true, to: &sink)
    }
  }

  /// Restarts what runs, with `force` also what is dead or about to start. That a task does not run
  /// is no error here.
  private mutating func restartEach(
    _ message: String, countsAsFailure: Bool, force: Bool, to sink: inout EffectSink
  ) -> [TaskIndex] {
    var accepted: [TaskIndex] = []
    for index in machines.indices {
      let answer = machines[index].requestRestart(
        message, countsAsFailure: countsAsFailure, force: force, to: &sink)
      switch answer {
      case .accepted: accepted.append(TaskIndex(index))
      case .rerun, .notRunning: break
      }
    }
    if !accepted.isEmpty { beginGroupDelay(to: &sink) }
    return accepted
  }

  /// Stops those whose turn it is, in the order in which the group would be stopped.
  mutating func advanceRestarts(to sink: inout EffectSink) {
    guard teardown == nil else { return }
    var first: Turn?
    for index in machines.indices where machines[index].awaitsRestart {
      let turn = machines[index].turn
      if turn.rawValue < first?.rawValue ?? .max { first = turn }
    }
    guard let turn = first else {
      // The restart is done, or its tasks have ended by themselves.
      if groupDelay == .waiting { sink(.cancelTimer(.groupShutdownDelay(serial: groupDelaySerial))) }
      groupDelay = .idle
      return
    }
    if groupDelay == .waiting { return }
    for index in machines.indices where machines[index].turn == turn {
      machines[index].stopForRestart(to: &sink)
    }
  }

  /// Answers the requests whose tasks are stopped.
  mutating func answerRestarts(to sink: inout EffectSink) {
    guard !openRestarts.isEmpty else { return }
    let open = openRestarts
    openRestarts = []
    for restart in open {
      let stillToStop = restart.tasks.contains { machines[$0.rawValue].awaitsRestart }
      let overtaken = restart.overtaken || restart.tasks.contains { machines[$0.rawValue].isBeingKilled }
      if stillToStop {
        openRestarts.append(OpenRestart(request: restart.request, tasks: restart.tasks, overtaken: overtaken))
      } else {
        sink(.reply(restart.request, overtaken ? .stoppedMeanwhile : nil))
      }
    }
  }

  // MARK: Signals

  /// Somebody wants to send a signal.
  mutating func signal(
    _ request: RequestID, task name: String?, signal: String, to sink: inout EffectSink
  ) {
    var targets = machines.indices.filter { machines[$0].takesSignals }
    if let name {
      guard let index = machines.firstIndex(where: { $0.plan.name == name }) else {
        sink(.reply(request, .unknownTask(name)))
        return
      }
      targets = targets.filter { $0 == index }
    }
    guard !targets.isEmpty else {
      sink(.reply(request, .taskNotRunning))
      return
    }
    for index in targets {
      machines[index].emit(
        .signaling, "Sends signal \(signal)", ["task_signal": signal], to: &sink)
      sink(.signal(TaskIndex(index), machines[index].invocation, name: signal, request))
    }
    openSignals.append(OpenSignal(request: request, tasks: targets.map { TaskIndex($0) }))
  }

  /// A driver has passed a signal on, or not.
  mutating func signalSent(
    _ task: TaskIndex, _ request: RequestID, error: String?, to sink: inout EffectSink
  ) {
    guard let position = openSignals.firstIndex(where: { $0.request == request }),
      let place = openSignals[position].tasks.firstIndex(of: task)
    else { return }
    openSignals[position].tasks.remove(at: place)
    if let error {
      let name = plan.tasks[task.rawValue].name
      openSignals[position].failures.append(.init(task: name, message: error))
    }
    guard openSignals[position].tasks.isEmpty else { return }
    let failures = openSignals.remove(at: position).failures
    sink(.reply(request, failures.isEmpty ? nil : .tasks(failures)))
  }
}
