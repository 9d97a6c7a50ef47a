public import HostlerDriver
public import Supervision

/// Calls the supervision from a driver, and turns its errors into the driver's.
///
/// - Throws: `DriverError`, recoverable when the host was short of something that may come back.
public func supervised<Result>(
  _ body: () throws(SupervisionError) -> Result
) throws(DriverError) -> Result {
  do throws(SupervisionError) {
    return try body()
  } catch {
    throw DriverError(error.kind == .outOfResources ? .recoverable : .failed, error.description)
  }
}

extension TaskLogs {
  /// The log files that the host asks for; nil when output is to be thrown away.
  public init?(_ logs: LogDestination) {
    guard !logs.isDisabled else { return nil }
    self.init(
      directory: logs.directory, standardOutputName: logs.standardOutputName,
      standardErrorName: logs.standardErrorName,
      limits: LogLimits(maximumFileBytes: logs.maximumFileBytes, maximumFiles: logs.maximumFiles))
  }
}
