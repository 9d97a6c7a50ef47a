internal import CHostlerDriver

/// Why a driver could not do what it was asked.
public struct DriverError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Kind: Sendable, Equatable {
    /// Trying again as it is would fail again.
    case failed
    /// It may work later. For a start, the task's restart policy then decides.
    case recoverable
    /// The driver knows no such task.
    case notFound
    /// The driver does not offer this.
    case unsupported
    /// The host passed something that cannot be meant.
    case invalid
    /// The task must be ended first.
    case stillRunning

    var status: hostler_status {
      switch self {
      case .failed: hostler_status(HOSTLER_ERROR)
      case .recoverable: hostler_status(HOSTLER_ERROR_RECOVERABLE)
      case .notFound: hostler_status(HOSTLER_NOT_FOUND)
      case .unsupported: hostler_status(HOSTLER_UNSUPPORTED)
      case .invalid: hostler_status(HOSTLER_INVALID)
      case .stillRunning: hostler_status(HOSTLER_STILL_RUNNING)
      }
    }
  }

  /// What kind of failure it is.
  public var kind: Kind
  /// One sentence for a person, without a newline.
  public var description: String

  /// Makes an error.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// An error that trying again does not cure.
  public static func failed(_ description: String) -> DriverError { DriverError(.failed, description) }

  /// An error that may be gone later.
  public static func recoverable(_ description: String) -> DriverError {
    DriverError(.recoverable, description)
  }

  /// Something that the driver does not offer.
  public static func unsupported(_ description: String) -> DriverError {
    DriverError(.unsupported, description)
  }
}
