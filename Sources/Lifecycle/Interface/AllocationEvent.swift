/// What the shell tells the machine.
///
/// Events that belong to an invocation are ignored when that invocation is over.
public enum AllocationEvent: Sendable {
  /// The allocation runs from now on; the first event, after a restore too.
  case begin

  // MARK: Answers to effects
  /// The task directory, artifacts, templates and environment are there.
  case prepared(TaskIndex, Invocation)
  /// They are not.
  case preparationFailed(TaskIndex, Invocation, PreparationFailure)
  /// The driver started the task.
  case started(TaskIndex, Invocation, TaskHandle)
  /// The driver did not, or nobody knows whether it did.
  case startFailed(TaskIndex, Invocation, StartFailure)
  /// The driver's answer about a task that it may know.
  case recovered(TaskIndex, Invocation, RecoveryOutcome)
  /// The task ended.
  case exited(TaskIndex, Invocation, ExitResult)
  /// Waiting for the task failed; the machine asks the driver for the task once more.
  case waitFailed(TaskIndex, Invocation, message: String)
  /// The driver did not pass a stop on.
  case stopFailed(TaskIndex, Invocation, StopFailure)
  /// The driver has forgotten the task, or never knew it; otherwise `error` says why not.
  case destroyed(TaskIndex, Invocation, error: String?)
  /// A signal was passed on, or not: then `error` says why.
  case signalSent(TaskIndex, RequestID, error: String?)
  /// A timer ran out.
  case timerFired(TimerID)
  /// Hooks have run.
  case hooksDone(HookRun)

  // MARK: Requests
  /// Start tasks again.
  case restartRequested(RequestID, RestartTarget, RestartReason)
  /// Send a signal to one task, or to all that run.
  case signalRequested(RequestID, task: String?, signal: String)
  /// End the allocation. One with an identifier is answered as soon as it is recorded.
  case stopRequested(StopRequest, RequestID? = nil)
  /// End one task for good; `failsTask` marks it failed.
  case taskKillRequested(TaskIndex, reason: String, failsTask: Bool)
  /// The agent goes down: leave the tasks running and do nothing any more.
  case shutdown

  // MARK: Notices
  /// Something happened that only has to be written down, such as a driver's message or a download.
  case notice(TaskIndex, TaskEvent.Kind, message: String, details: [String: String] = [:])
}
