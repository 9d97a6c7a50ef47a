internal import CHostlerDriver

/// How much a message for the host's log matters.
public enum LogLevel: Int32, Sendable {
  /// Every step.
  case trace = 0
  /// For whoever looks for a mistake in the driver.
  case debug = 1
  /// What happens.
  case info = 2
  /// Something is not as it should be, and work goes on.
  case warning = 3
  /// Something failed.
  case error = 4
}

/// The host, as a driver sees it. Can be used from any thread, until ``TaskDriver/close()`` returns.
public struct DriverContext: Sendable {
  // The table is never changed, its functions may be called from any thread, and it lives until close
  // returns: rules that the ABI sets for the host.
  private nonisolated(unsafe) let host: UnsafePointer<hostler_host>?

  init(_ host: UnsafePointer<hostler_host>?) {
    self.host = host
  }

  /// The absolute path of a directory of this driver's own, which the next agent on the same data directory
  /// hands to it again; nil when the host only looks at the driver.
  public var stateDirectory: String? { string(at: \.state_directory) }

  /// The folder of the driver's library; nil when the host does not say.
  public var libraryDirectory: String? { string(at: \.library_directory) }

  /// Whether no task is to outlive the host.
  public var isTemporary: Bool {
    guard let host, hasPlaces else { return false }
    return host.pointee.is_temporary != 0
  }

  /// Hosts may know a shorter table.
  private var hasPlaces: Bool {
    guard let host else { return false }
    return host.pointee.size >= MemoryLayout<hostler_host>.size
  }

  private func string(at field: KeyPath<hostler_host, hostler_string>) -> String? {
    guard let host, hasPlaces else { return nil }
    let text = String(host.pointee[keyPath: field])
    return text.isEmpty ? nil : text
  }

  /// Writes one message to the host's log, with the driver's name.
  public func log(_ level: LogLevel, _ message: String) {
    guard let host, let log = host.pointee.log else { return }
    message.withHostlerString { log(host.pointee.context, level.rawValue, $0) }
  }
}
