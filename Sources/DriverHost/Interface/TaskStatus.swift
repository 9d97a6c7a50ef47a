/// How much a driver is asked to say about a task.
public enum StatusDetail: Hashable, Sendable {
  /// Whether it runs, and how it ended: what costs the driver nothing.
  case state
  /// Also its message and attributes.
  case full
}

/// How a task ended.
public struct ExitStatus: Hashable, Sendable {
  /// The exit code, 128 + N after signal N. Means nothing when `isUnknown`.
  public var code: Int32
  /// The signal that ended it; 0 for none.
  public var signal: Int32
  /// Whether the kernel ended it for want of memory.
  public var wasOutOfMemory: Bool
  /// Whether the true result cannot be known; the status' message then says why.
  public var isUnknown: Bool

  /// Makes a result from its parts.
  public init(code: Int32, signal: Int32 = 0, wasOutOfMemory: Bool = false, isUnknown: Bool = false) {
    self.code = code
    self.signal = signal
    self.wasOutOfMemory = wasOutOfMemory
    self.isUnknown = isUnknown
  }

  /// Whether the task ended with code 0 and without a signal.
  public var isSuccess: Bool { code == 0 && signal == 0 && !isUnknown && !wasOutOfMemory }
}

/// What a driver knows about a task.
public struct TaskStatus: Hashable, Sendable {
  /// Whether a task runs.
  public enum State: Hashable, Sendable {
    /// The driver cannot say now.
    case unknown
    /// It runs.
    case running
    /// It has ended.
    case exited(ExitStatus)
  }

  /// Whether it runs.
  public var state: State
  /// When it was started, in nanoseconds since 1970 UTC; 0 where that is not known.
  public var startedAtNanoseconds: Int64
  /// When it ended, in nanoseconds since 1970 UTC; 0 where that is not known.
  public var exitedAtNanoseconds: Int64
  /// What the driver has to say about the end; may be empty.
  public var message: String
  /// Further facts for people.
  public var attributes: [String: String]

  /// Makes a status from its parts.
  public init(
    state: State, startedAtNanoseconds: Int64 = 0, exitedAtNanoseconds: Int64 = 0, message: String = "",
    attributes: [String: String] = [:]
  ) {
    self.state = state
    self.startedAtNanoseconds = startedAtNanoseconds
    self.exitedAtNanoseconds = exitedAtNanoseconds
    self.message = message
    self.attributes = attributes
  }

  /// How the task ended, if it has.
  public var exit: ExitStatus? {
    if case .exited(let exit) = state { return exit }
    return nil
  }
}
