import Jobs

extension ReschedulePolicy {
  /// How long to wait before the next try; nil when there is to be none.
  ///
  /// - Parameters:
  ///   - attempts: The tries so far, oldest first.
  ///   - now: The time of the failure.
  func delay(after attempts: [RescheduleAttempt], at now: Timestamp) -> Duration? {
    if !unlimited {
      guard self.attempts > 0 else { return nil }
      let counted = attempts.count { $0.time.durationUntil(now) < interval }
      guard counted < self.attempts else { return nil }
    }
    return nextDelay(after: attempts, at: now)
  }

  private func nextDelay(after attempts: [RescheduleAttempt], at now: Timestamp) -> Duration {
    guard delayFunction != .constant, let last = attempts.last else { return delay }
    let earlier = attempts.dropLast().last?.delay ?? .zero
    // What ran longer than its delay could have grown to has recovered: begin again.
    if maxDelay > .zero, last.time.durationUntil(now) > maxDelay { return delay }
    let next = delayFunction == .exponential ? last.delay + last.delay : last.delay + max(earlier, .zero)
    let grown = delayFunction == .fibonacci && earlier == .zero ? delay : next
    return maxDelay > .zero ? min(grown, maxDelay) : grown
  }
}
