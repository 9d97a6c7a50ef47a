/// A function of a driver.
public enum DriverCall: String, Hashable, Sendable {
  case load
  case open
  case configure
  case fingerprint
  case start
  case wait
  case stop
  case signal
  case inspect
  case destroy
  case recover
  case restoreComplete = "restore_complete"
  case close
}

/// A call of a driver that did not do what it was asked for.
public struct DriverError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Kind: Hashable, Sendable {
    /// It failed, and would fail again.
    case failed
    /// It failed, and may work later.
    case recoverable
    /// The driver knows no task of the id.
    case notFound
    /// The driver does not offer this.
    case unsupported
    /// The caller asked for something that cannot be meant.
    case invalid
    /// The task runs, so that it cannot be destroyed without force.
    case stillRunning
    /// The driver did not answer in time. What it does about the call is not known.
    case timedOut
    /// An earlier call for the same task was given up on and has not returned.
    case busy
    /// The calling task was cancelled.
    case cancelled
    /// The driver was closed, or is not open yet for this.
    case notServing
    /// The process that the driver ran in has ended. What it did about the call is not known.
    case driverGone
    /// The driver broke a rule of the ABI.
    case protocolViolation(ABIRule)
  }

  /// What kind of failure it is.
  public var kind: Kind
  /// The driver's name.
  public var driver: String
  /// What it was asked for.
  public var call: DriverCall
  /// The task it was about, if it was about one.
  public var taskID: String?
  /// What went wrong, mostly in the driver's words; may be empty.
  public var message: String

  /// Makes an error from its parts.
  public init(_ kind: Kind, driver: String, call: DriverCall, taskID: String? = nil, message: String = "") {
    self.kind = kind
    self.driver = driver
    self.call = call
    self.taskID = taskID
    self.message = message
  }

  /// Whether the failure may be gone when the same is tried again later.
  public var isRecoverable: Bool {
    switch kind {
    case .recoverable, .timedOut, .busy, .driverGone: true
    default: false
    }
  }

  /// Whether nobody knows what the driver did about the call, or still does.
  public var isUnclear: Bool {
    switch kind {
    case .timedOut, .busy, .driverGone: true
    default: false
    }
  }

  /// A sentence for a person.
  public var description: String {
    var text = "driver \(driver): \(call.rawValue)"
    if let taskID { text += " of \(taskID)" }
    text += ": "
    if case .protocolViolation(let rule) = kind {
      return text + "the driver broke rule \(rule) of the driver ABI (\(rule.title)): \(message)"
    }
    return text + (message.isEmpty ? kind.explanation : message)
  }
}

extension DriverError.Kind {
  /// What the kind means, for a driver that did not say it itself.
  var explanation: String {
    switch self {
    case .failed: "it failed, and the driver did not say why"
    case .recoverable: "it failed for now, and the driver did not say why"
    case .notFound: "the driver knows no such task"
    case .unsupported: "the driver does not offer this"
    case .invalid: "the request is invalid"
    case .stillRunning: "the task is running"
    case .timedOut: "the driver did not answer in time"
    case .busy: "an earlier call for this task has not returned"
    case .cancelled: "cancelled"
    case .notServing: "the driver is not open"
    case .driverGone: "the driver's process has ended"
    case .protocolViolation(let rule): "it broke rule \(rule)"
    }
  }
}
