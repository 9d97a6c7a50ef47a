/// What to do when a task ends.
public struct RestartPolicy: Hashable, Sendable {
  /// What happens when the attempts of an interval are used up.
  public enum Mode: String, Hashable, Sendable, CaseIterable {
    /// The task fails.
    case fail
    /// The task waits for the end of the interval and goes on.
    case delay
  }

  /// How many restarts are allowed within `interval`.
  public var attempts: Int
  /// The time over which restarts are counted.
  public var interval: Duration
  /// How long to wait before a restart; up to a quarter is added at random.
  public var delay: Duration
  /// What happens when the attempts are used up.
  public var mode: Mode
  /// Whether templates are rendered again before a restart.
  public var renderTemplates: Bool

  /// Makes a policy from its parts.
  public init(attempts: Int, interval: Duration, delay: Duration, mode: Mode, renderTemplates: Bool = false) {
    self.attempts = attempts
    self.interval = interval
    self.delay = delay
    self.mode = mode
    self.renderTemplates = renderTemplates
  }

  /// The default of service and system jobs.
  public static let service = RestartPolicy(
    attempts: 2, interval: .seconds(1800), delay: .seconds(15), mode: .fail)
  /// The default of batch and sysbatch jobs.
  public static let batch = RestartPolicy(
    attempts: 3, interval: .seconds(86400), delay: .seconds(15), mode: .fail)
}

/// What to do when an allocation fails.
public struct ReschedulePolicy: Hashable, Sendable {
  /// How the delay grows from one attempt to the next.
  public enum DelayFunction: String, Hashable, Sendable, CaseIterable {
    case constant, exponential, fibonacci
  }

  /// How many attempts are allowed within `interval`, unless `unlimited`.
  public var attempts: Int
  /// The time over which attempts are counted.
  public var interval: Duration
  /// The first delay.
  public var delay: Duration
  /// How the delay grows.
  public var delayFunction: DelayFunction
  /// The longest delay.
  public var maxDelay: Duration
  /// Whether attempts are not counted.
  public var unlimited: Bool

  /// Makes a policy from its parts.
  public init(
    attempts: Int, interval: Duration, delay: Duration, delayFunction: DelayFunction,
    maxDelay: Duration, unlimited: Bool
  ) {
    self.attempts = attempts
    self.interval = interval
    self.delay = delay
    self.delayFunction = delayFunction
    self.maxDelay = maxDelay
    self.unlimited = unlimited
  }

  /// The default of service jobs.
  public static let service = ReschedulePolicy(
    attempts: 0, interval: .zero, delay: .seconds(30), delayFunction: .exponential,
    maxDelay: .seconds(3600), unlimited: true)
  /// The default of batch jobs.
  public static let batch = ReschedulePolicy(
    attempts: 1, interval: .seconds(86400), delay: .seconds(5), delayFunction: .constant,
    maxDelay: .zero, unlimited: false)
}
