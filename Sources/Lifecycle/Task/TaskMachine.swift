/// The run loop of one task.
///
/// It does not know the other tasks: the allocation machine tells it when it may pass its gate, when
/// to stop, and when it can never run again.
package struct TaskMachine: Sendable {
  /// Where the task is in its run loop.
  enum Position: Hashable, Sendable {
    /// Nothing has happened yet; a restored task goes on from where it was when the allocation begins.
    case created(restoring: TaskRecord.Position?)
    /// Pending: waits until its stage may run.
    case atGate
    /// Pending: the shell makes directory, artifacts and templates.
    case preparing(abandoned: Abandonment)
    /// Pending: the driver was asked to start it.
    case starting
    /// The driver was asked whether it knows the task, because the agent went away.
    case recovering(Recovery)
    /// It runs and is watched.
    case running
    /// It runs, was told to end, and is watched.
    case stopping(Stop)
    /// It cannot be told from a task that runs, so the driver is to end and forget it: nothing follows before
    /// it has.
    case clearing(RestartTracker.Ending)
    /// It has ended, the handle is cleared, and the hooks after an exit run.
    case exitHooks(RestartTracker.Ending)
    /// Pending: waits before it is started again.
    case backingOff(until: Timestamp)
    /// Dead: does not run, but a restart of all tasks may run it again.
    case dead
    /// Dead for good: the hooks that give back what belonged to it run.
    case stopHooks
    /// Dead for good, and nothing is left to do.
    case complete
    /// The agent goes down: whatever was going on goes on without it.
    case detached
  }

  /// Why a preparation is not wanted any more.
  enum Abandonment: UInt8, Hashable, Sendable {
    case none
    /// Go back to the gate.
    case forGate
    /// End for good.
    case forKill
  }

  /// When the agent went away.
  enum Recovery: UInt8, Hashable, Sendable {
    /// Between the start and its answer.
    case duringStart
    /// While the task ran.
    case whileRunning
    /// It did not; the driver has not answered to a start.
    case afterStart
  }

  /// Whether a handle that is not wanted any more is still to be given back.
  enum Clearing: UInt8, Hashable, Sendable {
    case none
    case plain
    /// Nobody knows that the task has ended.
    case forced
  }

  /// A handle that is being given back.
  struct OpenClearing: Hashable, Sendable {
    var invocation: Invocation
    var isForced: Bool
    var failures: UInt8 = 0
  }

  /// How far a stop has come.
  struct Stop: Hashable, Sendable {
    enum Step: UInt8, Hashable, Sendable {
      /// Its services are deregistered.
      case preKillHooks
      /// It gets its `shutdown_delay`.
      case shutdownDelay
      /// It was told to end and has its kill timeout.
      case signalled
      /// The driver did not pass the signal on: it is asked again soon. The kill timeout runs.
      case retryingSignal
      /// It was ended by force and its exit must come.
      case forced
      /// The driver did not end it: it is asked again soon.
      case retryingForce
    }

    var step: Step
    /// How often the driver has failed to pass a stop on.
    var failures: UInt8 = 0
  }

  /// What is going to happen to the task when it runs, or as soon as it does.
  enum Intent: UInt8, Hashable, Sendable {
    case run, restart, restartAsFailure, kill
  }

  package let index: TaskIndex
  /// What the job says of it: boxed, so that a machine is cheap to copy.
  private let shared: Plan
  /// What can be seen of it.
  package internal(set) var state = TaskState()
  var position: Position
  var intent: Intent = .run
  /// How urgent a kill is.
  var urgency: StopRequest.Urgency = .graceful
  /// Whether the end by a kill counts as a failure.
  var failsWhenKilled = false
  /// The number of the last pass through the run loop.
  package internal(set) var invocation: Invocation = .none
  /// The driver's handle, from the start until it is cleared.
  var handle: TaskHandle?
  var tracker: RestartTracker
  /// Whether its directory was announced as being built.
  var directoryBuilt = false
  /// Why waiting for the task failed, while the driver is asked for it.
  var watchFailure: String?
  /// When that last happened, and how often one soon after the other.
  var watchFailedAt: Timestamp?
  var watchFailures: UInt8 = 0
  /// Whether the driver is asked for it only after a while.
  var isWatchRetryDue = false
  /// Why the driver did not answer to the start.
  var startFailure = ""
  /// A handle that is to be given back when what has changed is stored.
  var clearing: Clearing = .none
  /// What the driver was told to forget and has not said to have forgotten.
  var openClearings: [OpenClearing] = []
  /// Whether something has changed that is not stored yet.
  var isDirty = false

  private final class Plan: Sendable {
    let task: AllocationPlan.Task

    init(_ task: AllocationPlan.Task) { self.task = task }
  }

  /// A machine for a task that has not run, or for one that was stored.
  package init(index: TaskIndex, plan: AllocationPlan.Task, restoring record: TaskRecord? = nil) {
    self.index = index
    shared = Plan(plan)
    stage = plan.stage
    isLeader = plan.leader
    position = .created(restoring: record?.position)
    tracker = RestartTracker(
      policy: plan.restart, restartsOnSuccess: plan.restartsOnSuccess,
      count: record?.restartCount ?? 0, intervalStart: record?.restartIntervalStart)
    guard let record else { return }
    state = record.state
    invocation = record.invocation
    handle = record.handle
    directoryBuilt = record.directoryBuilt
    switch record.intent {
    case .run: intent = .run
    case .restart: intent = .restart
    case .kill: intent = .kill
    }
  }

  /// What the job says of it.
  package var plan: AllocationPlan.Task { shared.task }

  // MARK: What the allocation machine wants to know

  /// When it runs.
  package let stage: Stage
  /// Whether its end ends the others.
  package let isLeader: Bool
  /// Whether the task waits for its stage.
  package var isAtGate: Bool { if case .atGate = position { true } else { false } }
  /// Whether the task is not dead: it runs, or will without anybody asking.
  package var isLive: Bool { state.phase != .dead }
  /// Whether nothing is left to do for it.
  package var isComplete: Bool { if case .complete = position { openClearings.isEmpty } else { false } }
  /// Whether it is dead but could run again.
  package var isDeadButRestartable: Bool { if case .dead = position { true } else { false } }
  /// Whether it is going to be stopped and started again.
  package var awaitsRestart: Bool { intent == .restart || intent == .restartAsFailure }
  /// Whether it runs, is to be stopped for a restart, and was not told so yet.
  package var awaitsStopForRestart: Bool {
    guard awaitsRestart else { return false }
    if case .running = position { return true }
    return false
  }
  /// Whether it is going to end for good.
  package var isBeingKilled: Bool { intent == .kill }
  /// Whether it can be sent a signal.
  package var takesSignals: Bool {
    switch position {
    case .running, .stopping: true
    case .created, .atGate, .preparing, .starting, .recovering, .clearing, .exitHooks, .backingOff, .dead,
      .stopHooks, .complete, .detached:
      false
    }
  }

  /// What the coordinator is to think of it.
  package var condition: Coordinator.Condition {
    switch state.phase {
    case .running: .running
    case .pending:
      switch position {
      // Neither at its gate nor where it should be: nobody may take it for waiting.
      case .preparing(abandoned: .forGate), .preparing(abandoned: .forKill): .running
      case .starting where intent != .run, .recovering where intent != .run: .running
      // It may have a process.
      case .clearing: .running
      case .created, .atGate, .preparing, .starting, .recovering, .running, .stopping, .exitHooks,
        .backingOff, .dead, .stopHooks, .complete, .detached:
        .pending
      }
    case .dead:
      if state.failed {
        .failed
      } else {
        isDeadButRestartable ? .succeeded : .complete
      }
    }
  }

  // MARK: What all parts need

  /// Adds an event to the task's list and tells others.
  mutating func emit(
    _ kind: TaskEvent.Kind, _ message: String = "", _ details: [String: String] = [:],
    to sink: inout EffectSink
  ) {
    let event = TaskEvent(kind, at: sink.now, message: message, details: details)
    state.append(event)
    isDirty = true
    sink(.taskEvent(index, event))
  }

  /// Goes to another phase and tells others.
  mutating func enter(_ phase: TaskState.Phase, to sink: inout EffectSink) {
    guard state.phase != phase else { return }
    state.phase = phase
    switch phase {
    case .pending: state.finishedAt = nil
    case .running: if state.startedAt == nil { state.startedAt = sink.now }
    case .dead: state.finishedAt = sink.now
    }
    isDirty = true
    sink.phaseChanged = true
    sink(.taskChanged(index, state))
  }

  /// Forgets the handle, and has the driver forget the task as soon as that is stored.
  ///
  /// - Parameter force: Whether the task may still run, because nobody knows that it ended.
  mutating func clearDriverHandle(force: Bool = false) {
    handle = nil
    clearing = force ? .forced : .plain
    isDirty = true
  }

  /// Stores what has changed, and does what had to wait for it.
  package mutating func flush(to sink: inout EffectSink) {
    guard isDirty else { return }
    isDirty = false
    sink(.persistTask(index, record))
    switch clearing {
    case .none: return
    case .plain: sink(.destroy(index, invocation, force: false))
    case .forced: sink(.destroy(index, invocation, force: true))
    }
    openClearings.append(OpenClearing(invocation: invocation, isForced: clearing == .forced))
    clearing = .none
  }
}

extension TaskMachine {
  /// Writes down what somebody else has seen; a dead task's list stays open, a detached one's does not.
  package mutating func notice(
    _ kind: TaskEvent.Kind, _ message: String, _ details: [String: String], to sink: inout EffectSink
  ) {
    var details = details
    if kind == .driverMessage { details["driver_message"] = details["driver_message"] ?? message }
    emit(kind, message, details, to: &sink)
  }
}
