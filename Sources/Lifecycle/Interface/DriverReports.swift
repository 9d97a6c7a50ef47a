/// How a task ended.
public struct ExitResult: Hashable, Sendable {
  /// The exit code, 128 + N after signal N; nil when it cannot be known.
  public var exitCode: Int?
  /// The signal that ended it; 0 for none.
  public var signal: Int
  /// Whether the kernel killed it for want of memory.
  public var oomKilled: Bool
  /// What the driver has to say, empty for nothing.
  public var message: String

  /// Makes a result from its parts.
  public init(exitCode: Int?, signal: Int = 0, oomKilled: Bool = false, message: String = "") {
    self.exitCode = exitCode
    self.signal = signal
    self.oomKilled = oomKilled
    self.message = message
  }

  /// Whether the task ended well: code 0, no signal, nothing wrong.
  public var succeeded: Bool { exitCode == 0 && signal == 0 && !oomKilled && message.isEmpty }
}

/// The bytes by which a driver finds its task again; only the driver understands them.
public struct TaskHandle: Hashable, Sendable {
  /// The driver's own state.
  public var driverState: [UInt8]
  /// The driver's number for the form of its state.
  public var version: UInt32

  /// Makes a handle from its parts.
  public init(driverState: [UInt8] = [], version: UInt32 = 0) {
    self.driverState = driverState
    self.version = version
  }
}

/// Why a task could not be prepared.
public struct PreparationFailure: Error, Hashable, Sendable {
  /// The event that says so: ``TaskEvent/Kind/setupFailure``, ``TaskEvent/Kind/artifactDownloadFailed``,
  /// ``TaskEvent/Kind/validationFailed`` or ``TaskEvent/Kind/hookFailed``.
  public var kind: TaskEvent.Kind
  /// What went wrong, for people.
  public var message: String
  /// Whether trying again may help.
  public var recoverable: Bool

  /// Makes a failure from its parts.
  public init(kind: TaskEvent.Kind, message: String, recoverable: Bool) {
    self.kind = kind
    self.message = message
    self.recoverable = recoverable
  }
}

/// Why a driver did not start a task.
public struct StartFailure: Hashable, Sendable {
  /// What went wrong, for people.
  public var message: String
  /// Whether trying again may help.
  public var recoverable: Bool
  /// Whether the task may have been started all the same, because the driver did not answer.
  public var isUnclear: Bool

  /// Makes a failure from its parts.
  public init(message: String, recoverable: Bool, isUnclear: Bool = false) {
    self.message = message
    self.recoverable = recoverable
    self.isUnclear = isUnclear
  }
}

/// What a driver answers when it is asked for a task that it may know.
public enum RecoveryOutcome: Hashable, Sendable {
  /// It has the task, running or ended; waiting tells which.
  case found(TaskHandle)
  /// The task was never started.
  case neverStarted
  /// It cannot say.
  case failed(String)
}

/// Why a driver did not pass a stop on.
public enum StopFailure: Hashable, Sendable {
  /// The driver knows no such task: there is nothing left to stop.
  case taskNotFound
  /// Something else.
  case failed(String)
}
