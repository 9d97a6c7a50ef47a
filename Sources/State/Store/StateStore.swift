public import Lifecycle
import Synchronization

/// Durable state: takes records at any time without blocking, and writes them on a thread of its own, many
/// in one transaction.
///
/// ``flush()`` suspends until what was stored before is durable. While the disk is full nothing is lost and
/// nobody is told that it is safe: see ``StoreHealth``.
public final class StateStore: Sendable {
  private struct Waiter {
    var upTo: UInt64
    var continuation: CheckedContinuation<Void, Never>
  }

  private struct Inner {
    var core: StoreCore
    var waiters: [UInt64: Waiter] = [:]
    var nextWaiter: UInt64 = 0
    var closing: Closing?
  }

  private enum Closing {
    case asked(CheckedContinuation<StoreFailure?, Never>)
    case done
  }

  private enum Work {
    case commit(StateBatch)
    case end(CheckedContinuation<StoreFailure?, Never>)
  }

  private let monitor: Monitor<Inner>
  private let target: any StateTarget
  private let clock: any StoreClock
  private let observer: @Sendable (StoreHealth) -> Void

  /// Makes a store on top of a target and starts its thread.
  ///
  /// - Parameters:
  ///   - target: Where batches are written, on the store's thread.
  ///   - core: What is stored already, and when batches are written.
  ///   - clock: The time.
  ///   - observer: Told when records stop reaching the disk and when they do again; called on the store's
  ///     thread, must be quick.
  /// - Throws: when no thread can be made.
  public init(
    target: any StateTarget, core: StoreCore, clock: any StoreClock = MonotonicStoreClock(),
    observer: @escaping @Sendable (StoreHealth) -> Void = { _ in }
  ) throws(StoreFailure) {
    monitor = Monitor(Inner(core: core))
    self.target = target
    self.clock = clock
    self.observer = observer
    // The thread keeps the store: it ends with ``close()``.
    guard startThread({ self.work() }) else {
      throw StoreFailure(.other, message: "no thread can be made for the state")
    }
  }

  // MARK: Storing

  /// Stores new allocations of a job; to be followed by ``flush()`` before they begin. Does not block.
  public func place(_ allocations: [PlacedAllocation], of job: EncodedJob) {
    change { $0.place(allocations, of: job, at: $1) }
  }

  /// Stores a task's record. Does not block.
  public func store(_ record: TaskRecord, of task: String, in allocation: String) {
    change { $0.store(record, of: task, in: allocation, at: $1) }
  }

  /// Stores an allocation's record. Does not block.
  public func store(_ record: AllocationRecord, of allocation: String) {
    change { $0.store(record, of: allocation, at: $1) }
  }

  /// Forgets an allocation that has ended, with everything that belongs to it. Does not block.
  public func remove(allocation: String) {
    change { $0.remove(allocation, at: $1) }
  }

  /// Stores a job that is to be kept. Does not block.
  public func register(_ registration: JobRegistration) {
    change { $0.register(registration, at: $1) }
  }

  /// Forgets a job that was kept; its allocations stay. Does not block.
  public func unregister(_ key: JobKey) {
    change { $0.unregister(key, at: $1) }
  }

  /// Notes that every index below a number may have been given to a change. Does not block.
  public func reserve(indexesBelow ceiling: UInt64) {
    change { $0.reserve(indexesBelow: ceiling, at: $1) }
  }

  private func change(_ body: (inout StoreCore, Duration) -> Bool) {
    let isEarlier = monitor.withLock { body(&$0.core, clock.now()) }
    if isEarlier { monitor.signal() }
  }

  /// Suspends until everything that was stored so far is durable, or the calling task is cancelled.
  ///
  /// - Parameter isUrgent: Whether it is written as soon as may be, or when it would be anyway.
  public func flush(isUrgent: Bool = true) async {
    let id = monitor.withLock { inner in
      inner.nextWaiter += 1
      return inner.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { wait(id, isUrgent, $0) }
    } onCancel: {
      let waiter = monitor.withLock { $0.waiters.removeValue(forKey: id) }
      waiter?.continuation.resume()
    }
  }

  private func wait(_ id: UInt64, _ isUrgent: Bool, _ continuation: CheckedContinuation<Void, Never>) {
    let (isDone, isEarlier) = monitor.withLock { inner in
      let wait = inner.core.wait(at: clock.now(), isUrgent: isUrgent)
      // A task that was cancelled before has called its handler already; after this, it will find the waiter.
      guard let upTo = wait.upTo, !Task.isCancelled else { return (true, false) }
      inner.waiters[id] = Waiter(upTo: upTo, continuation: continuation)
      return (false, wait.isEarlier)
    }
    if isEarlier { monitor.signal() }
    if isDone { continuation.resume() }
  }

  /// Whether records reach the disk.
  public var health: StoreHealth { monitor.withLock { $0.core.health } }

  /// What was done so far.
  public var counts: StoreCounts { monitor.withLock { $0.core.counts } }

  /// Has the store's thread look at the clock again, for a clock that does not run by itself.
  public func wake() { monitor.signal() }

  /// Writes what is left and ends the store's thread. Nothing is stored or waited for after that.
  ///
  /// - Throws: why what was left could not be written. Whoever still waits for it goes on waiting: it is not
  ///   safe, and nobody is told that it is.
  public func close() async throws(StoreFailure) {
    let failure = await withCheckedContinuation { continuation in
      let isClosed = monitor.withLock { inner in
        if inner.closing != nil { return true }
        inner.core.close()
        inner.closing = .asked(continuation)
        return false
      }
      if isClosed { continuation.resume(returning: nil) } else { monitor.signal() }
    }
    if let failure { throw failure }
  }

  /// How many changes are not durable.
  public var unwritten: Int { monitor.withLock { $0.core.unwritten } }

  // MARK: The thread

  private func work() {
    while true {
      switch nextWork() {
      case .commit(let batch): if !commit(batch) { return }
      case .end(let continuation): return continuation.resume(returning: nil)
      }
    }
  }

  private func nextWork() -> Work {
    monitor.wait { inner in
      switch inner.core.step(at: clock.now()) {
      case .commit(let batch): return .done(.commit(batch))
      case .wait(let until): return .wait(atMost: clock.blockingTime(until: until))
      case .idle:
        guard case .asked(let continuation) = inner.closing else { return .wait(atMost: nil) }
        inner.closing = .done
        return .done(.end(continuation))
      }
    }
  }

  /// Writes a batch; whether the thread goes on.
  private func commit(_ batch: StateBatch) -> Bool {
    do {
      try target.write(batch)
    } catch {
      return failed(error)
    }
    let (ready, change) = monitor.withLock { inner in
      let change = inner.core.committed(at: clock.now())
      let durable = inner.core.durable
      let ready = inner.waiters.filter { $0.value.upTo <= durable }
      for id in ready.keys { inner.waiters[id] = nil }
      return (ready.values.map(\.continuation), change)
    }
    if let change { observer(change) }
    for continuation in ready { continuation.resume() }
    return true
  }

  /// Notes that a batch was not written; whether the thread goes on.
  private func failed(_ failure: StoreFailure) -> Bool {
    let (change, closing) = monitor.withLock { inner in
      let change = inner.core.failed(failure, at: clock.now())
      guard case .asked(let continuation) = inner.closing else {
        return (change, CheckedContinuation<StoreFailure?, Never>?.none)
      }
      inner.closing = .done
      return (change, continuation)
    }
    if let change { observer(change) }
    closing?.resume(returning: failure)
    return closing == nil
  }
}
