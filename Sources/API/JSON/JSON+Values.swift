import HCL
import Lifecycle

extension JSON {
  /// A time as text; null when there is none.
  static func time(_ time: Timestamp?) -> JSON {
    time.map { .string(rfc3339Text(nanosecondsSinceEpoch: $0.nanosecondsSinceEpoch)) } ?? .null
  }

  /// A time in nanoseconds since 1970.
  static func nanoseconds(_ time: Timestamp) -> JSON { .int(time.nanosecondsSinceEpoch) }

  /// A duration in nanoseconds.
  static func duration(_ duration: Duration) -> JSON { .int(duration.wholeNanoseconds) }
}
