/// Where a store takes the time from; it only ever measures, so the time of day does not matter.
public protocol StoreClock: Sendable {
  /// The time since some moment that stays the same.
  func now() -> Duration
  /// How long the store's thread is to block until a time comes; nil until ``StateStore/wake()``.
  func blockingTime(until time: Duration) -> Duration?
}

/// The time that this host has been up.
public struct MonotonicStoreClock: StoreClock {
  private let start = ContinuousClock.now

  /// Makes the clock.
  public init() {}

  /// The time since the clock was made.
  public func now() -> Duration { ContinuousClock.now - start }

  /// The time that is left.
  public func blockingTime(until time: Duration) -> Duration? { max(.zero, time - now()) }
}
