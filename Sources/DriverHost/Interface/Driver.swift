/// A driver that is open and configured: the same for a library loaded into this process and for one
/// in a process of its own.
///
/// Every method may be called from any task. Those that are `async` run the driver's code on a thread
/// kept for blocking calls, under a deadline (``DriverDeadlines``): past it they throw
/// ``DriverError/Kind/timedOut`` while the call itself is left to end. Until it has, a further start,
/// recover or destroy of the same task throws ``DriverError/Kind/busy``.
public protocol Driver: AnyObject, Sendable {
  /// What the driver is: fixed for as long as it is open.
  var descriptor: DriverDescriptor { get }

  /// Asks the driver how it is and what it found on this host.
  func fingerprint() async throws(DriverError) -> Fingerprint

  /// Suspends until the driver says that its next fingerprint will differ; returns at once when the
  /// calling task is cancelled, and only then for a driver that never says so.
  func waitForFingerprintChange() async

  /// Starts a task. Starting an id that runs or has ended starts nothing and gives its handle again.
  func start(_ request: TaskRequest) async throws(DriverError) -> StartedTask

  /// Suspends until the task has ended and says how. Holds no thread meanwhile.
  ///
  /// - Throws: ``DriverError/Kind/cancelled`` when the calling task is cancelled; the driver's task goes on.
  func waitForExit(of taskID: String) async throws(DriverError) -> TaskStatus

  /// Asks a task to end, or ends it by force; does not wait for the end.
  func stop(_ taskID: String, _ request: TaskStopRequest) async throws(DriverError)

  /// Sends a signal, by its number on this machine, to a task.
  func signal(_ taskID: String, signal: Int32) async throws(DriverError)

  /// Says how a task is. Quick: a driver in this process is asked on the caller's thread.
  func inspect(_ taskID: String, detail: StatusDetail) async throws(DriverError) -> TaskStatus

  /// Forgets a task and removes what it left. A running one is refused without `force`
  /// (``DriverError/Kind/stillRunning``).
  func destroy(_ taskID: String, force: Bool) async throws(DriverError)

  /// Finds a task of an earlier process again.
  ///
  /// - Throws: ``DriverError/Kind/notFound`` when it was never started;
  ///   ``DriverError/Kind/recoverable`` when the driver cannot say now.
  func recover(_ request: RecoverRequest) async throws(DriverError) -> TaskStatus

  /// Tells the driver, once, that every task of an earlier process has been asked for. Only after it
  /// are tasks started.
  func restoreComplete() async throws(DriverError)

  /// Ends the driver; its tasks go on. Waits for calls that are under way, up to the deadline: a driver
  /// with a call that never returns is not closed but abandoned.
  func close() async
}

extension Driver {
  /// Says how a task is, with everything that the driver has to say about it.
  public func inspect(_ taskID: String) async throws(DriverError) -> TaskStatus {
    try await inspect(taskID, detail: .full)
  }
}
