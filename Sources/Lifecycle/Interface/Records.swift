/// What is stored of a task, so that it can be restored after the agent went away.
public struct TaskRecord: Hashable, Sendable {
  /// Where the task was in its run loop.
  public enum Position: Hashable, Sendable {
    /// Before its gate, or preparing to start.
    case waiting
    /// Backing off until this time.
    case backingOff(until: Timestamp)
    /// The driver was going to be asked to start it; whether it did is not known.
    case starting
    /// Started.
    case running
    /// Ended; what follows from it was not decided.
    case exited(ExitResult)
    /// Could not be prepared or started; what follows from it was not decided.
    case startFailed(recoverable: Bool)
    /// Dead; may run again when all tasks are restarted.
    case dead
    /// Dead for good: it can never run again.
    case complete
  }

  /// What was going to happen to a task that runs.
  public enum Intent: UInt8, Hashable, Sendable {
    /// Nothing.
    case run
    /// To be stopped and started again.
    case restart
    /// To be stopped for good.
    case kill
  }

  /// What can be seen of it.
  public var state: TaskState
  /// Where it was.
  public var position: Position
  /// What was going to happen to it.
  public var intent: Intent
  /// The number of its last pass through the run loop.
  public var invocation: Invocation
  /// The driver's handle, from the start until it is cleared.
  public var handle: TaskHandle?
  /// How often it was restarted in the present interval of its restart policy.
  public var restartCount: Int
  /// When that interval began.
  public var restartIntervalStart: Timestamp?
  /// Whether its directory was announced as being built.
  public var directoryBuilt: Bool

  /// Makes a record from its parts.
  public init(
    state: TaskState, position: Position, intent: Intent = .run, invocation: Invocation = .none,
    handle: TaskHandle? = nil, restartCount: Int = 0, restartIntervalStart: Timestamp? = nil,
    directoryBuilt: Bool = false
  ) {
    self.state = state
    self.position = position
    self.intent = intent
    self.invocation = invocation
    self.handle = handle
    self.restartCount = restartCount
    self.restartIntervalStart = restartIntervalStart
    self.directoryBuilt = directoryBuilt
  }
}

/// What is stored of the allocation itself.
public struct AllocationRecord: Hashable, Sendable {
  /// When it began.
  public var beganAt: Timestamp
  /// The request to end it, once there was one.
  public var stop: StopRequest?
  /// Whether all its tasks were going back to their gates, to be restarted together.
  public var isRestarting: Bool
  /// Whether it has ended.
  public var ended: Bool

  /// Makes a record from its parts.
  public init(beganAt: Timestamp, stop: StopRequest? = nil, isRestarting: Bool = false, ended: Bool = false) {
    self.beganAt = beganAt
    self.stop = stop
    self.isRestarting = isRestarting
    self.ended = ended
  }
}

/// What was stored before the agent went away.
public struct RestoredAllocation: Hashable, Sendable {
  /// The allocation's record; nil when it was lost or never written.
  public var allocation: AllocationRecord?
  /// The tasks' records, in the order of the plan; nil for a task that has none.
  public var tasks: [TaskRecord?]

  /// Makes it from its parts.
  public init(allocation: AllocationRecord?, tasks: [TaskRecord?]) {
    self.allocation = allocation
    self.tasks = tasks
  }
}
