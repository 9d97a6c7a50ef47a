import CHostlerDriver

/// A value of a configuration that a test passes to a driver, in place of the host's evaluated file.
enum ConfigurationValue: Sendable {
  case bool(Bool)
  case integer(Int64)
  case text(String)
  case milliseconds(Int64)
  case list([String])
  case map([(String, String)])
  case number(Double)
  case blocks([[String: ConfigurationValue]])
}

/// Lends values to a driver for the time of one call. Strings are kept in memory of this object.
final class LentConfiguration {
  private var values: [String: ConfigurationValue]
  private var strings: [UnsafeMutablePointer<CChar>] = []
  private var nested: [LentConfiguration] = []

  init(_ values: [String: ConfigurationValue]) {
    self.values = values
  }

  deinit {
    for string in strings { string.deallocate() }
  }

  func lend(_ text: String) -> hostler_string {
    let bytes = Array(text.utf8CString)
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    copy.initialize(from: bytes, count: bytes.count)
    strings.append(copy)
    return hostler_string(data: copy, length: bytes.count - 1)
  }

  var config: hostler_config {
    hostler_config(context: Unmanaged.passUnretained(self).toOpaque(), getters: lentGetters)
  }

  func lend(block values: [String: ConfigurationValue]) -> hostler_config {
    let block = LentConfiguration(values)
    nested.append(block)
    return block.config
  }

  func value(_ name: UnsafePointer<CChar>?) -> ConfigurationValue? {
    name.flatMap { values[String(cString: $0)] }
  }
}

private func lent(_ context: UnsafeRawPointer?) -> LentConfiguration? {
  context.map { Unmanaged<LentConfiguration>.fromOpaque($0).takeUnretainedValue() }
}

// Never changed, and lives as long as the process.
nonisolated(unsafe) private let lentGetters: UnsafePointer<hostler_config_getters> = {
  var getters = hostler_config_getters()
  getters.size = MemoryLayout<hostler_config_getters>.size
  getters.get_bool = { context, name, value in
    guard case .bool(let found)? = lent(context)?.value(name) else {
      return hostler_status(HOSTLER_NOT_FOUND)
    }
    value?.pointee = found ? 1 : 0
    return hostler_status(HOSTLER_OK)
  }
  getters.get_int64 = { context, name, value in
    switch lent(context)?.value(name) {
    case .integer(let found): value?.pointee = found
    case .milliseconds(let found): value?.pointee = found * 1_000_000
    default: return hostler_status(HOSTLER_NOT_FOUND)
    }
    return hostler_status(HOSTLER_OK)
  }
  getters.get_double = { context, name, value in
    guard case .number(let found)? = lent(context)?.value(name) else {
      return hostler_status(HOSTLER_NOT_FOUND)
    }
    value?.pointee = found
    return hostler_status(HOSTLER_OK)
  }
  getters.get_string = { context, name, value in
    guard let lent = lent(context), case .text(let found)? = lent.value(name) else {
      return hostler_status(HOSTLER_NOT_FOUND)
    }
    value?.pointee = lent.lend(found)
    return hostler_status(HOSTLER_OK)
  }
  getters.get_count = { context, name, count in
    switch lent(context)?.value(name) {
    case .list(let items): count?.pointee = items.count
    case .map(let entries): count?.pointee = entries.count
    case .blocks(let blocks): count?.pointee = blocks.count
    default: return hostler_status(HOSTLER_NOT_FOUND)
    }
    return hostler_status(HOSTLER_OK)
  }
  getters.get_list_item = { context, name, index, value in
    guard let lent = lent(context), case .list(let items)? = lent.value(name), items.indices.contains(index)
    else {
      return hostler_status(HOSTLER_NOT_FOUND)
    }
    value?.pointee = lent.lend(items[index])
    return hostler_status(HOSTLER_OK)
  }
  getters.get_map_entry = { context, name, index, key, value in
    guard let lent = lent(context), case .map(let entries)? = lent.value(name),
      entries.indices.contains(index)
    else { return hostler_status(HOSTLER_NOT_FOUND) }
    key?.pointee = lent.lend(entries[index].0)
    value?.pointee = lent.lend(entries[index].1)
    return hostler_status(HOSTLER_OK)
  }
  getters.get_block = { context, name, index, block in
    guard let lent = lent(context), case .blocks(let blocks)? = lent.value(name),
      blocks.indices.contains(index)
    else { return hostler_status(HOSTLER_NOT_FOUND) }
    block?.pointee = lent.lend(block: blocks[index])
    return hostler_status(HOSTLER_OK)
  }
  let memory = UnsafeMutablePointer<hostler_config_getters>.allocate(capacity: 1)
  memory.initialize(to: getters)
  return UnsafePointer(memory)
}()
