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
  /// How long others wait for a driver that is slow to find its tasks again; it is not given up then.
  public var others: Duration

  /// Makes deadlines from their parts.
  public init(
    open: Duration = .seconds(30), fingerprint: Duration = .seconds(30), start: Duration = .seconds(600),
    other: Duration = .seconds(60), others: Duration = .seconds(5)
  ) {
    self.open = open
    self.fingerprint = fingerprint
    self.start = start
    self.other = other
    self.others = others
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
