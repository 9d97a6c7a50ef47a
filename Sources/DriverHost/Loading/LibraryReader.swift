internal import CHostlerDriver

/// Copies what a library says about itself out of its static data, and checks it on the way.
///
/// Nothing beyond the sizes that the library declares is read, and no pointer of it is followed without
/// asking the kernel first.
struct LibraryReader: ~Copyable {
  /// The file, for messages and the descriptors.
  let path: String
  /// The driver's name, for messages, as far as it is known.
  let driver: String?
  private let memory: UntrustedMemory
  private var schemaFields = 0

  init(path: String, driver: String?) throws(DriverLoadError) {
    self.path = path
    self.driver = driver
    do {
      memory = try UntrustedMemory()
    } catch {
      throw DriverLoadError(
        .unreadable, driver: driver, file: path, expected: "a pipe to read the library's data through",
        found: error.description, remedy: "raise the limit of open files")
    }
  }

  /// What a library says about itself.
  struct Contents {
    var open: OpenFunction
    var drivers: [DriverDescriptor]
  }

  typealias OpenFunction =
    @convention(c) (
      UnsafePointer<hostler_host>?, UnsafePointer<CChar>?, UnsafeMutablePointer<hostler_driver>?, hostler_sink
    ) -> hostler_status

  // MARK: Entry
  /// Reads what the entry function returned.
  mutating func read(_ entry: UnsafeRawPointer?) throws(DriverLoadError) -> Contents {
    guard let entry else { throw broken(.staticData, "a pointer to hostler_entry", "null") }
    // Another major version may have anything after the first two numbers.
    let version = try value(at: entry, initial: (UInt32(0), UInt32(0)), "hostler_entry")
    guard version.0 == DriverABI.version.major else {
      let found = ABIVersion(major: version.0, minor: version.1)
      throw DriverLoadError(
        .abiMajor, driver: driver, file: path, expected: "driver ABI \(DriverABI.version.major).x",
        found: "driver ABI \(found)",
        remedy: found.major > DriverABI.version.major
          ? "use a newer hostler or an older version of the driver" : "use a newer version of the driver")
    }
    let table: hostler_entry = try sized(
      at: entry, sizeAt: 8, initial: hostler_entry(), "hostler_entry")
    guard let open = table.open else { throw broken(.functionTable, "the function open", "null") }
    let plugin = try text(table.plugin_name, "plugin_name")
    let pluginVersion = try text(table.plugin_version, "plugin_version")
    guard (1...DriverABI.driverLimit).contains(table.driver_count), let list = table.drivers else {
      throw broken(
        .staticData, "1 to \(DriverABI.driverLimit) drivers",
        table.drivers == nil ? "null" : "\(UInt(bitPattern: table.driver_count))")
    }
    var drivers: [DriverDescriptor] = []
    for index in 0..<table.driver_count {
      let pointer: UnsafeRawPointer? = try value(
        at: UnsafeRawPointer(list + index), initial: nil, "the list of drivers")
      guard let pointer else { throw broken(.staticData, "a descriptor of driver \(index)", "null") }
      var descriptor = try self.descriptor(at: pointer, "driver \(index)")
      guard !drivers.contains(where: { $0.name == descriptor.name }) else {
        throw broken(.names, "each driver's name once", "two drivers \"\(descriptor.name)\"")
      }
      descriptor.pluginName = plugin
      descriptor.pluginVersion = pluginVersion
      descriptor.abiVersion = ABIVersion(major: version.0, minor: version.1)
      drivers.append(descriptor)
    }
    return Contents(open: open, drivers: drivers)
  }

  private mutating func descriptor(
    at pointer: UnsafeRawPointer, _ what: String
  ) throws(DriverLoadError) -> DriverDescriptor {
    let descriptor = try sized(
      at: pointer, sizeAt: 0, initial: hostler_driver_descriptor(), "the descriptor of \(what)")
    let name = try text(descriptor.name, "the name of \(what)")
    guard isName(name, allowsHyphen: true), name.utf8.count <= 63 else {
      throw broken(.names, "a driver name like my_driver ([a-z][a-z0-9_-]{0,62})", "\"\(name)\"")
    }
    let isolations: [hostler_filesystem_isolation: FilesystemIsolation] = [
      hostler_filesystem_isolation(HOSTLER_FILESYSTEM_NONE): .none,
      hostler_filesystem_isolation(HOSTLER_FILESYSTEM_CHROOT): .chroot,
      hostler_filesystem_isolation(HOSTLER_FILESYSTEM_IMAGE): .image,
    ]
    guard let isolation = isolations[descriptor.filesystem_isolation] else {
      throw broken(
        .staticData, "a filesystem isolation of the header in \(name)", "\(descriptor.filesystem_isolation)")
    }
    return DriverDescriptor(
      name: name, documentation: try text(descriptor.doc, "the doc of \(name)"),
      capabilities: DriverCapabilities(rawValue: descriptor.capabilities), filesystemIsolation: isolation,
      libraryPath: path, pluginSchema: try schema(descriptor.plugin_schema, "plugin_schema of \(name)"),
      taskSchema: try schema(descriptor.task_schema, "task_schema of \(name)"))
  }

  // MARK: Schema
  private mutating func schema(
    _ schema: hostler_schema, _ what: String
  ) throws(DriverLoadError) -> ConfigurationSchema {
    guard schema.field_count != 0 else { return .empty }
    let least = MemoryLayout<hostler_field>.size
    guard schema.stride >= least, schema.stride % MemoryLayout<hostler_field>.alignment == 0,
      schema.stride <= DriverABI.strideLimitBytes
    else { throw broken(.sizes, "a stride of at least \(least) bytes in \(what)", "\(schema.stride)") }
    schemaFields = 0
    return try fields(
      schema.fields.map { UnsafeRawPointer($0) }, count: schema.field_count, stride: schema.stride, what,
      depth: 1)
  }

  private mutating func fields(
    _ start: UnsafeRawPointer?, count: Int, stride: Int, _ what: String, depth: Int
  ) throws(DriverLoadError) -> ConfigurationSchema {
    guard let start else { throw broken(.schema, "\(count) fields in \(what)", "null") }
    guard (1...DriverABI.fieldLimit).contains(count), depth <= DriverABI.blockDepthLimit,
      schemaFields + count <= DriverABI.totalFieldLimit
    else {
      throw broken(
        .limits, "at most \(DriverABI.fieldLimit) fields in a block and \(DriverABI.blockDepthLimit) levels",
        "\(UInt(bitPattern: count)) fields at level \(depth) of \(what)")
    }
    schemaFields += count
    var fields: [ConfigurationField] = []
    for index in 0..<count {
      let raw = try value(at: start + index * stride, initial: hostler_field(), "field \(index) of \(what)")
      let field = try self.field(raw, stride: stride, what, depth: depth)
      guard !fields.contains(where: { $0.name == field.name }) else {
        throw broken(.schema, "each field of \(what) once", "two fields \"\(field.name)\"")
      }
      fields.append(field)
    }
    return ConfigurationSchema(fields)
  }

  private mutating func field(
    _ raw: hostler_field, stride: Int, _ what: String, depth: Int
  ) throws(DriverLoadError) -> ConfigurationField {
    let name = try text(raw.name, "the name of a field of \(what)")
    let place = "\(what): \(name)"
    guard isName(name, allowsHyphen: false) else {
      throw broken(.schema, "a field name like max_size ([a-z][a-z0-9_]*) in \(what)", "\"\(name)\"")
    }
    guard let type = ConfigurationFieldType(rawValue: raw.type) else {
      throw broken(.schema, "a field type of the header for \(place)", "\(raw.type)")
    }
    var field = ConfigurationField(
      name, type, documentation: try text(raw.doc, "the doc of \(place)"),
      isRequired: raw.flags & UInt32(HOSTLER_FIELD_REQUIRED) != 0,
      isSecret: raw.flags & UInt32(HOSTLER_FIELD_SECRET) != 0)
    if let pointer = raw.default_value {
      let text = try text(pointer, "the default of \(place)")
      guard !field.isRequired else {
        throw broken(.schema, "\(place) to be required or to have a default", "both")
      }
      do {
        _ = try ConfigurationScalar.value(text, as: type)
      } catch {
        throw broken(
          .schema, "a default of \(place) that is a \(type.title)", "\"\(text)\": \(error.message)")
      }
      field.defaultText = text
    }
    if type == .block || type == .blockList {
      if raw.field_count != 0 {
        let inner = raw.fields.map { UnsafeRawPointer($0) }
        field.schema = try fields(inner, count: raw.field_count, stride: stride, place, depth: depth + 1)
      }
    } else if raw.field_count != 0 || raw.fields != nil {
      throw broken(.schema, "inner fields in blocks only", "some in \(place), which is a \(type.title)")
    }
    return field
  }
}

extension LibraryReader {
  // MARK: The table of an open driver
  /// Copies and checks the table that open gave.
  func table(_ pointer: UnsafeRawPointer?) throws(DriverLoadError) -> hostler_driver_table {
    guard let pointer else { throw broken(.open, "a table from open", "null") }
    let table = try sized(at: pointer, sizeAt: 0, initial: hostler_driver_table(), "hostler_driver_table")
    let functions: [(String, Bool)] = [
      ("configure", table.configure != nil), ("fingerprint", table.fingerprint != nil),
      ("start", table.start != nil), ("wait", table.wait != nil), ("stop", table.stop != nil),
      ("signal", table.signal != nil), ("inspect", table.inspect != nil), ("destroy", table.destroy != nil),
      ("recover", table.recover != nil), ("restore_complete", table.restore_complete != nil),
      ("close", table.close != nil),
    ]
    let missing = functions.filter { !$0.1 }.map(\.0)
    guard missing.isEmpty else {
      throw broken(
        .functionTable, "every function of the driver", "null for \(missing.joined(separator: ", "))")
    }
    return table
  }

  // MARK: Reading
  private func value<Value: BitwiseCopyable>(
    at pointer: UnsafeRawPointer, initial: Value, _ what: String
  ) throws(DriverLoadError) -> Value {
    if let value = memory.value(at: pointer, initial: initial) { return value }
    throw broken(.staticData, "\(what) in memory that can be read", "the address \(pointer)")
  }

  /// Reads a structure that declares its own size.
  private func sized<Value: BitwiseCopyable>(
    at pointer: UnsafeRawPointer, sizeAt offset: Int, initial: Value, _ what: String
  ) throws(DriverLoadError) -> Value {
    let size = try value(at: pointer + offset, initial: UInt(0), what)
    let least = UInt(MemoryLayout<Value>.size)
    guard size >= least else {
      throw broken(.sizes, "a size of at least \(least) bytes for \(what)", "\(size)")
    }
    return try value(at: pointer, initial: initial, what)
  }

  private func text(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(DriverLoadError) -> String {
    guard let pointer else { throw broken(.names, "\(what)", "null") }
    switch memory.text(at: UnsafeRawPointer(pointer), limitBytes: DriverABI.textLimitBytes) {
    case .bytes(let bytes):
      if let text = String(validating: bytes, as: UTF8.self) { return text }
      throw broken(.text, "\(what) in UTF-8", "other bytes")
    case .unreadable:
      throw broken(.staticData, "\(what) in memory that can be read", "the address \(pointer)")
    case .tooLong:
      throw broken(.limits, "\(what) of at most \(DriverABI.textLimitBytes) bytes", "a longer one")
    }
  }

  private func isName(_ name: String, allowsHyphen: Bool) -> Bool {
    guard let first = name.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
      return false
    }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      case UInt8(ascii: "-"): allowsHyphen
      default: false
      }
    }
  }

  private func broken(_ rule: ABIRule, _ expected: String, _ found: String) -> DriverLoadError {
    DriverLoadError(
      .ruleBroken(rule), driver: driver, file: path, expected: expected, found: found,
      remedy: "this is a mistake in the driver: tell its author, who finds the rule in docs/driver-abi.md")
  }
}
