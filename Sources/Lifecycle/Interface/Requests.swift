/// What a restart request is about.
public enum RestartTarget: Hashable, Sendable {
  /// One running task.
  case task(String)
  /// Every running task.
  case runningTasks
  /// Every task: the allocation goes through its stages again.
  case allTasks
}

/// Why and how a restart was asked for.
public struct RestartReason: Hashable, Sendable {
  /// For people; nil for the usual words of a user's request.
  public var message: String?
  /// Whether it counts as a failure for the restart policy (a failed health check does).
  public var countsAsFailure: Bool

  /// Makes a reason from its parts.
  public init(message: String? = nil, countsAsFailure: Bool = false) {
    self.message = message
    self.countsAsFailure = countsAsFailure
  }

  /// A user asked.
  public static let user = RestartReason()
}

/// A request to end the whole allocation.
public struct StopRequest: Hashable, Sendable {
  /// How much time the tasks get.
  public enum Urgency: UInt8, Hashable, Sendable {
    /// Delays, kill signals and timeouts as the job says; poststop tasks run.
    case graceful
    /// As graceful, without the shutdown delays.
    case withoutDelay
    /// SIGKILL at once, poststop tasks too; those that have not started are not run.
    case immediate
  }

  /// How much time the tasks get; a second, more urgent request overtakes the first.
  public var urgency: Urgency
  /// Why, for people; empty for no more than that it was asked for.
  public var reason: String
  /// Whether poststop tasks are left out.
  public var skipsPoststop: Bool

  /// Makes a request from its parts.
  public init(urgency: Urgency = .graceful, reason: String = "", skipsPoststop: Bool = false) {
    self.urgency = urgency
    self.reason = reason
    self.skipsPoststop = skipsPoststop || urgency == .immediate
  }
}

/// Why a request was refused or could not be carried out.
public enum LifecycleRequestError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The task does not run.
  case taskNotRunning
  /// No task of the group has the name.
  case unknownTask(String)
  /// The allocation is being stopped, or has ended.
  case allocationShouldNotRun
  /// The task was stopped for good before the restart was done.
  case stoppedMeanwhile
  /// The agent is going down.
  case shuttingDown
  /// Drivers refused; one entry for each task.
  case tasks([TaskFailure])

  /// What went wrong with one task.
  public struct TaskFailure: Hashable, Sendable {
    /// The task's name.
    public var task: String
    /// What went wrong.
    public var message: String

    /// Makes an entry from its parts.
    public init(task: String, message: String) {
      self.task = task
      self.message = message
    }
  }

  /// The text that clients know.
  public var description: String {
    switch self {
    case .taskNotRunning: "Task not running"
    case .unknownTask(let name): "Could not find task runner for task: \(name)"
    case .allocationShouldNotRun: "restart of an alloc that should not run"
    case .stoppedMeanwhile: "the task was stopped before it was restarted"
    case .shuttingDown: "the agent is shutting down"
    case .tasks(let failures):
      failures.map { "\($0.task): \($0.message)" }.joined(separator: "; ")
    }
  }
}
