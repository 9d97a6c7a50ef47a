// How schemas and configurations go through the socket.

extension ConfigurationSchema {
  func write(to writer: inout MessageWriter) {
    writer.write(list: fields) { writer, field in field.write(to: &writer) }
  }

  /// Reads a schema and sees that it is one: what a library's own must be, LibraryReader has found out in
  /// the other process, which may have said something else since.
  init(from reader: inout MessageReader) throws(MessageError) {
    var room = DriverABI.totalFieldLimit
    try self.init(from: &reader, depth: 0, room: &room)
  }

  fileprivate init(from reader: inout MessageReader, depth: Int, room: inout Int) throws(MessageError) {
    guard depth <= DriverABI.blockDepthLimit else { throw MessageError("a schema is nested too deeply") }
    let count = Int(try reader.number(UInt32.self))
    guard count <= DriverABI.fieldLimit, count <= room else {
      throw MessageError("a schema of \(count) fields is too long")
    }
    room -= count
    var fields: [ConfigurationField] = []
    var names: Set<String> = []
    for _ in 0..<count {
      let field = try ConfigurationField(from: &reader, depth: depth, room: &room)
      guard !field.name.isEmpty, names.insert(field.name).inserted else {
        throw MessageError("a field has no name of its own")
      }
      fields.append(field)
    }
    self.init(fields)
  }
}

extension ConfigurationField {
  fileprivate func write(to writer: inout MessageWriter) {
    writer.write(name)
    writer.write(UInt8(clamping: type.rawValue))
    writer.write(documentation)
    writer.write(isRequired)
    writer.write(isSecret)
    writer.write(optional: defaultText) { $0.write($1) }
    schema.write(to: &writer)
  }

  fileprivate init(from reader: inout MessageReader, depth: Int, room: inout Int) throws(MessageError) {
    let name = try reader.text()
    let code = try reader.number(UInt8.self)
    guard let type = ConfigurationFieldType(rawValue: Int32(code)) else {
      throw MessageError("\(code) is no type of a field")
    }
    self.init(
      name, type, documentation: try reader.text(), isRequired: try reader.flag(),
      isSecret: try reader.flag(),
      defaultText: try reader.optional { (reader) throws(MessageError) in try reader.text() },
      schema: try ConfigurationSchema(from: &reader, depth: depth + 1, room: &room))
    if let defaultText {
      do {
        _ = try ConfigurationScalar.value(defaultText, as: type)
      } catch {
        throw MessageError("the default of \(name) is no \(type.title)")
      }
    }
    guard schema.fields.isEmpty || type == .block || type == .blockList else {
      throw MessageError("\(name) is no block and has fields")
    }
  }
}

extension CheckedConfiguration {
  /// Writes the values with the names and types of their fields: all that a driver's getters need.
  func write(to writer: inout MessageWriter) {
    writer.write(list: Array(zip(schema.fields, values))) { writer, field in
      writer.write(field.0.name)
      writer.write(UInt8(clamping: field.0.type.rawValue))
      writer.write(optional: field.1) { writer, value in value.write(to: &writer) }
    }
  }

  init(from reader: inout MessageReader, depth: Int) throws(MessageError) {
    guard depth <= DriverABI.blockDepthLimit + 1 else {
      throw MessageError("a configuration is nested too deeply")
    }
    var fields: [ConfigurationField] = []
    var values: [Value?] = []
    for _ in 0..<(try reader.number(UInt32.self)) {
      let name = try reader.text()
      let code = try reader.number(UInt8.self)
      guard let type = ConfigurationFieldType(rawValue: Int32(code)) else {
        throw MessageError("\(code) is no type of a field")
      }
      fields.append(ConfigurationField(name, type))
      values.append(
        try reader.optional { (reader) throws(MessageError) in try Value(from: &reader, depth: depth) })
    }
    self.init(schema: ConfigurationSchema(fields), values: values)
  }
}

extension CheckedConfiguration.Value {
  fileprivate func write(to writer: inout MessageWriter) {
    switch self {
    case .bool(let flag):
      writer.write(UInt8(1))
      writer.write(flag)
    case .int64(let number):
      writer.write(UInt8(2))
      writer.write(number)
    case .double(let number):
      writer.write(UInt8(3))
      writer.write(number)
    case .string(let text):
      writer.write(UInt8(4))
      writer.write(text)
    case .list(let texts):
      writer.write(UInt8(5))
      writer.write(list: texts) { $0.write($1) }
    case .map(let pairs):
      writer.write(UInt8(6))
      writer.write(list: pairs) { writer, pair in
        writer.write(pair.key)
        writer.write(pair.value)
      }
    case .blocks(let blocks):
      writer.write(UInt8(7))
      writer.write(list: blocks) { writer, block in block.write(to: &writer) }
    }
  }

  fileprivate init(from reader: inout MessageReader, depth: Int) throws(MessageError) {
    switch try reader.number(UInt8.self) {
    case 1: self = .bool(try reader.flag())
    case 2: self = .int64(try reader.number())
    case 3: self = .double(try reader.double())
    case 4: self = .string(try reader.text())
    case 5: self = .list(try reader.list { (reader) throws(MessageError) in try reader.text() })
    case 6:
      self = .map(
        try reader.list { (reader) throws(MessageError) in
          CheckedConfiguration.Pair(key: try reader.text(), value: try reader.text())
        })
    case 7:
      self = .blocks(
        try reader.list { (reader) throws(MessageError) in
          try CheckedConfiguration(from: &reader, depth: depth + 1)
        })
    case let code: throw MessageError("\(code) is no type of a value")
    }
  }
}
