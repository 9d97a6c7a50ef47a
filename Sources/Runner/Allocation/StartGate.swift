/// Holds starts back until the drivers serve: a driver starts nothing before every task of an earlier
/// agent has been asked for.
public actor StartGate {
  private var isOpen = false
  private var waiters: [CheckedContinuation<Void, Never>] = []

  /// Makes a gate that is closed.
  public init() {}

  /// Lets everything through from here on.
  public func open() {
    isOpen = true
    for waiter in waiters { waiter.resume() }
    waiters.removeAll()
  }

  /// Suspends until the gate is open.
  func pass() async {
    if isOpen { return }
    await withCheckedContinuation { waiters.append($0) }
  }
}
