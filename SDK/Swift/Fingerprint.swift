/// How a driver is.
public enum DriverHealth: Int32, Sendable {
  /// What the driver needs is not on this host: it gets no tasks.
  case undetected = 0
  /// It gets no new tasks; running ones are left alone.
  case unhealthy = 1
  /// It takes tasks.
  case healthy = 2
}

/// What a driver says about its health and the host.
public struct Fingerprint: Sendable {
  /// How the driver is.
  public var health: DriverHealth
  /// Why it is not healthy, or what it found: one sentence.
  public var description: String
  /// Facts for job files, named `driver.NAME.something`.
  public var attributes: [(name: String, value: String)]
  /// After how long the host should ask again; nil for never by time.
  public var refreshAfter: Duration?
  /// A descriptor that is readable when the answer has changed; the driver owns it, and makes it quiet in
  /// the next fingerprint. The same in every answer.
  public var changedDescriptor: Int32?

  /// Makes an answer.
  public init(
    health: DriverHealth, description: String = "", attributes: [(name: String, value: String)] = [],
    refreshAfter: Duration? = nil, changedDescriptor: Int32? = nil
  ) {
    self.health = health
    self.description = description
    self.attributes = attributes
    self.refreshAfter = refreshAfter
    self.changedDescriptor = changedDescriptor
  }
}
