/// A driver as one load of its library made it: the agent's part of a ``Driver``.
protocol DriverInstance: Driver {
  /// Gives the driver its configuration: the first call after it was opened.
  func configure(_ configuration: CheckedConfiguration) async throws(DriverError)

  /// Makes no further call to the driver, not even close.
  func abandon() async

  /// Whether it can be ended without this process.
  var isKillable: Bool { get }

  /// Ends it, when it can be.
  func kill(reason: String)

  /// Suspends until the process of its own that the driver is in has ended, and says how. Nil at once for a
  /// driver of this process.
  func waitForEnd() async -> HostEnd?
}
