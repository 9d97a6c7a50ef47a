import Glibc
public import Lifecycle

/// The time of this host.
public struct SystemClock: RunnerClock {
  /// Makes the clock.
  public init() {}

  /// The time of day, from the kernel.
  public func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(nanosecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Suspends for a while, counting the time that the host sleeps.
  public func sleep(for duration: Duration) async throws {
    try await ContinuousClock().sleep(for: duration)
  }
}
