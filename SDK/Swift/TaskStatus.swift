/// Whether a task runs, and how it ended.
public struct TaskStatus: Sendable {
  /// The state of a task.
  public enum State: Sendable, Equatable {
    /// It runs.
    case running
    /// It ended by itself, with this code.
    case exited(code: Int32)
    /// This signal ended it.
    case signalled(Int32)
    /// It ended, and its true result cannot be known; `message` says why.
    case ended
  }

  /// Whether it runs.
  public var state: State
  /// When it was started, in nanoseconds since 1970-01-01 UTC; 0 when not known.
  public var startedAtNanoseconds: Int64
  /// When it ended, in nanoseconds since 1970-01-01 UTC; 0 when not known.
  public var exitedAtNanoseconds: Int64
  /// Whether the kernel ended it for want of memory.
  public var isOutOfMemory: Bool
  /// What the driver has to say about the end.
  public var message: String
  /// Further facts for a person.
  public var attributes: [(name: String, value: String)]

  /// Describes a task.
  public init(
    state: State, startedAtNanoseconds: Int64 = 0, exitedAtNanoseconds: Int64 = 0,
    isOutOfMemory: Bool = false,
    message: String = "", attributes: [(name: String, value: String)] = []
  ) {
    self.state = state
    self.startedAtNanoseconds = startedAtNanoseconds
    self.exitedAtNanoseconds = exitedAtNanoseconds
    self.isOutOfMemory = isOutOfMemory
    self.message = message
    self.attributes = attributes
  }
}

/// A task that was started: the driver's own value for it, and what the host keeps.
public struct StartedTask<Task: AnyObject & Sendable>: Sendable {
  /// The driver's value; given to every later call about the task.
  public var task: Task
  /// The bytes by which this driver, also a later version of it in another process, finds the task again;
  /// at most 64 KiB.
  public var handle: [UInt8]
  /// The version of the handle's form.
  public var handleVersion: UInt32
  /// The task's own address, when it has one.
  public var network: TaskNetwork?

  /// Describes a started task.
  public init(task: Task, handle: [UInt8], handleVersion: UInt32 = 1, network: TaskNetwork? = nil) {
    self.task = task
    self.handle = handle
    self.handleVersion = handleVersion
    self.network = network
  }
}

/// Where a task with an address of its own can be reached.
public struct TaskNetwork: Sendable, Equatable {
  /// The address.
  public var address: String
  /// Host ports by label.
  public var ports: [String: Int]

  /// Describes where.
  public init(address: String, ports: [String: Int] = [:]) {
    self.address = address
    self.ports = ports
  }
}

/// How a task is to be ended.
public struct StopRequest: Sendable, Equatable {
  /// The signal to send, or 0 for the driver's own way.
  public var signal: Int32
  /// Whether to end it now, with everything it started, whatever it takes.
  public var force: Bool
  /// How long the host is going to wait before it calls again with `force`.
  public var timeout: Duration
}
