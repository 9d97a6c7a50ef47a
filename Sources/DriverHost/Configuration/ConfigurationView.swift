internal import CHostlerDriver

/// A configuration as a driver reads it during one call: the context of its getters.
///
/// Its texts lie in an arena that must live as long.
final class ConfigurationView {
  fileprivate enum Value {
    case absent
    case bool(Bool)
    case int64(Int64)
    case double(Double)
    case string(hostler_string)
    case list([hostler_string])
    case map([(key: hostler_string, value: hostler_string)])
    case blocks([ConfigurationView])
  }

  private struct Field {
    var name: hostler_string
    var type: ConfigurationFieldType
    var value: Value
  }

  private let fields: [Field]

  init(_ configuration: CheckedConfiguration, in arena: inout CallArena) {
    var fields: [Field] = []
    fields.reserveCapacity(configuration.values.count)
    for (field, value) in zip(configuration.schema.fields, configuration.values) {
      fields.append(
        Field(
          name: arena.string(field.name), type: field.type,
          value: ConfigurationView.view(of: value, in: &arena)))
    }
    self.fields = fields
  }

  private static func view(of value: CheckedConfiguration.Value?, in arena: inout CallArena) -> Value {
    switch value {
    case nil: return .absent
    case .bool(let value): return .bool(value)
    case .int64(let value): return .int64(value)
    case .double(let value): return .double(value)
    case .string(let text): return .string(arena.string(text))
    case .list(let texts):
      var list: [hostler_string] = []
      for text in texts { list.append(arena.string(text)) }
      return .list(list)
    case .map(let pairs):
      var map: [(key: hostler_string, value: hostler_string)] = []
      for pair in pairs { map.append((arena.string(pair.key), arena.string(pair.value))) }
      return .map(map)
    case .blocks(let blocks):
      var views: [ConfigurationView] = []
      for block in blocks { views.append(ConfigurationView(block, in: &arena)) }
      return .blocks(views)
    }
  }

  /// What is passed to the driver; valid as long as the view.
  var config: hostler_config {
    hostler_config(context: Unmanaged.passUnretained(self).toOpaque(), getters: ConfigurationGetters.table)
  }

  fileprivate func value(_ name: UnsafePointer<CChar>) -> (type: ConfigurationFieldType, value: Value)? {
    for field in fields {
      if let data = field.name.data, areEqual(data, name) { return (field.type, field.value) }
    }
    return nil
  }
}

/// The getters of every configuration.
private enum ConfigurationGetters {
  // Unsafe: written once when it is made, only read after that.
  nonisolated(unsafe) static let table: UnsafePointer<hostler_config_getters> = {
    let table = UnsafeMutablePointer<hostler_config_getters>.allocate(capacity: 1)
    table.initialize(
      to: hostler_config_getters(
        size: MemoryLayout<hostler_config_getters>.size,
        get_bool: { context, name, output in
          read(context, name, output) { if case .bool(let flag) = $0 { flag ? 1 : 0 } else { nil } }
        },
        get_int64: { context, name, output in
          read(context, name, output) { if case .int64(let number) = $0 { number } else { nil } }
        },
        get_double: { context, name, output in
          read(context, name, output) { if case .double(let number) = $0 { number } else { nil } }
        },
        get_string: { context, name, output in
          read(context, name, output) { if case .string(let text) = $0 { text } else { nil } }
        }, get_count: count,
        get_list_item: { context, name, index, output in
          read(context, name, output) {
            guard case .list(let items) = $0, items.indices.contains(index) else { return nil }
            return items[index]
          }
        },
        get_map_entry: { context, name, index, key, output in
          guard let key else { return hostler_status(HOSTLER_INVALID) }
          return read(context, name, output) {
            guard case .map(let entries) = $0, entries.indices.contains(index) else { return nil }
            key.pointee = entries[index].key
            return entries[index].value
          }
        },
        get_block: { context, name, index, output in
          read(context, name, output) {
            guard case .blocks(let blocks) = $0, blocks.indices.contains(index) else { return nil }
            return blocks[index].config
          }
        }))
    return UnsafePointer(table)
  }()

  private static func view(_ context: UnsafeRawPointer?) -> ConfigurationView? {
    context.map { Unmanaged<ConfigurationView>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Reads a field into an output; `convert` gives nil when the field has another type.
  private static func read<Output>(
    _ context: UnsafeRawPointer?, _ name: UnsafePointer<CChar>?, _ output: UnsafeMutablePointer<Output>?,
    _ convert: (ConfigurationView.Value) -> Output?
  ) -> hostler_status {
    guard let view = view(context), let name, let output, let field = view.value(name) else {
      return hostler_status(HOSTLER_INVALID)
    }
    if case .absent = field.value { return hostler_status(HOSTLER_NOT_FOUND) }
    guard let value = convert(field.value) else { return hostler_status(HOSTLER_INVALID) }
    output.pointee = value
    return hostler_status(HOSTLER_OK)
  }

  private static let count:
    @convention(c) (
      UnsafeRawPointer?, UnsafePointer<CChar>?, UnsafeMutablePointer<Int>?
    ) -> hostler_status = { context, name, output in
      guard let view = view(context), let name, let output, let field = view.value(name),
        !field.type.isScalar
      else { return hostler_status(HOSTLER_INVALID) }
      switch field.value {
      case .list(let items): output.pointee = items.count
      case .map(let entries): output.pointee = entries.count
      case .blocks(let blocks): output.pointee = blocks.count
      // What was not given is empty.
      default: output.pointee = 0
      }
      return hostler_status(HOSTLER_OK)
    }
}
