/// Threads for calls of one driver that may block, each call under a deadline.
///
/// A few threads serve calls that come back soon, and take the next call from the queue without being
/// woken for it. When calls wait and none has come back for a while, a thread is added, up to a bound, so
/// that blocked starts do not hold up a stop. A caller whose deadline passes gets `.timedOut`; the call
/// itself is left to end on its thread.
final class BlockingCallPool: @unchecked Sendable {
  // Unchecked: every property that changes is read and written only while `lock` is held.
  private let lock = ThreadLock()
  private let work: ThreadCondition
  private let watch: ThreadCondition
  private var queue = CallQueue()
  private var running: [ObjectIdentifier: BlockingCall] = [:]
  private var threads = 0
  private var idle = 0
  private var wakeUps = 0
  private var completions = 0
  private var isWatching = false
  /// When the watching thread looks next by itself; nil when it does not.
  private var nextLook: MonotonicTime?
  private var isClosed = false

  private let usualThreads: Int
  private let mostThreads: Int
  private let patience: Duration

  /// Makes a pool without threads.
  ///
  /// - Parameters:
  ///   - usualThreads: how many threads are made at once when there is work, and kept.
  ///   - mostThreads: how many threads there may be while calls block.
  ///   - patience: how long calls may wait without any coming back before a thread is added.
  init(usualThreads: Int = 4, mostThreads: Int = 64, patience: Duration = .milliseconds(100)) {
    self.usualThreads = usualThreads
    self.mostThreads = mostThreads
    self.patience = patience
    work = ThreadCondition(lock)
    watch = ThreadCondition(lock)
  }

  /// How a call came out for its caller.
  enum Outcome<Value: Sendable>: Sendable {
    case finished(Value)
    /// The deadline passed, with the call under way or before it was begun. One that was not begun never
    /// is.
    case timedOut(wasBegun: Bool)
  }

  /// Runs a call on a thread of the pool.
  func run<Value: Sendable>(
    within limit: Duration, _ body: @escaping @Sendable () -> Value
  ) async -> Outcome<Value> {
    await withUnsafeContinuation { continuation in
      let deadline = MonotonicTime.now.advanced(by: limit)
      enqueue(TypedCall(deadline: deadline, body: body, continuation: continuation))
    }
  }

  /// Ends the threads once what is queued has run. Nothing may be run after it.
  func close() {
    lock.lock()
    isClosed = true
    lock.unlock()
    work.broadcast()
    watch.broadcast()
  }

  private func enqueue(_ call: BlockingCall) {
    lock.lock()
    queue.append(call)
    // A thread that is waking up already takes this call too, or wakes another for it.
    let hasIdle = idle > wakeUps
    let wakes = hasIdle && wakeUps == 0
    if wakes { wakeUps += 1 }
    let grows = !hasIdle && wakeUps == 0 && threads < usualThreads
    if grows { threads += 1 }
    let look =
      hasIdle || wakeUps > 0 || grows
      ? call.deadline : min(call.deadline, MonotonicTime.now.advanced(by: patience))
    let needsWatch = nextLook.map { look < $0 } ?? true
    if needsWatch { nextLook = look }
    let startsWatching = needsWatch && !isWatching
    if startsWatching { isWatching = true }
    lock.unlock()
    if wakes { work.signal() }
    if grows { addThread() }
    if startsWatching {
      if !startThread(name: "driver-watch", { self.watchCalls() }) {
        lock.lock()
        isWatching = false
        nextLook = nil
        lock.unlock()
      }
    } else if needsWatch {
      watch.signal()
    }
  }

  private func addThread() {
    guard !startThread(name: "driver-call", { self.serve() }) else { return }
    lock.lock()
    threads -= 1
    lock.unlock()
    // The call stays queued for the threads that there are; without any it ends by its deadline.
  }

  // MARK: The threads
  private func serve() {
    lock.lock()
    while true {
      guard let call = queue.removeFirst() else {
        if isClosed || threads > usualThreads { break }
        idle += 1
        work.wait()
        idle -= 1
        if wakeUps > 0 { wakeUps -= 1 }
        continue
      }
      if call.isOver { continue }
      call.wasBegun = true
      running[ObjectIdentifier(call)] = call
      // This call may block: the next one must not wait for it.
      let wakes = !queue.isEmpty && wakeUps == 0 && idle > 0
      if wakes { wakeUps += 1 }
      let grows = !queue.isEmpty && wakeUps == 0 && threads < usualThreads
      if grows { threads += 1 }
      lock.unlock()
      if wakes { work.signal() }
      if grows { addThread() }
      call.execute()
      lock.lock()
      completions += 1
      running[ObjectIdentifier(call)] = nil
      guard !call.isOver else { continue }
      call.isOver = true
      lock.unlock()
      call.deliver()
      lock.lock()
    }
    threads -= 1
    lock.unlock()
  }

  /// Gives up on calls whose deadline has passed, and adds a thread when nothing moves.
  private func watchCalls() {
    var seenCompletions = -1
    lock.lock()
    while !isClosed {
      let now = MonotonicTime.now
      var overdue: [BlockingCall] = []
      var next: MonotonicTime?
      let look = { (call: BlockingCall) in
        if call.isOver { return }
        if call.deadline <= now {
          call.isOver = true
          overdue.append(call)
        } else {
          next = next.map { min($0, call.deadline) } ?? call.deadline
        }
      }
      running.values.forEach(look)
      queue.forEach(look)
      let isWaiting = queue.hasOpenCalls && idle <= wakeUps
      let grows = isWaiting && completions == seenCompletions && threads < mostThreads
      seenCompletions = isWaiting ? completions : -1
      if grows { threads += 1 }
      if isWaiting {
        let soon = now.advanced(by: patience)
        next = next.map { min($0, soon) } ?? soon
      }
      if !overdue.isEmpty || grows {
        lock.unlock()
        for call in overdue { call.giveUp() }
        if grows { addThread() }
        lock.lock()
        // The world may have changed while the lock was given up.
        continue
      }
      nextLook = next
      if let next { watch.wait(until: next) } else { watch.wait() }
    }
    isWatching = false
    lock.unlock()
  }
}

/// One call that waits or runs. Over once somebody has taken it upon them to resume its caller.
class BlockingCall {
  let deadline: MonotonicTime
  /// Changed under the pool's lock.
  fileprivate(set) final var isOver = false
  /// Changed under the pool's lock, before the call is made.
  fileprivate(set) final var wasBegun = false

  fileprivate init(deadline: MonotonicTime) { self.deadline = deadline }

  func execute() {}
  func deliver() {}
  func giveUp() {}
}

private final class TypedCall<Value: Sendable>: BlockingCall {
  typealias Outcome = BlockingCallPool.Outcome<Value>
  private let body: @Sendable () -> Value
  private let continuation: UnsafeContinuation<Outcome, Never>
  private var value: Value?

  init(
    deadline: MonotonicTime, body: @escaping @Sendable () -> Value,
    continuation: UnsafeContinuation<Outcome, Never>
  ) {
    self.body = body
    self.continuation = continuation
    super.init(deadline: deadline)
  }

  override func execute() { value = body() }

  override func deliver() {
    if let value { continuation.resume(returning: .finished(value)) }
  }

  override func giveUp() { continuation.resume(returning: .timedOut(wasBegun: wasBegun)) }
}

/// A first-in first-out queue whose head moves without copying.
private struct CallQueue {
  private var calls: [BlockingCall?] = []
  private var head = 0

  var isEmpty: Bool { head == calls.count }
  var hasOpenCalls: Bool { calls[head...].contains { $0?.isOver == false } }

  mutating func append(_ call: BlockingCall) { calls.append(call) }

  mutating func removeFirst() -> BlockingCall? {
    guard head < calls.count else { return nil }
    let call = calls[head]
    calls[head] = nil
    head += 1
    if head == calls.count || head >= 1024 {
      calls.removeFirst(head)
      head = 0
    }
    return call
  }

  func forEach(_ body: (BlockingCall) -> Void) {
    for call in calls[head...] { if let call { body(call) } }
  }
}
