import Synchronization

/// Holds driver calls back until the drivers serve: before every task of an earlier agent has been asked
/// for, a driver answers to nothing else.
public actor ServingGate {
  private let isOpen = Atomic<Bool>(false)
  private var waiters: [CheckedContinuation<Void, Never>] = []

  /// Makes a gate that is closed.
  public init() {}

  /// Lets everything through from here on.
  public func open() {
    isOpen.store(true, ordering: .releasing)
    for waiter in waiters { waiter.resume() }
    waiters.removeAll()
  }

  /// Suspends until the gate is open.
  nonisolated func pass() async {
    if isOpen.load(ordering: .acquiring) { return }
    await wait()
  }

  private func wait() async {
    if isOpen.load(ordering: .acquiring) { return }
    await withCheckedContinuation { waiters.append($0) }
  }
}
