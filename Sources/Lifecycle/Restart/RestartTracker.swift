public import Jobs

/// Applies a task's restart policy: counts restarts within the interval and decides what follows an end.
public struct RestartTracker: Hashable, Sendable {
  /// Why the task does not run any more.
  public enum Ending: Hashable, Sendable {
    /// Its process ended.
    case exited(ExitResult)
    /// It could not be prepared or started.
    case startFailed(recoverable: Bool)

    var succeeded: Bool {
      switch self {
      case .exited(let result): result.succeeded
      case .startFailed: false
      }
    }
  }

  /// What somebody wanted to happen to the task.
  public enum Request: UInt8, Hashable, Sendable {
    /// Nothing: it ended by itself.
    case none
    /// To be started again; does not count as a failure.
    case restart
    /// To be started again because something was wrong with it; counts.
    case restartAsFailure
    /// To end for good.
    case kill
  }

  /// What follows.
  public enum Decision: Hashable, Sendable {
    /// Start again after a delay.
    case restart(after: Duration, reason: String)
    /// It has failed and is not started again.
    case notRestarting(reason: String)
    /// It has done its work.
    case finished(reason: String)
    /// It was to end for good, and has.
    case killed
  }

  /// The policy.
  public let policy: RestartPolicy
  /// Whether the task is started again after it has ended with success.
  public let restartsOnSuccess: Bool
  /// How many restarts were counted in the present interval.
  public private(set) var count: Int
  /// When the present interval began; nil before the task began.
  public private(set) var intervalStart: Timestamp?

  /// A tracker that has counted nothing, or what was stored of it.
  public init(
    policy: RestartPolicy, restartsOnSuccess: Bool, count: Int = 0, intervalStart: Timestamp? = nil
  ) {
    self.policy = policy
    self.restartsOnSuccess = restartsOnSuccess
    self.count = count
    self.intervalStart = intervalStart
  }

  /// The first interval begins, unless it did before.
  public mutating func begin(at now: Timestamp) {
    if intervalStart == nil { intervalStart = now }
  }

  /// Decides what follows an end.
  ///
  /// - Parameters:
  ///   - ending: Why the task does not run any more.
  ///   - request: What somebody wanted to happen to it.
  ///   - now: The present time.
  ///   - random: From 0 to 1: how much of a quarter of the delay is added to it.
  public mutating func decide(
    _ ending: Ending, request: Request = .none, at now: Timestamp, random: Double
  ) -> Decision {
    switch request {
    case .kill: return .killed
    case .restart: return .restart(after: .zero, reason: "")
    case .none, .restartAsFailure: break
    }
    let isFine = request == .none && ending.succeeded && !restartsOnSuccess
    if policy.attempts == 0 {
      return isFine
        ? .finished(reason: Self.unnecessary) : .notRestarting(reason: "Policy allows no restarts")
    }
    let start = intervalStart ?? now
    intervalStart = start
    if start.advanced(by: policy.interval) <= now {
      count = 0
      intervalStart = now
    }
    // Beyond the limit one number is like another.
    if count <= policy.attempts { count += 1 }
    if case .startFailed(recoverable: false) = ending, request == .none {
      return .notRestarting(reason: "Error was unrecoverable")
    }
    if isFine { return .finished(reason: Self.unnecessary) }
    guard count > policy.attempts else {
      return .restart(after: jittered(random), reason: "Restart within policy")
    }
    switch policy.mode {
    case .fail:
      let interval = policy.interval.goText
      return .notRestarting(
        reason: "Exceeded allowed attempts \(policy.attempts) in interval \(interval) and mode is \"fail\"")
    case .delay:
      let end = (intervalStart ?? now).advanced(by: policy.interval)
      return .restart(
        after: now.durationUntil(end), reason: "Exceeded allowed attempts, applying a delay")
    }
  }

  private static let unnecessary = "Restart unnecessary as task terminated successfully"

  private func jittered(_ random: Double) -> Duration {
    let quarter = Double(policy.delay.wholeNanoseconds) / 4
    return policy.delay + .nanoseconds(Int64(quarter * min(max(random, 0), 1)))
  }
}
