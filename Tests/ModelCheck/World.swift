import Lifecycle

/// What the machine has caused outside of itself: processes, timers, calls without an answer. It
/// performs effects, and says what no host may ever be asked to do.
struct World {
  struct Retry: Hashable {
    var task: TaskIndex
    var invocation: Invocation
  }

  struct TaskWorld {
    var invocation: Invocation = .none
    /// A preparation has no answer.
    var isPreparing = false
    /// A start has no answer.
    var isStarting = false
    /// The process lives.
    var isAlive = false
    /// The driver has a handle.
    var hasHandle = false
    /// Somebody waits for its end.
    var isWatched = false
    /// The driver was asked for it and has not answered.
    var isRecovering = false
    /// A stop call may still fail.
    var stopCanFail = false
    /// It was told to end.
    var isTold = false
    /// It was ended by force.
    var isForced = false
    var hooks: HookKinds = []
    var restartTimer = false
    var shutdownTimer = false
    var killTimer = false
    var retryTimer: UInt8 = 0
    /// What the driver was told to forget and has not answered to, and whether it is told by force.
    var destroying: [(invocation: Invocation, force: Bool)] = []
    /// Those that it is told again after a while.
    var destroyTimers: [(invocation: Invocation, attempt: UInt8)] = []
    /// Whether the driver has failed to forget it; once is enough to look at.
    var destroyHasFailed = false
    /// Whether the driver was told to forget the present invocation.
    var isForgotten = false
    var watchTimer: UInt8 = 0
    /// How often waiting for it has failed.
    var waitFailures: UInt8 = 0
    /// It is stored that it can never run again.
    var isComplete = false
    /// Somebody wanted it to end for good.
    var isCondemned = false

    /// Everything but the invocation, in 23 bits.
    var code: UInt64 {
      var code: UInt64 = isPreparing ? 1 : 0
      code = code << 1 | (isStarting ? 1 : 0)
      code = code << 1 | (isAlive ? 1 : 0)
      code = code << 1 | (hasHandle ? 1 : 0)
      code = code << 1 | (isWatched ? 1 : 0)
      code = code << 1 | (isRecovering ? 1 : 0)
      code = code << 1 | (stopCanFail ? 1 : 0)
      code = code << 1 | (isTold ? 1 : 0)
      code = code << 1 | (isForced ? 1 : 0)
      code = code << 3 | UInt64(hooks.rawValue)
      code = code << 1 | (restartTimer ? 1 : 0)
      code = code << 1 | (shutdownTimer ? 1 : 0)
      code = code << 1 | (killTimer ? 1 : 0)
      code = code << 3 | UInt64(retryTimer)
      code = code << 1 | (isComplete ? 1 : 0)
      code = code << 1 | (isCondemned ? 1 : 0)
      code = code << 2 | UInt64(destroying.count)
      code = code << 1 | (destroying.contains(where: \.force) ? 1 : 0)
      code = code << 2 | UInt64(destroyTimers.count)
      code = code << 3 | UInt64(watchTimer)
      code = code << 2 | UInt64(waitFailures)
      code = code << 1 | (isForgotten ? 1 : 0)
      code = code << 1 | (destroyHasFailed ? 1 : 0)
      return code
    }

    var hasTimer: Bool { restartTimer || shutdownTimer || killTimer || retryTimer != 0 || watchTimer != 0 }
  }

  var tasks: [TaskWorld]
  /// Timers that have run out and after which a driver is told again.
  var retriedDestroys: Set<Retry> = []
  var groupTimer: UInt32?
  /// Requests without an answer.
  var openRequests: [RequestID] = []
  var hasEnded = false
  /// What is stored, where crashes are walked.
  var taskRecords: [TaskRecord?]
  var allocationRecord: AllocationRecord?

  init(count: Int) {
    tasks = Array(repeating: TaskWorld(), count: count)
    taskRecords = Array(repeating: nil, count: count)
  }

  /// What is not about a single task.
  var code: UInt64 {
    UInt64(openRequests.count) << 2 | (groupTimer != nil ? 2 : 0) | (hasEnded ? 1 : 0)
  }

  /// Performs an effect; returns what is wrong with it.
  mutating func perform(_ effect: AllocationEffect, keepsRecords: Bool) -> String? {
    switch effect {
    case .prepare(let task, let invocation):
      let world = tasks[task.rawValue]
      if hasEnded { return "prepared after the end" }
      if world.isComplete { return "a complete task runs again" }
      if world.isCondemned { return "a killed task runs again" }
      if invocation <= world.invocation { return "the invocation does not rise" }
      if world.isPreparing || world.isStarting || world.isAlive || world.hasHandle || world.isRecovering {
        return "prepared while the last invocation goes on"
      }
      // Hooks before a kill are not waited for when the task ends before them.
      if world.hasTimer || !world.hooks.isSubset(of: .preKill) { return "prepared while timers or hooks run" }
      var next = TaskWorld(invocation: invocation, isPreparing: true)
      // What is being given back of earlier invocations goes on.
      (next.destroying, next.destroyTimers) = (world.destroying, world.destroyTimers)
      tasks[task.rawValue] = next
    case .cancelPreparation(let task, let invocation):
      guard tasks[task.rawValue].invocation == invocation, tasks[task.rawValue].isPreparing else {
        return "a preparation is cancelled that does not go on"
      }
    case .start(let task, let invocation):
      let world = tasks[task.rawValue]
      if world.invocation != invocation { return "start of a stale invocation" }
      if world.isStarting || world.isAlive || world.hasHandle || world.isPreparing || world.isComplete {
        return "started twice"
      }
      tasks[task.rawValue].isStarting = true
    case .recover(let task, let invocation, _):
      guard tasks[task.rawValue].invocation == invocation else { return "recovery of a stale invocation" }
      if tasks[task.rawValue].isRecovering { return "recovered twice" }
      tasks[task.rawValue].isRecovering = true
    case .watch(let task, let invocation):
      guard isLive(task, invocation) else { return "a stale handle is watched" }
      if tasks[task.rawValue].isWatched { return "watched twice" }
      tasks[task.rawValue].isWatched = true
    case .stop(let task, let invocation, _, _, let force):
      guard isLive(task, invocation) else { return "a stale handle is stopped" }
      tasks[task.rawValue].isTold = true
      tasks[task.rawValue].stopCanFail = true
      if force { tasks[task.rawValue].isForced = true }
    case .signal(let task, let invocation, _, _):
      guard isLive(task, invocation) else { return "a signal for a stale handle" }
    case .destroy(let task, let invocation, let force):
      let world = tasks[task.rawValue]
      let isAgain = retriedDestroys.remove(Retry(task: task, invocation: invocation)) != nil
      guard isAgain || world.invocation == invocation && (world.hasHandle || force) else {
        return "a handle is cleared that is not there"
      }
      if world.isAlive && !force && world.invocation == invocation { return "a running task is destroyed" }
      if !isAgain && world.hasTimer { return "a handle is cleared while its timers run" }
      tasks[task.rawValue].destroying.append((invocation, force))
      guard world.invocation == invocation else { return nil }
      tasks[task.rawValue].isForgotten = true
      // By force it may live until the driver has answered.
      if !force { tasks[task.rawValue].hasHandle = false }
      tasks[task.rawValue].isWatched = false
      tasks[task.rawValue].isTold = false
      tasks[task.rawValue].isForced = false
      tasks[task.rawValue].stopCanFail = false
      tasks[task.rawValue].isRecovering = false
    case .runHooks(let run):
      return runHooks(run)
    case .startTimer(let timer, _):
      return setTimer(timer, true)
    case .cancelTimer(let timer):
      return setTimer(timer, false)
    case .persistTask(let task, let record):
      if tasks[task.rawValue].isComplete && record.position != .complete { return "run complete was undone" }
      if record.position == .complete { tasks[task.rawValue].isComplete = true }
      if keepsRecords { taskRecords[task.rawValue] = record }
    case .persistAllocation(let record):
      if keepsRecords { allocationRecord = record }
    case .reply(let request, _):
      guard let index = openRequests.firstIndex(of: request) else { return "a request is answered twice" }
      openRequests.remove(at: index)
    case .allocationEnded:
      if hasEnded { return "ended twice" }
      if !openRequests.isEmpty { return "ended without an answer to a request" }
      hasEnded = true
      for world in tasks {
        if world.isAlive || world.hasHandle || world.isStarting || world.isPreparing {
          return "ended while a task goes on"
        }
        if world.hasTimer || !world.hooks.isSubset(of: .preKill) || groupTimer != nil {
          return "ended while timers or hooks run"
        }
        if !world.isComplete { return "ended while a task may run again" }
        if !world.destroying.isEmpty || !world.destroyTimers.isEmpty {
          return "ended before all is given back"
        }
      }
    case .taskEvent, .taskChanged, .statusChanged:
      break
    }
    return nil
  }

  private func isLive(_ task: TaskIndex, _ invocation: Invocation) -> Bool {
    tasks[task.rawValue].invocation == invocation && tasks[task.rawValue].hasHandle
  }

  private mutating func runHooks(_ run: HookRun) -> String? {
    let (task, kind): (TaskIndex, HookKinds) =
      switch run {
      case .preKill(let task, _): (task, .preKill)
      case .exited(let task, _): (task, .exited)
      case .stop(let task): (task, .stop)
      }
    if tasks[task.rawValue].hooks.contains(kind) { return "hooks run twice" }
    tasks[task.rawValue].hooks.insert(kind)
    return nil
  }

  /// Starts or ends a timer; returns what is wrong with that.
  mutating func setTimer(_ timer: TimerID, _ on: Bool) -> String? {
    switch timer {
    case .restartDelay(let task, let invocation):
      guard check(task, invocation, tasks[task.rawValue].restartTimer != on) else { return "\(timer) \(on)" }
      tasks[task.rawValue].restartTimer = on
    case .shutdownDelay(let task, let invocation):
      guard check(task, invocation, tasks[task.rawValue].shutdownTimer != on) else { return "\(timer) \(on)" }
      tasks[task.rawValue].shutdownTimer = on
    case .killTimeout(let task, let invocation):
      guard check(task, invocation, tasks[task.rawValue].killTimer != on) else { return "\(timer) \(on)" }
      tasks[task.rawValue].killTimer = on
    case .stopRetry(let task, let invocation, let attempt):
      guard check(task, invocation, tasks[task.rawValue].retryTimer == (on ? 0 : attempt)) else {
        return "\(timer) \(on)"
      }
      tasks[task.rawValue].retryTimer = on ? attempt : 0
    case .watchRetry(let task, let invocation, let attempt):
      guard check(task, invocation, tasks[task.rawValue].watchTimer == (on ? 0 : attempt)) else {
        return "\(timer) \(on)"
      }
      tasks[task.rawValue].watchTimer = on ? attempt : 0
    case .destroyRetry(let task, let invocation, let attempt):
      let place = tasks[task.rawValue].destroyTimers.firstIndex { $0.invocation == invocation }
      guard (place == nil) == on else { return "\(timer) \(on)" }
      if let place { tasks[task.rawValue].destroyTimers.remove(at: place) }
      if on { tasks[task.rawValue].destroyTimers.append((invocation, attempt)) }
    case .groupShutdownDelay(let serial):
      guard groupTimer == (on ? nil : serial) else { return "\(timer) \(on)" }
      groupTimer = on ? serial : nil
    case .maxRunDuration:
      break
    }
    return nil
  }

  private func check(_ task: TaskIndex, _ invocation: Invocation, _ changes: Bool) -> Bool {
    tasks[task.rawValue].invocation == invocation && changes
  }

  /// The driver has answered to the first of what it was told to forget.
  mutating func answerDestroy(_ index: Int, failed: Bool) -> Invocation {
    let (invocation, force) = tasks[index].destroying.removeFirst()
    if failed { tasks[index].destroyHasFailed = true }
    if !failed && force && tasks[index].invocation == invocation {
      tasks[index].hasHandle = false
      tasks[index].isAlive = false
    }
    return invocation
  }

  /// What the agent takes with it when it is killed: calls, timers, hooks and requests.
  mutating func loseAgent() {
    for index in tasks.indices {
      tasks[index].isCondemned = false
      tasks[index].isPreparing = false
      tasks[index].isStarting = false
      tasks[index].isWatched = false
      tasks[index].isRecovering = false
      tasks[index].stopCanFail = false
      tasks[index].isTold = false
      tasks[index].isForced = false
      tasks[index].hooks = []
      tasks[index].restartTimer = false
      tasks[index].shutdownTimer = false
      tasks[index].killTimer = false
      tasks[index].retryTimer = 0
      tasks[index].watchTimer = 0
      tasks[index].waitFailures = 0
      tasks[index].isForgotten = false
      tasks[index].destroying = []
      tasks[index].destroyTimers = []
    }
    retriedDestroys = []
    groupTimer = nil
    openRequests = []
    hasEnded = false
  }
}
