internal import CHostlerDriver

// The host may read what the entry points at for as long as the library is loaded, and a library is never
// unloaded. So this memory is made once and never freed.

/// Copies text into memory that lives for ever.
func staticCString(_ text: String) -> UnsafePointer<CChar> {
  let bytes = text.utf8CString
  let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
  for (index, byte) in bytes.enumerated() { (memory + index).initialize(to: byte) }
  return UnsafePointer(memory)
}

/// Copies a value into memory that lives for ever.
func staticValue<Value>(_ value: Value) -> UnsafePointer<Value> {
  let memory = UnsafeMutablePointer<Value>.allocate(capacity: 1)
  memory.initialize(to: value)
  return UnsafePointer(memory)
}

extension ConfigurationSchema {
  /// The schema as the host reads it.
  func staticTable() -> hostler_schema {
    hostler_schema(
      fields: Self.staticFields(fields), field_count: fields.count, stride: MemoryLayout<hostler_field>.stride
    )
  }

  private static func staticFields(_ declarations: [ConfigurationDeclaration]) -> UnsafePointer<
    hostler_field
  >? {
    guard !declarations.isEmpty else { return nil }
    let memory = UnsafeMutablePointer<hostler_field>.allocate(capacity: declarations.count)
    for (index, declaration) in declarations.enumerated() {
      var field = hostler_field()
      field.name = staticCString(declaration.name)
      field.doc = staticCString(declaration.doc)
      field.default_value = declaration.defaultText.map { staticCString($0) }
      field.fields = staticFields(declaration.fields)
      field.field_count = declaration.fields.count
      field.type = declaration.type
      field.flags =
        (declaration.required ? UInt32(HOSTLER_FIELD_REQUIRED) : 0)
        | (declaration.secret ? UInt32(HOSTLER_FIELD_SECRET) : 0)
      (memory + index).initialize(to: field)
    }
    return UnsafePointer(memory)
  }
}
