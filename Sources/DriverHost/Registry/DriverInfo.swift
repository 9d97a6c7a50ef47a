/// What is known about a driver.
public struct DriverInfo: Hashable, Sendable {
  /// What the driver is.
  public var descriptor: DriverDescriptor
  /// The last fingerprint; nil before the first, and when the last one failed.
  public var fingerprint: Fingerprint?
  /// Why the last fingerprint failed; nil when it did not.
  public var failure: DriverError?

  /// Makes a record from its parts.
  public init(descriptor: DriverDescriptor, fingerprint: Fingerprint? = nil, failure: DriverError? = nil) {
    self.descriptor = descriptor
    self.fingerprint = fingerprint
    self.failure = failure
  }

  /// The driver's name.
  public var name: String { descriptor.name }
  /// How it is; a driver that cannot say is unhealthy.
  public var health: DriverHealth { fingerprint?.health ?? .unhealthy }
}

/// A job names a driver that is not there.
public struct UnknownDriverError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name.
  public var name: String
  /// The names of the drivers that are there.
  public var available: [String]
  /// The one that was most likely meant.
  public var suggestion: String?

  /// A sentence for a person.
  public var description: String {
    let list = available.isEmpty ? "No driver is loaded." : "Loaded: \(available.joined(separator: ", "))."
    let hint = suggestion.map { " Did you mean \"\($0)\"?" } ?? ""
    return "There is no driver \"\(name)\".\(hint) \(list)"
  }
}

/// One message of a driver for the host's log.
public struct DriverLogMessage: Hashable, Sendable {
  /// How much it matters. The raw values are the ABI's.
  public enum Level: Int32, Hashable, Sendable {
    case trace = 0
    case debug = 1
    case info = 2
    case warning = 3
    case error = 4
  }

  /// The driver's name.
  public var driver: String
  /// How much it matters.
  public var level: Level
  /// The message.
  public var text: String

  /// Makes a message from its parts.
  public init(driver: String, level: Level, text: String) {
    self.driver = driver
    self.level = level
    self.text = text
  }
}
