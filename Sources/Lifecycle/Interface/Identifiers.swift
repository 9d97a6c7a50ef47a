/// A task's place in its group, from 0 in file order; cheaper to pass around than its name.
public struct TaskIndex: Hashable, Comparable, Sendable {
  /// The place in ``AllocationPlan/tasks``.
  public var rawValue: Int

  /// Makes an index from a place in the plan.
  public init(_ rawValue: Int) { self.rawValue = rawValue }

  /// Whether `left` comes before `right` in the job file.
  public static func < (left: TaskIndex, right: TaskIndex) -> Bool { left.rawValue < right.rawValue }
}

/// The number of one pass of a task through its run loop: 1 for the first, rising with each restart.
///
/// It is the identity of a driver handle. Effects and events carry it, so that a late event of an
/// invocation that is over is recognised and ignored, and no call reaches a process that took the
/// place of another.
public struct Invocation: Hashable, Comparable, Sendable {
  /// The number; 0 before the first pass.
  public var rawValue: UInt32

  /// Makes an invocation from its number.
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// Before the first pass.
  public static let none = Invocation(0)

  /// The one after this.
  public var next: Invocation { Invocation(rawValue &+ 1) }

  /// Whether `left` was earlier than `right`.
  public static func < (left: Invocation, right: Invocation) -> Bool { left.rawValue < right.rawValue }
}

/// The shell's name for a request that wants an answer; each gets exactly one ``AllocationEffect/reply``.
public struct RequestID: Hashable, Sendable {
  /// The number the shell chose.
  public var rawValue: UInt64

  /// Makes an identifier from a number that no open request of the allocation has.
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// Which timer: what it is for and for which invocation, so that a timer that fired while it was
/// being cancelled is recognised.
public enum TimerID: Hashable, Sendable {
  /// The wait before a task's next start.
  case restartDelay(TaskIndex, Invocation)
  /// The task's `shutdown_delay`, before its kill signal.
  case shutdownDelay(TaskIndex, Invocation)
  /// How long a task may take to end after its kill signal.
  case killTimeout(TaskIndex, Invocation)
  /// The wait before a stop call that failed is made again; `attempt` counts from 1.
  case stopRetry(TaskIndex, Invocation, attempt: UInt8)
  /// The wait before the driver is asked again for a task that cannot be watched; `attempt` counts from 1.
  case watchRetry(TaskIndex, Invocation, attempt: UInt8)
  /// The wait before the driver is asked again to forget a task; `attempt` counts from 1.
  case destroyRetry(TaskIndex, Invocation, attempt: UInt8)
  /// The group's `shutdown_delay`, before its tasks are stopped; `serial` tells one wait from the next.
  case groupShutdownDelay(serial: UInt32)
  /// The end of the time that the allocation may run.
  case maxRunDuration
}

/// One run of hooks in the shell.
public enum HookRun: Hashable, Sendable {
  /// Before a task is told to stop: deregister its services.
  case preKill(TaskIndex, Invocation)
  /// After a task has exited or failed to start.
  case exited(TaskIndex, Invocation)
  /// When a task can never run again: give back what belonged to it.
  case stop(TaskIndex)
}

/// Which hooks a task has; the machine waits for those only.
public struct HookKinds: OptionSet, Hashable, Sendable {
  /// The bits.
  public var rawValue: UInt8

  /// Makes a set from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// ``HookRun/preKill(_:_:)``
  public static let preKill = HookKinds(rawValue: 1)
  /// ``HookRun/exited(_:_:)``
  public static let exited = HookKinds(rawValue: 2)
  /// ``HookRun/stop(_:)``
  public static let stop = HookKinds(rawValue: 4)
}
