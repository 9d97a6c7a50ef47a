internal import CHostlerDriver

/// A configuration that the host has checked against the driver's schema.
///
/// It can be read until the call that received it returns, which is why it cannot be copied or kept.
/// A field's value is nil when the field was not given and has no default.
public struct DriverConfiguration: ~Copyable {
  private let config: hostler_config

  init(_ config: hostler_config) {
    self.config = config
  }

  private func get<Raw>(
    _ name: String, from initial: Raw,
    _ getter: ((UnsafeRawPointer?, UnsafePointer<CChar>?, UnsafeMutablePointer<Raw>?) -> hostler_status)?
  ) throws(DriverError) -> Raw? {
    var value = initial
    let status = getter?(config.context, name, &value) ?? hostler_status(HOSTLER_INVALID)
    switch Int(status) {
    case HOSTLER_OK: return value
    case HOSTLER_NOT_FOUND: return nil
    default:
      throw DriverError(.failed, "the driver reads \(name), which is not in its schema or of another type")
    }
  }

  private var getters: hostler_config_getters? {
    // A table that a host of another age made shorter lacks only what was added at its end.
    guard let table = config.getters, table.pointee.size >= MemoryLayout<hostler_config_getters>.size else {
      return nil
    }
    return table.pointee
  }

  /// Reads a field.
  public func value(_ field: ConfigurationField<Bool>) throws(DriverError) -> Bool? {
    try get(field.name, from: Int32(0), getters?.get_bool).map { $0 != 0 }
  }

  /// Reads a field: a number, or a number of bytes.
  public func value(_ field: ConfigurationField<Int>) throws(DriverError) -> Int? {
    try get(field.name, from: Int64(0), getters?.get_int64).map { Int(clamping: $0) }
  }

  /// Reads a field.
  public func value(_ field: ConfigurationField<Double>) throws(DriverError) -> Double? {
    try get(field.name, from: 0, getters?.get_double)
  }

  /// Reads a field.
  public func value(_ field: ConfigurationField<String>) throws(DriverError) -> String? {
    try get(field.name, from: hostler_string(), getters?.get_string).map { String($0) }
  }

  /// Reads a field.
  public func value(_ field: ConfigurationField<Duration>) throws(DriverError) -> Duration? {
    try get(field.name, from: Int64(0), getters?.get_int64).map { .nanoseconds($0) }
  }

  /// Reads a field.
  public func value(_ field: ConfigurationField<[String]>) throws(DriverError) -> [String]? {
    guard let count = try get(field.name, from: 0, getters?.get_count) else { return nil }
    var items: [String] = []
    items.reserveCapacity(count)
    for index in 0..<count {
      var item = hostler_string()
      let status = getters?.get_list_item?(config.context, field.name, index, &item)
      guard status == hostler_status(HOSTLER_OK) else {
        throw .failed("the host does not give item \(index) of \(field.name)")
      }
      items.append(String(item))
    }
    return items
  }

  /// Reads a field.
  public func value(_ field: ConfigurationField<[String: String]>) throws(DriverError) -> [String: String]? {
    guard let count = try get(field.name, from: 0, getters?.get_count) else { return nil }
    var entries: [String: String] = [:]
    for index in 0..<count {
      var key = hostler_string()
      var value = hostler_string()
      let status = getters?.get_map_entry?(config.context, field.name, index, &key, &value)
      guard status == hostler_status(HOSTLER_OK) else {
        throw .failed("the host does not give entry \(index) of \(field.name)")
      }
      entries[String(key)] = String(value)
    }
    return entries
  }

  /// Reads a nested block, if it was given.
  ///
  /// - Returns: what `body` makes of it, or nil when there is none.
  public func block<Result>(
    _ field: ConfigurationField<ConfigurationBlock>,
    _ body: (borrowing DriverConfiguration) throws(DriverError) -> Result
  ) throws(DriverError) -> Result? {
    guard try get(field.name, from: 0, getters?.get_count) == 1 else { return nil }
    return try nested(field.name, 0, body)
  }

  /// Reads nested blocks, in the order of the file.
  public func blocks<Result>(
    _ field: ConfigurationField<[ConfigurationBlock]>,
    _ body: (borrowing DriverConfiguration) throws(DriverError) -> Result
  ) throws(DriverError) -> [Result] {
    let count = try get(field.name, from: 0, getters?.get_count) ?? 0
    var results: [Result] = []
    for index in 0..<count { results.append(try nested(field.name, index, body)) }
    return results
  }

  private func nested<Result>(
    _ name: String, _ index: Int, _ body: (borrowing DriverConfiguration) throws(DriverError) -> Result
  ) throws(DriverError) -> Result {
    var block = hostler_config()
    guard getters?.get_block?(config.context, name, index, &block) == hostler_status(HOSTLER_OK) else {
      throw .failed("the host does not give block \(index) of \(name)")
    }
    return try body(DriverConfiguration(block))
  }
}
