/// How long to wait before a driver host is started again: longer after each end, until one has lived for a
/// while.
struct RestartBackoff: Hashable, Sendable {
  var first = Duration.milliseconds(100)
  /// Less than what supervisors of temporary hosts wait for a driver to come back.
  var longest = Duration.seconds(5)
  /// One that lived as long as this has nothing to do with the ends before.
  var settledAfter = Duration.seconds(60)
  private var ends = 0

  init() {}

  /// The pause after an end.
  ///
  /// - Parameter lifetime: how long it had served; nil when it never did.
  mutating func pause(afterServing lifetime: Duration?) -> Duration {
    if let lifetime, lifetime >= settledAfter { ends = 0 }
    defer { ends += 1 }
    return ends >= 16 ? longest : min(longest, first * (1 << ends))
  }
}
