internal import CHostlerDriver

/// What an open driver sees of the host.
final class HostInterface: @unchecked Sendable {
  // Unchecked: the table is written in `init` only.
  private let driver: String
  private let log: @Sendable (DriverLogMessage) -> Void
  /// What open takes.
  let table: UnsafePointer<hostler_host>

  init(driver: String, places: DriverPlaces, log: @escaping @Sendable (DriverLogMessage) -> Void) {
    self.driver = driver
    self.log = log
    let table = UnsafeMutablePointer<hostler_host>.allocate(capacity: 1)
    self.table = UnsafePointer(table)
    table.initialize(
      to: hostler_host(
        size: MemoryLayout<hostler_host>.size, abi_major: DriverABI.version.major,
        abi_minor: DriverABI.version.minor,
        // Never released: a few bytes for each open driver, so that one which logs after its close, against
        // the rules, writes into memory that is there.
        context: Unmanaged.passRetained(self).toOpaque(),
        log: { context, level, message in
          guard let context, let bytes = message.bytes else { return }
          let host = Unmanaged<HostInterface>.fromOpaque(context).takeUnretainedValue()
          host.write(level, bytes)
        }, extension: { _, _ in nil },
        // Kept with the table, and never released either.
        state_directory: Self.keptString(places.stateDirectory ?? ""),
        library_directory: Self.keptString(places.libraryDirectory),
        is_temporary: places.isTemporary ? 1 : 0))
  }

  private static func keptString(_ text: String) -> hostler_string {
    let length = text.utf8.count
    return hostler_string(data: keptCString(text), length: length)
  }

  /// Writes a message to the host's log.
  func write(_ level: hostler_log_level, _ bytes: UnsafeRawBufferPointer) {
    let text = String(decoding: bytes.prefix(DriverABI.sinkLimitBytes), as: UTF8.self)
    write(DriverLogMessage.Level(rawValue: level) ?? .info, text)
  }

  /// Writes a message of the host about the driver.
  func write(_ level: DriverLogMessage.Level, _ text: String) {
    log(DriverLogMessage(driver: driver, level: level, text: text))
  }
}
