internal import CHostlerDriver

/// How much a message for the host's log matters.
public enum LogLevel: Int32, Sendable {
  /// Every step.
  case trace = 0
  /// For whoever looks for a mistake in the driver.
  case debug = 1
  /// What happens.
  case info = 2
  /// Something is not as it should be, and work goes on.
  case warning = 3
  /// Something failed.
  case error = 4
}

/// The host, as a driver sees it. Can be used from any thread, until ``TaskDriver/close()`` returns.
public struct DriverContext: Sendable {
  // The table is never changed, its functions may be called from any thread, and it lives until close
  // returns: rules that the ABI sets for the host.
  private nonisolated(unsafe) let host: UnsafePointer<hostler_host>?

  init(_ host: UnsafePointer<hostler_host>?) {
    self.host = host
  }

  /// Writes one message to the host's log, with the driver's name.
  public func log(_ level: LogLevel, _ message: String) {
    guard let host, let log = host.pointee.log else { return }
    message.withHostlerString { log(host.pointee.context, level.rawValue, $0) }
  }
}
