import Lifecycle

/// Something that can happen in a state.
enum ModelStep: Hashable, CustomStringConvertible {
  case prepared(Int)
  case preparationFailed(Int)
  case started(Int)
  case startFailed(Int)
  /// The driver does not answer to a start.
  case startUnclear(Int, started: Bool)
  case destroyed(Int, failed: Bool)
  case destroyTimer(Int)
  case watchTimer(Int)
  case exited(Int, success: Bool)
  case recovered(Int, failed: Bool)
  case waitFailed(Int)
  case stopFailed(Int, notFound: Bool)
  case hooksDone(Int, HookKinds)
  case restartTimer(Int)
  case shutdownTimer(Int)
  case killTimer(Int)
  case retryTimer(Int)
  case groupTimer
  case restartAll(asFailure: Bool)
  case restartRunning
  case restartTask(Int)
  case stop(StopRequest.Urgency)
  case killTask(Int, fails: Bool)
  /// The agent is killed and started; processes of these tasks were being started and live.
  case crash(startedMask: Int, during: String)

  var description: String {
    switch self {
    case .prepared(let task): "prepared \(task)"
    case .preparationFailed(let task): "preparation of \(task) fails"
    case .started(let task): "started \(task)"
    case .startFailed(let task): "start of \(task) fails"
    case .startUnclear(let task, let started): "start of \(task) unclear, \(started ? "done" : "not done")"
    case .destroyed(let task, let failed): "destroy of \(task)\(failed ? " fails" : " done")"
    case .destroyTimer(let task): "destroy of \(task) tried again"
    case .watchTimer(let task): "watch of \(task) tried again"
    case .exited(let task, let success): "exit of \(task), \(success ? "success" : "failure")"
    case .recovered(let task, let failed): "recovery of \(task)\(failed ? " fails" : "")"
    case .waitFailed(let task): "wait for \(task) fails"
    case .stopFailed(let task, let notFound): "stop of \(task) fails\(notFound ? ": not found" : "")"
    case .hooksDone(let task, let kinds): "hooks \(kinds.rawValue) of \(task) done"
    case .restartTimer(let task): "restart delay of \(task) over"
    case .shutdownTimer(let task): "shutdown delay of \(task) over"
    case .killTimer(let task): "kill timeout of \(task) over"
    case .retryTimer(let task): "stop of \(task) tried again"
    case .groupTimer: "group delay over"
    case .restartAll(let asFailure): "restart all\(asFailure ? " as failure" : "")"
    case .restartRunning: "restart running"
    case .restartTask(let task): "restart \(task)"
    case .stop(let urgency): "stop \(urgency)"
    case .killTask(let task, let fails): "kill \(task)\(fails ? ", fails" : "")"
    case .crash(let mask, let during): "agent killed and started (started: \(mask), during: \(during))"
    }
  }
}

extension ModelState {
  /// What can happen without anybody asking: answers, ends and timers.
  func ownSteps(_ reach: ModelReach) -> [ModelStep] {
    var steps: [ModelStep] = []
    for (index, task) in world.tasks.enumerated() {
      if task.isPreparing {
        steps.append(.prepared(index))
        if reach.contains(.preparations) { steps.append(.preparationFailed(index)) }
      }
      if task.isStarting {
        steps += [.started(index), .startFailed(index)]
        if reach.contains(.driverFaults) {
          steps += [.startUnclear(index, started: true), .startUnclear(index, started: false)]
        }
      }
      if !task.destroying.isEmpty && reach.contains(.driverFaults) {
        steps.append(.destroyed(index, failed: false))
        if task.destroyTimers.isEmpty && !task.destroyHasFailed {
          steps.append(.destroyed(index, failed: true))
        }
      }
      if !task.destroyTimers.isEmpty { steps.append(.destroyTimer(index)) }
      if task.watchTimer != 0 { steps.append(.watchTimer(index)) }
      if task.isRecovering {
        steps.append(.recovered(index, failed: false))
        if reach.contains(.driverFaults) { steps.append(.recovered(index, failed: true)) }
      }
      if task.isWatched {
        steps.append(.exited(index, success: true))
        // How a task ends that was told to makes no difference.
        if !task.isTold || reach.contains(.force) { steps.append(.exited(index, success: false)) }
        if reach.contains(.driverFaults) && task.waitFailures < 2 { steps.append(.waitFailed(index)) }
      }
      if task.stopCanFail && task.isAlive && reach.contains(.driverFaults) {
        steps += [.stopFailed(index, notFound: false), .stopFailed(index, notFound: true)]
      }
      for kind in [HookKinds.preKill, .exited, .stop] where task.hooks.contains(kind) {
        steps.append(.hooksDone(index, kind))
      }
      if task.restartTimer { steps.append(.restartTimer(index)) }
      if task.shutdownTimer { steps.append(.shutdownTimer(index)) }
      if task.killTimer && reach.contains(.force) { steps.append(.killTimer(index)) }
      if task.retryTimer != 0 { steps.append(.retryTimer(index)) }
    }
    if world.groupTimer != nil { steps.append(.groupTimer) }
    return steps
  }

  /// What somebody may ask for.
  func requests(_ reach: ModelReach) -> [ModelStep] {
    if machine.hasEnded { return [] }
    var steps: [ModelStep] = []
    let limit = reach.contains(.concurrentRestarts) ? 2 : 1
    if machine.openRestartCount < limit {
      if reach.contains(.restarts) { steps += [.restartAll(asFailure: false), .restartRunning] }
      if reach.contains(.failureRestarts) { steps.append(.restartAll(asFailure: true)) }
      if reach.contains(.taskRestarts) { steps += world.tasks.indices.map { .restartTask($0) } }
    }
    if reach.contains(.stops) { steps.append(.stop(.graceful)) }
    if reach.contains(.stops) && reach.contains(.force) { steps.append(.stop(.immediate)) }
    if reach.contains(.taskKills) {
      steps += world.tasks.indices.flatMap { [.killTask($0, fails: false), .killTask($0, fails: true)] }
    }
    return steps
  }

  /// The event that a step is to the machine, and what it changes outside of it.
  mutating func event(of step: ModelStep) -> AllocationEvent {
    func task(_ index: Int) -> TaskIndex { TaskIndex(index) }
    func invocation(_ index: Int) -> Invocation { world.tasks[index].invocation }
    switch step {
    case .prepared(let index):
      world.tasks[index].isPreparing = false
      return .prepared(task(index), invocation(index))
    case .preparationFailed(let index):
      world.tasks[index].isPreparing = false
      let failure = PreparationFailure(kind: .setupFailure, message: "no", recoverable: true)
      return .preparationFailed(task(index), invocation(index), failure)
    case .started(let index):
      world.tasks[index].isStarting = false
      world.tasks[index].isAlive = true
      world.tasks[index].hasHandle = true
      return .started(task(index), invocation(index), TaskHandle())
    case .startFailed(let index):
      world.tasks[index].isStarting = false
      return .startFailed(task(index), invocation(index), StartFailure(message: "no", recoverable: true))
    case .startUnclear(let index, let started):
      world.tasks[index].isStarting = false
      if started {
        world.tasks[index].isAlive = true
        world.tasks[index].hasHandle = true
      }
      let failure = StartFailure(message: "no answer", recoverable: true, isUnclear: true)
      return .startFailed(task(index), invocation(index), failure)
    case .destroyed(let index, let failed):
      let cleared = world.answerDestroy(index, failed: failed)
      return .destroyed(task(index), cleared, error: failed ? "no" : nil)
    case .destroyTimer(let index):
      let (cleared, attempt) = world.tasks[index].destroyTimers[0]
      world.retriedDestroys.insert(World.Retry(task: task(index), invocation: cleared))
      return fire(.destroyRetry(task(index), cleared, attempt: attempt))
    case .watchTimer(let index):
      return fire(.watchRetry(task(index), invocation(index), attempt: world.tasks[index].watchTimer))
    case .exited(let index, let success):
      world.tasks[index].isAlive = false
      world.tasks[index].isWatched = false
      return .exited(task(index), invocation(index), ExitResult(exitCode: success ? 0 : 1))
    case .recovered(let index, let failed):
      world.tasks[index].isRecovering = false
      let found: RecoveryOutcome = world.tasks[index].hasHandle ? .found(TaskHandle()) : .neverStarted
      return .recovered(task(index), invocation(index), failed ? .failed("no") : found)
    case .waitFailed(let index):
      world.tasks[index].isWatched = false
      world.tasks[index].waitFailures += 1
      return .waitFailed(task(index), invocation(index), message: "no")
    case .stopFailed(let index, let notFound):
      world.tasks[index].stopCanFail = false
      return .stopFailed(task(index), invocation(index), notFound ? .taskNotFound : .failed("no"))
    case .hooksDone(let index, let kind):
      world.tasks[index].hooks.remove(kind)
      switch kind {
      case .preKill: return .hooksDone(.preKill(task(index), invocation(index)))
      case .exited: return .hooksDone(.exited(task(index), invocation(index)))
      default: return .hooksDone(.stop(task(index)))
      }
    case .restartTimer(let index): return fire(.restartDelay(task(index), invocation(index)))
    case .shutdownTimer(let index): return fire(.shutdownDelay(task(index), invocation(index)))
    case .killTimer(let index): return fire(.killTimeout(task(index), invocation(index)))
    case .retryTimer(let index):
      return fire(.stopRetry(task(index), invocation(index), attempt: world.tasks[index].retryTimer))
    case .groupTimer: return fire(.groupShutdownDelay(serial: world.groupTimer ?? 0))
    case .restartAll(let asFailure):
      return .restartRequested(open(), .allTasks, RestartReason(countsAsFailure: asFailure))
    case .restartRunning: return .restartRequested(open(), .runningTasks, .user)
    case .restartTask(let index): return .restartRequested(open(), .task("task\(index)"), .user)
    case .stop(let urgency): return .stopRequested(StopRequest(urgency: urgency))
    case .killTask(let index, let fails):
      world.tasks[index].isCondemned = true
      return .taskKillRequested(task(index), reason: "no", failsTask: fails)
    case .crash: return .begin
    }
  }

  private mutating func fire(_ timer: TimerID) -> AllocationEvent {
    _ = world.setTimer(timer, false)
    return .timerFired(timer)
  }

  private mutating func open() -> RequestID {
    // The smallest number that no open request has.
    var number: UInt64 = 0
    while world.openRequests.contains(RequestID(number)) { number += 1 }
    world.openRequests.append(RequestID(number))
    return RequestID(number)
  }
}
