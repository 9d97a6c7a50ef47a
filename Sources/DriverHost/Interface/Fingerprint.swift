/// How a driver is.
public enum DriverHealth: String, Hashable, Sendable {
  /// What the driver needs is not on this host: it gets no tasks.
  case undetected
  /// It gets no new tasks; those that run are left alone.
  case unhealthy
  /// It takes tasks.
  case healthy
}

/// What a driver says about its health and the host.
public struct Fingerprint: Hashable, Sendable {
  /// How the driver is.
  public var health: DriverHealth
  /// Why it is not healthy, or what it found; may be empty.
  public var description: String
  /// Attributes for job files, by their whole name (`driver.raw_exec.version`).
  public var attributes: [String: String]
  /// After how long to ask again; nil for never by time.
  public var refreshInterval: Duration?

  /// Makes a fingerprint from its parts.
  public init(
    health: DriverHealth, description: String = "", attributes: [String: String] = [:],
    refreshInterval: Duration? = nil
  ) {
    self.health = health
    self.description = description
    self.attributes = attributes
    self.refreshInterval = refreshInterval
  }
}
