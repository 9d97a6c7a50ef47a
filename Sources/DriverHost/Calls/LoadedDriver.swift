internal import CCallNote
internal import CHostlerDriver
internal import Synchronization

/// A driver whose library is loaded into this process.
final class LoadedDriver: DriverInstance, @unchecked Sendable {
  // Unchecked: `table` and `instance` are only read after `init`, and the ABI lets the functions be called
  // from any thread; everything that changes is atomic or behind a mutex.
  let descriptor: DriverDescriptor
  let table: hostler_driver_table
  let instance: UnsafeMutableRawPointer?
  let host: HostInterface
  let deadlines: DriverDeadlines
  let gate = CallGate()
  let pool: BlockingCallPool
  let poller: WaitPoller
  /// The driver and its library as a note about a crash names them; kept for ever.
  private let noteName: UnsafePointer<CChar>?
  /// Tasks with a start, recover or destroy under way, which the ABI allows one of at a time.
  private let claimedTasks = Mutex<Set<String>>([])
  /// What the last fingerprint gave as the descriptor of changes; -1 for none.
  let changedDescriptor = Atomic<Int32>(-1)
  private let phase = Atomic<UInt8>(Phase.opened.rawValue)

  /// The states of the driver, as the ABI has them.
  enum Phase: UInt8 {
    case opened
    case configured
    case serving
    case closed
  }

  init(
    descriptor: DriverDescriptor, table: hostler_driver_table, instance: UnsafeMutableRawPointer?,
    host: HostInterface, deadlines: DriverDeadlines, pool: BlockingCallPool = BlockingCallPool(),
    poller: WaitPoller = .shared
  ) {
    self.descriptor = descriptor
    noteName = keptCString("\(descriptor.name) (\(descriptor.libraryPath))")
    self.table = table
    self.instance = instance
    self.host = host
    self.deadlines = deadlines
    self.pool = pool
    self.poller = poller
  }

  /// The state that the driver is in.
  var currentPhase: Phase { Phase(rawValue: phase.load(ordering: .acquiring)) ?? .closed }

  private func move(to next: Phase) { phase.store(next.rawValue, ordering: .releasing) }

  /// Whether a call may be made now.
  @inline(__always)
  private func allows(_ call: DriverCall) -> Bool {
    let phase = phase.load(ordering: .acquiring)
    if phase == Phase.serving.rawValue { return true }
    return phase == Phase.configured.rawValue && (call == .fingerprint || call == .recover)
  }

  // MARK: Errors
  func error(
    _ kind: DriverError.Kind, _ call: DriverCall, _ taskID: String? = nil, _ message: String = ""
  ) -> DriverError {
    DriverError(kind, driver: descriptor.name, call: call, taskID: taskID, message: message)
  }

  private func notServing(_ call: DriverCall, _ taskID: String?) -> DriverError {
    let isClosed = currentPhase == .closed
    return error(
      .notServing, call, taskID,
      isClosed ? "the driver was closed" : "the driver does not serve before restore_complete")
  }

  /// Nothing for a call that went well, otherwise the error that its status and message stand for.
  func check(
    _ status: hostler_status, _ message: ByteCollector, _ call: DriverCall, _ taskID: String?
  ) throws(DriverError) {
    if status == hostler_status(HOSTLER_OK) { return }
    throw failure(status, message, call, taskID)
  }

  private func failure(
    _ status: hostler_status, _ message: ByteCollector, _ call: DriverCall, _ taskID: String?
  ) -> DriverError {
    let kind: DriverError.Kind
    switch Int(status) {
    case HOSTLER_ERROR: kind = .failed
    case HOSTLER_ERROR_RECOVERABLE: kind = .recoverable
    case HOSTLER_NOT_FOUND: kind = .notFound
    case HOSTLER_UNSUPPORTED: kind = .unsupported
    case HOSTLER_INVALID: kind = .invalid
    case HOSTLER_STILL_RUNNING: kind = .stillRunning
    default:
      return error(
        .protocolViolation(.status), call, taskID, "\(status) is no status. \(message.sentence)")
    }
    return error(kind, call, taskID, message.sentence)
  }

  /// The function of the table, which was found there when the driver was loaded.
  func function<Function>(
    _ function: Function?, _ call: DriverCall
  ) throws(DriverError) -> Function {
    if let function { return function }
    throw error(.protocolViolation(.functionTable), call, nil, "the function is null")
  }

  // MARK: Ways to call
  /// Makes a quick call on this thread, side by side with others.
  @inline(__always)
  func quick<Value>(
    _ call: DriverCall, _ taskID: String, _ body: () throws(DriverError) -> Value
  ) throws(DriverError) -> Value {
    guard gate.enter() else { throw notServing(call, taskID) }
    defer { gate.leave() }
    guard allows(call) else { throw notServing(call, taskID) }
    let before = hostler_call_note_enter(noteName, call.noteName)
    defer { hostler_call_note_leave(before) }
    return try body()
  }

  /// Makes a call that may block on a thread of the pool, side by side with others.
  ///
  /// - Parameter claimsTask: whether no other such call may be under way for the task.
  func blocking<Value: Sendable>(
    _ call: DriverCall, _ taskID: String? = nil, claimsTask: Bool = false,
    _ body: @escaping @Sendable (LoadedDriver) throws(DriverError) -> Value
  ) async throws(DriverError) -> Value {
    let limit = deadlines.deadline(of: call)
    guard await gate.enter(within: limit) else { throw error(.timedOut, call, taskID) }
    guard allows(call) else {
      gate.leave()
      throw notServing(call, taskID)
    }
    let claim = claimsTask ? taskID : nil
    if let claim, !claimedTasks.withLock({ $0.insert(claim).inserted }) {
      gate.leave()
      throw error(.busy, call, taskID, "an earlier start, recover or destroy of it has not returned")
    }
    // Runs when the call has ended, which may be long after its caller has given up.
    let finish: @Sendable () -> Void = { [self] in
      if let claim { claimedTasks.withLock { _ = $0.remove(claim) } }
      gate.leave()
    }
    let outcome = await pool.run(within: limit) { [self] in
      defer { finish() }
      let before = hostler_call_note_enter(noteName, call.noteName)
      defer { hostler_call_note_leave(before) }
      return Result { () throws(DriverError) in try body(self) }
    }
    switch outcome {
    case .finished(let result): return try result.get()
    case .timedOut(let wasBegun):
      if !wasBegun { finish() }
      throw timedOut(call, taskID, limit, wasBegun: wasBegun)
    }
  }

  private func timedOut(
    _ call: DriverCall, _ taskID: String?, _ limit: Duration, wasBegun: Bool
  ) -> DriverError {
    error(
      .timedOut, call, taskID,
      wasBegun
        ? "the driver has not answered within \(limit); the call goes on without anybody waiting for it"
        : "other calls of the driver block, so that this one was not made within \(limit)")
  }

  /// Makes a call while no other is under way.
  private func alone(
    _ call: DriverCall, then next: Phase,
    _ body: @escaping @Sendable (LoadedDriver) throws(DriverError) -> Void
  ) async throws(DriverError) {
    let limit = deadlines.deadline(of: call)
    guard await gate.enterAlone(within: limit) else {
      throw error(.timedOut, call, nil, "other calls of the driver have not returned within \(limit)")
    }
    let outcome = await pool.run(within: limit) { [self] in
      defer {
        move(to: next)
        gate.leaveAlone()
      }
      let before = hostler_call_note_enter(noteName, call.noteName)
      defer { hostler_call_note_leave(before) }
      return Result { () throws(DriverError) in try body(self) }
    }
    switch outcome {
    case .finished(let result): try result.get()
    case .timedOut(let wasBegun):
      if !wasBegun { gate.leaveAlone() }
      throw timedOut(call, nil, limit, wasBegun: wasBegun)
    }
  }

  // MARK: The driver's life
  /// Gives the driver its configuration: the first call after it was opened.
  func configure(_ configuration: CheckedConfiguration) async throws(DriverError) {
    guard currentPhase == .opened else { throw error(.invalid, .configure, nil, "it is configured already") }
    try await alone(.configure, then: .configured) { (driver) throws(DriverError) in
      let configure = try driver.function(driver.table.configure, .configure)
      var arena = CallArena()
      let view = ConfigurationView(configuration, in: &arena)
      var config = view.config
      var message = ByteCollector()
      let status = withUnsafeMutablePointer(to: &message) { message in
        configure(driver.instance, &config, hostler_sink(message))
      }
      withExtendedLifetime(view) {}
      try driver.check(status, message, .configure, nil)
    }
  }

  func restoreComplete() async throws(DriverError) {
    guard currentPhase == .configured else {
      throw error(.invalid, .restoreComplete, nil, "the driver was told already")
    }
    // What the driver fails to clean up does not keep it from taking tasks.
    try await alone(.restoreComplete, then: .serving) { (driver) throws(DriverError) in
      let restoreComplete = try driver.function(driver.table.restore_complete, .restoreComplete)
      var message = ByteCollector()
      let status = withUnsafeMutablePointer(to: &message) { message in
        restoreComplete(driver.instance, hostler_sink(message))
      }
      try driver.check(status, message, .restoreComplete, nil)
    }
  }

  func close() async {
    guard currentPhase != .closed else { return }
    do throws(DriverError) {
      try await alone(.close, then: .closed) { (driver) throws(DriverError) in
        let close = try driver.function(driver.table.close, .close)
        // Of two that close at once the second finds it done.
        if driver.currentPhase != .closed { close(driver.instance) }
      }
    } catch {
      host.write(.error, "\(error.description); it is abandoned, not closed")
    }
    abandon()
  }

  func waitForEnd() async -> HostEnd? { nil }

  var isKillable: Bool { false }
  func kill(reason: String) {}

  func abandon() {
    move(to: .closed)
    poller.end(owner: ObjectIdentifier(self))
    pool.close()
  }
}

extension DriverCall {
  /// The call as a note about a crash names it.
  @inline(__always)
  fileprivate var noteName: UnsafePointer<CChar> {
    let name: StaticString =
      switch self {
      case .load: "load"
      case .open: "open"
      case .configure: "configure"
      case .fingerprint: "fingerprint"
      case .start: "start"
      case .wait: "wait"
      case .stop: "stop"
      case .signal: "signal"
      case .inspect: "inspect"
      case .destroy: "destroy"
      case .recover: "recover"
      case .restoreComplete: "restore_complete"
      case .close: "close"
      }
    return UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
