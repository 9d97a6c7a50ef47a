/// A driver whose library is loaded into a process of its own, for as long as that process lives: after
/// its end every call throws ``DriverError/Kind/driverGone``.
final class IsolatedDriver: DriverInstance {
  let descriptor: DriverDescriptor
  private let connection: HostConnection
  private let deadlines: DriverDeadlines
  private let poller: WaitPoller

  private init(
    _ descriptor: DriverDescriptor, _ connection: HostConnection, deadlines: DriverDeadlines,
    poller: WaitPoller
  ) {
    self.descriptor = descriptor
    self.connection = connection
    self.deadlines = deadlines
    self.poller = poller
    // Descriptors that a dead process would have made readable say nothing any more.
    Task { [weak self, connection, poller] in
      _ = await connection.waitForEnd()
      if let self { poller.end(owner: ObjectIdentifier(self)) }
    }
  }

  // MARK: Its life
  /// Has a driver host check and load a library.
  ///
  /// - Parameter connection: to a host that was asked nothing yet.
  static func load(
    _ order: HostRequest.LibraryOrder, in connection: HostConnection, deadlines: DriverDeadlines,
    poller: WaitPoller = .shared
  ) async throws(DriverLoadError) -> IsolatedDriver {
    let reply = try await ask(connection, .load(order), .load, order.path, deadlines)
    switch reply.answer {
    case .loaded(let descriptor) where descriptor.name == order.driver:
      return IsolatedDriver(descriptor, connection, deadlines: deadlines, poller: poller)
    case .notLoaded(let error): throw error
    default: throw refused(connection, order.path, "an answer that does not fit")
    }
  }

  /// Opens the driver.
  func open(_ places: DriverPlaces) async throws(DriverLoadError) {
    let reply = try await Self.ask(connection, .open(places), .open, descriptor.libraryPath, deadlines)
    switch reply.answer {
    case .done: return
    case .notLoaded(let error): throw error
    default: throw Self.refused(connection, descriptor.libraryPath, "an answer that does not fit")
    }
  }

  /// Gives the driver its configuration: the first call after it was opened.
  func configure(_ configuration: CheckedConfiguration) async throws(DriverError) {
    try await done(.configure(configuration), .configure)
  }

  private static func ask(
    _ connection: HostConnection, _ request: HostRequest, _ call: DriverCall, _ path: String,
    _ deadlines: DriverDeadlines
  ) async throws(DriverLoadError) -> HostConnection.Reply {
    let limit = deadlines.deadline(of: call)
    do throws(HostConnection.Failure) {
      return try await connection.call(request, within: limit)
    } catch {
      switch error {
      case .timedOut:
        throw DriverLoadError(
          .timedOut, driver: connection.driver, file: path,
          expected: "the library to \(call.rawValue) within \(limit)", found: "no answer",
          remedy: "the driver blocks where it must not: tell its author")
      case .gone(let end): throw refused(connection, path, end.description)
      case .tooLong: throw refused(connection, path, "a request that is too long")
      }
    }
  }

  private static func refused(
    _ connection: HostConnection, _ path: String, _ found: String
  ) -> DriverLoadError {
    DriverLoadError(
      .hostEnded, driver: connection.driver, file: path,
      expected: "a driver host that loads the library and goes on", found: found,
      remedy: "see what it wrote on standard error, and tell the driver's author")
  }

  func restoreComplete() async throws(DriverError) { try await done(.restoreComplete, .restoreComplete) }

  func close() async {
    _ = try? await ask(.close, .close)
    await abandon()
  }

  /// Ends the process, whatever it does.
  func abandon() async {
    connection.condemn(.closed)
    _ = await connection.waitForEnd()
  }

  var isKillable: Bool { true }
  func kill(reason: String) { connection.condemn(.unresponsive(reason)) }

  /// Suspends until the process has ended, and says how.
  func waitForEnd() async -> HostEnd? { await connection.waitForEnd() }

  /// The number of the process.
  var processID: Int32 { connection.process }

  // MARK: Calls
  func fingerprint() async throws(DriverError) -> Fingerprint {
    if case .fingerprint(let fingerprint) = try await ask(.fingerprint, .fingerprint).answer {
      return fingerprint
    }
    throw doesNotFit(.fingerprint, nil)
  }

  func waitForFingerprintChange() async {
    if let reply = try? await ask(.changedDescriptor, .fingerprint), let descriptor = reply.descriptor {
      if await poller.wait(for: descriptor, owner: ObjectIdentifier(self)) == .readable { return }
    }
    // Without one it changes at the end of the process only.
    await withTaskGroup { group in
      group.addTask { [connection] in _ = await connection.waitForEnd() }
      group.addTask { await Self.suspendUntilCancelled() }
      await group.next()
      group.cancelAll()
    }
  }

  private static func suspendUntilCancelled() async {
    while !Task.isCancelled { try? await Task.sleep(for: .seconds(86_400)) }
  }

  func start(_ request: TaskRequest) async throws(DriverError) -> StartedTask {
    if case .started(let started) = try await ask(.start(request), .start, request.taskID).answer {
      return started
    }
    throw doesNotFit(.start, request.taskID)
  }

  func waitForExit(of taskID: String) async throws(DriverError) -> TaskStatus {
    let reply = try await ask(.wait(taskID), .wait, taskID)
    guard let descriptor = reply.descriptor else { throw doesNotFit(.wait, taskID) }
    let violation = { (message: String) in
      self.error(.protocolViolation(.waitDescriptor), .wait, taskID, message)
    }
    switch await poller.wait(for: descriptor, owner: ObjectIdentifier(self)) {
    case .readable: break
    case .cancelled: throw error(.cancelled, .wait, taskID)
    case .ended: throw gone(await connection.waitForEnd(), .wait, taskID)
    case .refused(.outOfResources(let reason)): throw error(.recoverable, .wait, taskID, reason)
    case .refused: throw violation("its descriptor cannot be polled")
    }
    let status = try await inspect(taskID, detail: .full)
    guard status.exit != nil else {
      throw violation("its descriptor says that the task has ended, and inspect that it has not")
    }
    return status
  }

  func stop(_ taskID: String, _ request: TaskStopRequest) async throws(DriverError) {
    try await done(.stop(taskID, request), .stop, taskID)
  }

  func signal(_ taskID: String, signal: Int32) async throws(DriverError) {
    try await done(.signal(taskID, signal), .signal, taskID)
  }

  func inspect(_ taskID: String, detail: StatusDetail) async throws(DriverError) -> TaskStatus {
    try await status(.inspect(taskID, detail), .inspect, taskID)
  }

  func destroy(_ taskID: String, force: Bool) async throws(DriverError) {
    try await done(.destroy(taskID, force: force), .destroy, taskID)
  }

  func recover(_ request: RecoverRequest) async throws(DriverError) -> TaskStatus {
    let status = try await status(.recover(request), .recover, request.taskID)
    guard status.state != .unknown else { throw doesNotFit(.recover, request.taskID) }
    return status
  }

  // MARK: Asking
  private func ask(
    _ request: HostRequest, _ call: DriverCall, _ taskID: String? = nil
  ) async throws(DriverError) -> HostConnection.Reply {
    let limit = deadlines.deadline(of: call)
    let reply: HostConnection.Reply
    do throws(HostConnection.Failure) {
      reply = try await connection.call(request, within: limit)
    } catch {
      switch error {
      case .gone(let end): throw gone(end, call, taskID)
      case .tooLong: throw self.error(.invalid, call, taskID, "it is too long for any driver host")
      case .timedOut:
        throw self.error(
          .timedOut, call, taskID,
          "the driver has not answered within \(limit); the call goes on without anybody waiting for it")
      }
    }
    if case .failed(let kind, let message) = reply.answer { throw error(kind, call, taskID, message) }
    return reply
  }

  private func done(
    _ request: HostRequest, _ call: DriverCall, _ taskID: String? = nil
  ) async throws(DriverError) {
    guard try await ask(request, call, taskID).answer == .done else { throw doesNotFit(call, taskID) }
  }

  private func status(
    _ request: HostRequest, _ call: DriverCall, _ taskID: String
  ) async throws(DriverError) -> TaskStatus {
    if case .status(let status) = try await ask(request, call, taskID).answer { return status }
    throw doesNotFit(call, taskID)
  }

  private func error(
    _ kind: DriverError.Kind, _ call: DriverCall, _ taskID: String? = nil, _ message: String = ""
  ) -> DriverError {
    DriverError(kind, driver: descriptor.name, call: call, taskID: taskID, message: message)
  }

  private func gone(_ end: HostEnd, _ call: DriverCall, _ taskID: String?) -> DriverError {
    error(end.cause == .closed ? .notServing : .driverGone, call, taskID, end.description)
  }

  /// Ends the host for an answer of the wrong kind.
  private func doesNotFit(_ call: DriverCall, _ taskID: String?) -> DriverError {
    let found = "an answer to \(call.rawValue) that does not fit"
    connection.condemn(.brokeProtocol(found))
    let cause = HostEnd.Cause.brokeProtocol(found)
    return gone(HostEnd(driver: descriptor.name, process: connection.process, cause: cause), call, taskID)
  }
}
