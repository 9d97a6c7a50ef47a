internal import Synchronization

/// Lets calls into a driver side by side, or one alone.
///
/// Entering and leaving side by side is one atomic operation each. A call that wants to be alone keeps
/// others out and waits until those that are in have left.
final class CallGate: Sendable {
  /// The number of calls that are in, plus `alone` while one is alone or waits to be.
  private let word = Atomic<Int>(0)
  private let waiters = Mutex(Waiters())

  private static let alone = 1 << 62

  private struct Waiters {
    var nextNumber = 0
    /// Waits for the others to leave.
    var alone: Waiter?
    /// Wait for the one that is alone to leave.
    var others: [Waiter] = []
  }

  private struct Waiter {
    var number: Int
    var continuation: UnsafeContinuation<Bool, Never>
  }

  /// Enters side by side with others; false while a call is alone. Quick.
  func enter() -> Bool {
    let old = word.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
    if old < Self.alone { return true }
    leave()
    return false
  }

  /// Leaves after ``enter()``. From any thread.
  func leave() {
    let new = word.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
    guard new == Self.alone else { return }
    let waiter = waiters.withLock { waiters in
      defer { waiters.alone = nil }
      return waiters.alone
    }
    waiter?.continuation.resume(returning: true)
  }

  /// Enters side by side with others, waiting while a call is alone.
  /// - Returns: whether it is in; not when the limit passed before.
  func enter(within limit: Duration) async -> Bool {
    while !enter() {
      let isOpen = await wait(within: limit) { waiters, waiter in
        // Under the lock: whoever is alone leaves under it too.
        guard self.word.load(ordering: .acquiring) >= Self.alone else { return false }
        waiters.others.append(waiter)
        return true
      }
      if !isOpen { return false }
    }
    return true
  }

  /// Enters alone, waiting for the others to leave.
  /// - Returns: whether it is in; not when the limit passed before.
  func enterAlone(within limit: Duration) async -> Bool {
    while true {
      let old = word.bitwiseOr(Self.alone, ordering: .acquiringAndReleasing).oldValue
      if old < Self.alone { break }
      let isOpen = await wait(within: limit) { waiters, waiter in
        guard self.word.load(ordering: .acquiring) >= Self.alone else { return false }
        waiters.others.append(waiter)
        return true
      }
      if !isOpen { return false }
    }
    let isAlone = await wait(within: limit) { waiters, waiter in
      guard self.word.load(ordering: .acquiring) != Self.alone else { return false }
      waiters.alone = waiter
      return true
    }
    if !isAlone { leaveAlone() }
    return isAlone
  }

  /// Leaves after ``enterAlone(within:)``. From any thread.
  func leaveAlone() {
    let others = waiters.withLock { waiters in
      word.wrappingSubtract(Self.alone, ordering: .acquiringAndReleasing)
      defer { waiters.others = [] }
      return waiters.others
    }
    for waiter in others { waiter.continuation.resume(returning: true) }
  }

  /// Waits to be resumed, or until the limit has passed.
  /// - Parameter add: puts the waiter where it is found; false when there is nothing to wait for.
  private func wait(
    within limit: Duration, _ add: @escaping (inout Waiters, Waiter) -> Bool
  ) async -> Bool {
    let number = waiters.withLock { waiters in
      waiters.nextNumber += 1
      return waiters.nextNumber
    }
    let timer = Task {
      // Cancelled when the wait is over before.
      guard (try? await Task.sleep(for: limit)) != nil else { return }
      self.giveUp(number)
    }
    defer { timer.cancel() }
    return await withUnsafeContinuation { continuation in
      let waits = waiters.withLock { add(&$0, Waiter(number: number, continuation: continuation)) }
      if !waits { continuation.resume(returning: true) }
    }
  }

  private func giveUp(_ number: Int) {
    let waiter = waiters.withLock { waiters -> Waiter? in
      if let alone = waiters.alone, alone.number == number {
        waiters.alone = nil
        return alone
      }
      guard let index = waiters.others.firstIndex(where: { $0.number == number }) else { return nil }
      return waiters.others.remove(at: index)
    }
    waiter?.continuation.resume(returning: false)
  }
}
