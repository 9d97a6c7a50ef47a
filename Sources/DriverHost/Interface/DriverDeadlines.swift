/// How long the host waits for the answer to each kind of call before it gives up on it.
public struct DriverDeadlines: Hashable, Sendable {
  /// Loading the library, opening a driver and configuring it, each.
  public var open: Duration
  /// A fingerprint.
  public var fingerprint: Duration
  /// A start, which may have to fetch an image.
  public var start: Duration
  /// Everything else.
  public var other: Duration

  /// Makes deadlines from their parts.
  public init(
    open: Duration = .seconds(30), fingerprint: Duration = .seconds(30), start: Duration = .seconds(600),
    other: Duration = .seconds(60)
  ) {
    self.open = open
    self.fingerprint = fingerprint
    self.start = start
    self.other = other
  }

  /// The deadline of a call.
  func deadline(of call: DriverCall) -> Duration {
    switch call {
    case .load, .open, .configure: open
    case .fingerprint: fingerprint
    case .start: start
    default: other
    }
  }
}
