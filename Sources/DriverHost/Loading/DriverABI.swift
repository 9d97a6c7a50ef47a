internal import CHostlerDriver

/// The version of the ABI that this host speaks, and what it bounds.
enum DriverABI {
  static let entrySymbol = HOSTLER_ENTRY_SYMBOL
  static let version = ABIVersion(major: HOSTLER_ABI_MAJOR, minor: HOSTLER_ABI_MINOR)

  /// The most that is kept of a message, a handle or another sink.
  static let sinkLimitBytes = 64 << 10
  /// The longest text in a library's static data.
  static let textLimitBytes = 4 << 10
  static let driverLimit = 64
  static let fieldLimit = 256
  /// All fields of a schema with its blocks.
  static let totalFieldLimit = 2048
  static let blockDepthLimit = 8
  static let strideLimitBytes = 4096
  /// The largest library.
  static let libraryLimitBytes = 1 << 30
  /// How many pairs are kept of a pair sink, and how long a key may be.
  static let pairLimit = 1024
  static let keyLimitBytes = 256
}
