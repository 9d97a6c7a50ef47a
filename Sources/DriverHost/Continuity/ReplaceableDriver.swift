internal import Synchronization

/// A driver as the rest of the agent sees it: what is behind it may crash, be started again or be replaced
/// by another version, while its tasks and whoever waits for them go on.
///
/// ``DriverContinuity`` decides; this performs. A call is held back while nothing can be asked, is made to
/// what is there, and made once more where that is safe.
final class ReplaceableDriver: Driver {
  /// Makes what is behind the driver: opened and configured.
  typealias Maker = @Sendable () async throws(DriverLoadError) -> any Driver
  /// How a reload came out.
  enum ReloadResult {
    /// What was replaced is to be closed.
    case replaced((any Driver)?)
    case failed(DriverReloadError.Problem)
  }

  typealias ReloadWaiter = UnsafeContinuation<ReloadResult, Never>

  /// What a swap leaves to be done without the lock.
  struct Swap {
    var driver: any Driver
    var generation: Int
    var old: (any Driver)?
    var waiter: ReloadWaiter?
  }

  struct State {
    var continuity = DriverContinuity()
    /// What is asked; nil while there is nothing.
    var current: (any Driver)?
    /// Counts what has been behind the driver.
    var generation = 0
    /// What is to replace it, during a reload.
    var candidate: (any Driver)?
    var candidateMaker: Maker?
    /// Makes another when this one has ended.
    var maker: Maker?
    var descriptor: DriverDescriptor
    /// Calls under way that a reload waits for.
    var callsUnderWay = 0
    var isReloading = false
    var reloadWaiter: ReloadWaiter?
    var swap: Swap?
    /// Why restore_complete failed last.
    var restoreError: DriverError?
    /// Counts what a fingerprint tells of beside what is behind the driver, and how far it has told.
    var changes = 0
    var toldChanges = 0
    var waiters: [UInt64: UnsafeContinuation<Void, Never>] = [:]
    /// Waits that were ended before they had begun.
    var wokenEarly: Set<UInt64> = []

    /// Puts something behind the driver; what was there before.
    mutating func put(_ driver: any Driver) -> (any Driver)? {
      defer {
        current = driver
        descriptor = driver.descriptor
        generation += 1
        changes += 1
        continuity.isKillable = (driver as? any DriverInstance)?.isKillable ?? false
      }
      return current
    }

    mutating func takeReloadWaiter() -> ReloadWaiter? {
      defer { reloadWaiter = nil }
      return reloadWaiter
    }

    /// Takes an event in. What must not be seen half done is done here.
    mutating func take(_ event: DriverContinuity.Event, at now: Duration) -> [DriverContinuity.Effect] {
      let wasAway = continuity.isAway
      let effects = continuity.handle(event, at: now)
      if continuity.isAway != wasAway { changes += 1 }
      for effect in effects {
        switch effect {
        case .swap:
          guard let driver = candidate else { continue }
          candidate = nil
          maker = candidateMaker
          let old = put(driver)
          swap = Swap(driver: driver, generation: generation, old: old, waiter: takeReloadWaiter())
        case .giveUp: candidate = nil
        default: break
        }
      }
      return effects
    }
  }

  let name: String
  let state: Mutex<State>
  let deadlines: DriverDeadlines
  let clock: any ContinuityClock
  let log: @Sendable (DriverLogMessage) -> Void
  private let nextWaiter = Atomic<UInt64>(0)

  /// Makes a driver with nothing behind it.
  init(
    named name: String, deadlines: DriverDeadlines, clock: any ContinuityClock = SystemContinuityClock(),
    log: @escaping @Sendable (DriverLogMessage) -> Void
  ) {
    self.name = name
    self.deadlines = deadlines
    self.clock = clock
    self.log = log
    state = Mutex(State(descriptor: DriverDescriptor(name: name)))
  }

  var descriptor: DriverDescriptor { state.withLock { $0.descriptor } }

  var isClosed: Bool { state.withLock { $0.continuity.phase == .closed } }

  func error(
    _ kind: DriverError.Kind, _ call: DriverCall, _ taskID: String? = nil, _ message: String = ""
  ) -> DriverError {
    DriverError(kind, driver: name, call: call, taskID: taskID, message: message)
  }

  // MARK: Waiting for a change
  /// Suspends until something has changed that calls wait for, until a limit has passed, or until the
  /// calling task is cancelled.
  ///
  /// - Parameter isDone: whether there is nothing to wait for; asked once, under the lock.
  func waitForChange(within limit: Duration? = nil, unless isDone: (borrowing State) -> Bool) async {
    let number = nextWaiter.wrappingAdd(1, ordering: .relaxed).newValue
    let timer = limit.map { limit in
      Task { [clock] in
        await clock.sleep(for: limit)
        self.wake(number)
      }
    }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { waiter in
        let isOver = state.withLock { state in
          if isDone(state) || state.wokenEarly.contains(number) { return true }
          state.waiters[number] = waiter
          return false
        }
        if isOver { waiter.resume() }
      }
    } onCancel: {
      wake(number)
    }
    if let timer {
      timer.cancel()
      await timer.value
    }
    // Whoever was late has left a mark.
    state.withLock { _ = $0.wokenEarly.remove(number) }
  }

  private func wake(_ number: UInt64) {
    let waiter = state.withLock { state in
      let waiter = state.waiters.removeValue(forKey: number)
      if waiter == nil { state.wokenEarly.insert(number) }
      return waiter
    }
    waiter?.resume()
  }

  /// Has everybody who waits look again.
  func wakeAll() {
    let waiters = state.withLock { state in
      defer { state.waiters = [:] }
      return state.waiters.values.map { $0 }
    }
    for waiter in waiters { waiter.resume() }
  }
}
