import Synchronization

/// Holds driver calls back until the drivers serve: before every task of an earlier agent has been asked
/// for, a driver answers to nothing else.
public final class ServingGate: Sendable {
  private struct State {
    var isOpen = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Makes a gate that is closed.
  public init() {}

  /// Lets everything through from here on.
  public func open() {
    let waiters = state.withLock { state in
      state.isOpen = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Suspends until the gate is open.
  func pass() async {
    if state.withLock({ $0.isOpen }) { return }
    await withCheckedContinuation { waiter in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiters.append(waiter) }
        return state.isOpen
      }
      if isOpen { waiter.resume() }
    }
  }
}
