internal import Synchronization

/// The agent's end of the socket to a driver host, and the host's process.
///
/// Requests go out from whatever thread makes them, as many at a time as there are; one thread takes the
/// answers in. What comes from the host is untrusted: at the first message that cannot be, the process is
/// ended.
final class HostConnection: Sendable {
  /// Why there is no answer.
  enum Failure: Error {
    case timedOut
    case gone(HostEnd)
    /// The request is longer than any message may be.
    case tooLong
  }

  /// An answer, with the descriptor that came with it: the caller's to close.
  struct Reply: Sendable {
    var answer: HostAnswer
    var descriptor: Int32?
  }

  private typealias Caller = UnsafeContinuation<Result<Reply, Failure>, Never>

  private struct State {
    var calls = PendingCalls<Caller>()
    /// When the receiving thread looks at the deadlines by itself; nil for never.
    var nextLook: MonotonicTime?
    /// Why the host is to be ended, once it is.
    var verdict: HostEnd.Cause?
    var end: HostEnd?
    var endWaiters: [UnsafeContinuation<HostEnd, Never>] = []
  }

  /// So many calls in a row without an answer, and the host is ended.
  static let patienceCalls = 3

  let driver: String
  let process: Int32
  private let socket: Int32
  private let sender: FrameSender
  private let wakeUp: WakeUp
  private let state = Mutex(State())
  private let log: @Sendable (DriverLogMessage) -> Void

  /// Starts a driver host. Blocks.
  ///
  /// - Parameters:
  ///   - executable: the program; nil for this one.
  ///   - driver: the driver's name, for messages.
  ///   - log: takes what the driver logs; must be quick.
  init(
    executable: String?, driver: String, log: @escaping @Sendable (DriverLogMessage) -> Void
  ) throws(SystemCallError) {
    self.driver = driver
    self.log = log
    wakeUp = try WakeUp()
    let (own, other) = try makeSocketPair()
    socket = own
    sender = FrameSender(socket: own)
    let host: HostProcess
    do {
      host = try HostProcess(executable: executable, socket: other)
    } catch {
      process = 0
      // Whole now, so that it closes its end of the socket.
      throw error
    }
    process = host.id
    let isStarted = startThread(name: "driver-host") { self.receive(from: host) }
    if !isStarted {
      host.kill()
      finish(HostEnd(driver: driver, process: process, cause: .ended(host.reap(after: .zero))))
    }
  }

  // The thread that receives keeps the object until the process has ended.
  deinit { closeDescriptor(socket) }

  // MARK: Asking
  /// Sends a request and suspends until it is answered.
  func call(_ request: HostRequest, within limit: Duration) async throws(Failure) -> Reply {
    let deadline = MonotonicTime.now.advanced(by: limit)
    let result: Result<Reply, Failure> = await withUnsafeContinuation { caller in
      begin(request, caller, deadline: deadline)
    }
    return try result.get()
  }

  private func begin(_ request: HostRequest, _ caller: Caller, deadline: MonotonicTime) {
    let (number, end, wakes) = state.withLock { state -> (UInt64, HostEnd?, Bool) in
      if let end = state.end { return (0, end, false) }
      let number = state.calls.add(caller, deadline: deadline)
      let wakes = state.nextLook.map { deadline < $0 } ?? true
      if wakes { state.nextLook = deadline }
      return (number, nil, wakes)
    }
    if let end { return caller.resume(returning: .failure(.gone(end))) }
    let isSent = sender.send { writer in
      writer.write(number)
      request.write(to: &writer)
    }
    if wakes { wakeUp.signal() }
    guard !isSent else { return }
    // Either it can never be sent, or the host takes nothing: then the end of it answers the call.
    let isTooLong = { () -> Bool in
      var writer = MessageWriter()
      request.write(to: &writer)
      return writer.bytes.count > Frame.limitBytes - MemoryLayout<UInt64>.size
    }()
    if !isTooLong { return condemn(.unresponsive("it does not take requests")) }
    if case .forCaller(let caller) = state.withLock({ $0.calls.answered(number) }) {
      caller.resume(returning: .failure(.tooLong))
    }
  }

  /// Suspends until the process has ended.
  func waitForEnd() async -> HostEnd {
    await withUnsafeContinuation { waiter in
      let end = state.withLock { state in
        if state.end == nil { state.endWaiters.append(waiter) }
        return state.end
      }
      if let end { waiter.resume(returning: end) }
    }
  }

  /// How the process ended; nil while it runs.
  var end: HostEnd? { state.withLock { $0.end } }

  /// Ends the process; ``waitForEnd()`` says when that is done.
  func condemn(_ cause: HostEnd.Cause) {
    state.withLock { state in if state.verdict == nil { state.verdict = cause } }
    endSocket(socket)
    wakeUp.signal()
  }

  // MARK: The thread that receives
  private func receive(from host: HostProcess) {
    var buffer = ReceiveBuffer()
    var frames = FrameAssembler()
    // The host writes 5 bytes a message at least; a turn of the loop takes what one call to the kernel gives.
    while state.withLock({ $0.verdict == nil }) {
      let next = state.withLock { state in
        state.nextLook = state.calls.nextDeadline
        return state.nextLook
      }
      wakeUp.wait(for: socket, until: next)
      expireCalls()
      let outcome = buffer.receive(from: socket)
      if case .ended = outcome { break }
      do throws(MessageError) {
        try take(outcome, into: &frames)
      } catch {
        condemn(.brokeProtocol(error.description))
      }
    }
    frames.takeDescriptors().forEach(closeDescriptor)
    let verdict = state.withLock { $0.verdict }
    endSocket(socket)
    // One that closes by itself or crashes needs a moment to be gone.
    let exit = host.reap(after: verdict == nil || verdict == .closed ? .seconds(1) : .zero)
    finish(HostEnd(driver: driver, process: process, cause: verdict ?? .ended(exit)))
  }

  private func take(_ outcome: ReceiveOutcome, into frames: inout FrameAssembler) throws(MessageError) {
    switch outcome {
    case .nothing, .ended: return
    case .descriptorsLost: throw MessageError("more descriptors than this process can take")
    case .received(let bytes, let descriptors): frames.append(bytes, descriptors: descriptors)
    }
    while let frame = try frames.next() {
      var isTaken = false
      defer { if !isTaken, let descriptor = frame.descriptor { closeDescriptor(descriptor) } }
      var reader = MessageReader(frame.body, textLimitBytes: DriverABI.sinkLimitBytes)
      let number = try reader.number(UInt64.self)
      let answer = try HostAnswer(from: &reader)
      if case .log(let level, let text) = answer {
        guard number == 0 else { throw MessageError("a message for the log that answers a request") }
        log(DriverLogMessage(driver: driver, level: level, text: text))
        continue
      }
      guard frame.descriptor == nil || answer == .descriptor else {
        throw MessageError("a descriptor that nobody asked for")
      }
      switch state.withLock({ $0.calls.answered(number) }) {
      case .unknown: throw MessageError("an answer to a request that was not made")
      case .late: break
      case .forCaller(let caller):
        isTaken = true
        caller.resume(returning: .success(Reply(answer: answer, descriptor: frame.descriptor)))
      }
    }
  }

  private func expireCalls() {
    let now = MonotonicTime.now
    let (overdue, missed) = state.withLock { state -> ([Caller], Int) in
      guard let next = state.nextLook, next <= now else { return ([], 0) }
      let overdue = state.calls.takeOverdue(at: now)
      return (overdue, state.calls.missedInARow)
    }
    for caller in overdue { caller.resume(returning: .failure(.timedOut)) }
    if !overdue.isEmpty, missed >= Self.patienceCalls {
      condemn(.unresponsive("\(missed) calls in a row passed their deadlines"))
    }
  }

  private func finish(_ end: HostEnd) {
    let (callers, waiters) = state.withLock { state in
      state.end = end
      defer { state.endWaiters = [] }
      return (state.calls.takeAll(), state.endWaiters)
    }
    for caller in callers { caller.resume(returning: .failure(.gone(end))) }
    for waiter in waiters { waiter.resume(returning: end) }
  }
}
