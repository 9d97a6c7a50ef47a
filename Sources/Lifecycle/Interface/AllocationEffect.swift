/// What the machine wants the shell to do, in this order.
///
/// A `persist` stands before the effects that rely on it. ``EffectQueue`` says which may be performed.
public enum AllocationEffect: Sendable {
  // MARK: Tasks
  /// Make the task directory, artifacts, templates and environment; answer with `prepared` or
  /// `preparationFailed`. What earlier invocations have done need not be done again.
  case prepare(TaskIndex, Invocation)
  /// Give up a preparation that goes on; still answer.
  case cancelPreparation(TaskIndex, Invocation)
  /// Start the task; answer with `started` or `startFailed`.
  case start(TaskIndex, Invocation)
  /// Ask the driver for a task that it may know (a handle is nil when the answer to a start was
  /// lost); answer with `recovered`.
  case recover(TaskIndex, Invocation, TaskHandle?)
  /// Wait for the task's end; answer with `exited` or `waitFailed`.
  case watch(TaskIndex, Invocation)
  /// Ask the task to end, or with `force` end it; answer only with `stopFailed`. `signal` is nil for
  /// the driver's default. The machine itself runs the kill timeout; the driver may use it as a hint.
  case stop(TaskIndex, Invocation, signal: String?, killTimeout: Duration, force: Bool)
  /// Send a signal; answer with `signalSent`.
  case signal(TaskIndex, Invocation, name: String, RequestID)
  /// Clear the driver handle: the driver forgets the task, with `force` even one that runs; answer with
  /// `destroyed`.
  case destroy(TaskIndex, Invocation, force: Bool)
  /// Run hooks; answer with `hooksDone`.
  case runHooks(HookRun)

  // MARK: Timers
  /// Answer with `timerFired` after the duration.
  case startTimer(TimerID, Duration)
  /// The timer is not wanted any more; should it have fired, its event is ignored.
  case cancelTimer(TimerID)

  // MARK: What others see
  /// An event was added to a task's list.
  case taskEvent(TaskIndex, TaskEvent)
  /// A task's phase, restarts or times changed; this is what can be seen of it now.
  indirect case taskChanged(TaskIndex, TaskState)
  /// What clients know of the allocation changed, with a phrase for people.
  case statusChanged(ClientStatus, String)
  /// Store what a task needs to be restored.
  indirect case persistTask(TaskIndex, TaskRecord)
  /// Store what the allocation needs to be restored.
  indirect case persistAllocation(AllocationRecord)
  /// The answer to a request; nil is success.
  case reply(RequestID, LifecycleRequestError?)
  /// Nothing can run again and every task is complete: the last effect but for late replies.
  case allocationEnded
}
