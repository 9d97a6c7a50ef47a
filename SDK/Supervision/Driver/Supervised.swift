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

extension SupervisorClient {
  /// A driver's supervisor, in the directory that the host keeps for the driver.
  ///
  /// - Throws: `DriverError` when the supervisor's program is not installed.
  public convenience init(_ context: DriverContext, controlGroups: ControlGroupTree?) throws(DriverError) {
    let near = [context.libraryDirectory].compactMap { $0 }
    let program = try supervised { () throws(SupervisionError) in
      try SupervisorSettings.findProgram(near: near)
    }
    // A host that only looks at the driver keeps no directory, and starts no task.
    let settings = SupervisorSettings(
      stateDirectory: context.stateDirectory ?? "/nonexistent", isTemporary: context.isTemporary,
      program: program)
    self.init(settings, controlGroups: controlGroups) { context.log(.warning, $0) }
  }
}
