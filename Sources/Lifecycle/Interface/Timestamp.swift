/// A point in time, as nanoseconds since 1970-01-01T00:00:00Z.
///
/// The core has no clock: the shell passes the time in with every event.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Nanoseconds since the epoch.
  public var nanosecondsSinceEpoch: Int64

  /// Makes a point in time from nanoseconds since the epoch.
  public init(nanosecondsSinceEpoch: Int64) {
    self.nanosecondsSinceEpoch = nanosecondsSinceEpoch
  }

  /// Whether `left` is earlier than `right`.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch
  }

  /// The time `duration` after this one; stays at the last time that can be told when it is beyond it.
  public func advanced(by duration: Duration) -> Timestamp {
    let (sum, overflow) = nanosecondsSinceEpoch.addingReportingOverflow(duration.wholeNanoseconds)
    return Timestamp(nanosecondsSinceEpoch: overflow ? .max : sum)
  }

  /// How long it is from this time to `other`; never less than nothing.
  public func durationUntil(_ other: Timestamp) -> Duration {
    let (difference, overflow) =
      other.nanosecondsSinceEpoch.subtractingReportingOverflow(nanosecondsSinceEpoch)
    return .nanoseconds(overflow ? Int64.max : max(0, difference))
  }
}

extension Duration {
  /// The duration in whole nanoseconds; the largest number when it does not fit.
  public var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carried ? (seconds < 0 ? .min : .max) : sum
  }
}
