internal import CHostlerDriver

/// The type of a field whose value stands in a nested block.
public enum ConfigurationBlock: Sendable {}

/// One field of a configuration: its name, its type and what it is for.
///
/// Declare each field once, as a constant; use it in a ``ConfigurationSchema`` and to read the value.
public struct ConfigurationField<Value: Sendable>: Sendable {
  /// What the host is told about the field.
  public let declaration: ConfigurationDeclaration

  /// The field's name.
  public var name: String { declaration.name }

  init(
    _ name: String, _ type: Int, doc: String, required: Bool, default defaultText: String?, secret: Bool,
    fields: [ConfigurationDeclaration] = []
  ) {
    declaration = ConfigurationDeclaration(
      name: name, type: Int32(type), doc: doc, defaultText: defaultText, required: required, secret: secret,
      fields: fields)
  }
}

/// What the host is told about a field.
public struct ConfigurationDeclaration: Sendable {
  let name: String
  let type: Int32
  let doc: String
  let defaultText: String?
  let required: Bool
  let secret: Bool
  let fields: [ConfigurationDeclaration]
}

// In all of these: `doc` is one or two sentences for the person who writes the file; a `default` is written
// as it would be in a file; a field is `required` or has a default, not both.

extension ConfigurationField where Value == Bool {
  /// A field that is true or false.
  public static func bool(_ name: String, doc: String, default value: Bool? = nil) -> Self {
    Self(
      name, HOSTLER_FIELD_BOOL, doc: doc, required: false, default: value.map { $0 ? "true" : "false" },
      secret: false)
  }
}

extension ConfigurationField where Value == Int {
  /// A whole number.
  public static func integer(
    _ name: String, doc: String, required: Bool = false, default value: Int? = nil
  ) -> Self {
    Self(
      name, HOSTLER_FIELD_INT64, doc: doc, required: required, default: value.map { String($0) },
      secret: false)
  }

  /// A number of bytes, written `1024`, `"64KiB"` or `"10MB"`.
  public static func size(
    _ name: String, doc: String, required: Bool = false, default value: String? = nil
  ) -> Self {
    Self(name, HOSTLER_FIELD_SIZE, doc: doc, required: required, default: value, secret: false)
  }
}

extension ConfigurationField where Value == Double {
  /// A number.
  public static func number(
    _ name: String, doc: String, required: Bool = false, default value: Double? = nil
  ) -> Self {
    Self(
      name, HOSTLER_FIELD_DOUBLE, doc: doc, required: required, default: value.map { String($0) },
      secret: false)
  }
}

extension ConfigurationField where Value == String {
  /// Text.
  public static func string(
    _ name: String, doc: String, required: Bool = false, default value: String? = nil, secret: Bool = false
  ) -> Self {
    Self(name, HOSTLER_FIELD_STRING, doc: doc, required: required, default: value, secret: secret)
  }
}

extension ConfigurationField where Value == Duration {
  /// A length of time, written `"1h30m"` or `"250ms"`.
  public static func duration(
    _ name: String, doc: String, required: Bool = false, default value: String? = nil
  ) -> Self {
    Self(name, HOSTLER_FIELD_DURATION, doc: doc, required: required, default: value, secret: false)
  }
}

extension ConfigurationField where Value == [String] {
  /// A list of texts.
  public static func strings(_ name: String, doc: String, required: Bool = false) -> Self {
    Self(name, HOSTLER_FIELD_STRING_LIST, doc: doc, required: required, default: nil, secret: false)
  }
}

extension ConfigurationField where Value == [String: String] {
  /// A map from text to text.
  public static func map(
    _ name: String, doc: String, required: Bool = false, secret: Bool = false
  ) -> Self {
    Self(name, HOSTLER_FIELD_STRING_MAP, doc: doc, required: required, default: nil, secret: secret)
  }
}

extension ConfigurationField where Value == ConfigurationBlock {
  /// A nested block that may be given once.
  public static func block(
    _ name: String, doc: String, required: Bool = false, _ schema: ConfigurationSchema
  ) -> Self {
    Self(
      name, HOSTLER_FIELD_BLOCK, doc: doc, required: required, default: nil, secret: false,
      fields: schema.fields)
  }
}

extension ConfigurationField where Value == [ConfigurationBlock] {
  /// A nested block that may be given any number of times.
  public static func blocks(
    _ name: String, doc: String, required: Bool = false, _ schema: ConfigurationSchema
  ) -> Self {
    Self(
      name, HOSTLER_FIELD_BLOCK_LIST, doc: doc, required: required, default: nil, secret: false,
      fields: schema.fields)
  }
}
