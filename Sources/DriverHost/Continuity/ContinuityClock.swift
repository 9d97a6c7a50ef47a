/// Where the restarts of driver hosts take their time from.
protocol ContinuityClock: Sendable {
  /// The time since some moment; never jumps.
  func now() -> Duration
  /// Suspends for a while, or until the task is cancelled.
  func sleep(for duration: Duration) async
}

/// The system's time.
struct SystemContinuityClock: ContinuityClock {
  func now() -> Duration { MonotonicTime.now.sinceBoot }
  func sleep(for duration: Duration) async { try? await Task.sleep(for: duration) }
}
