/// The type of a configuration field. The raw values are the ABI's.
public enum ConfigurationFieldType: Int32, Hashable, Sendable, CaseIterable {
  case bool = 1
  case int64 = 2
  case double = 3
  case string = 4
  /// `"1h30m"`; in nanoseconds.
  case duration = 5
  /// `1024` or `"64KiB"`; in bytes.
  case size = 6
  case stringList = 7
  case stringMap = 8
  /// A nested block, at most once.
  case block = 9
  /// A nested block, any number of times.
  case blockList = 10

  /// The type as people call it.
  public var title: String {
    switch self {
    case .bool: "bool"
    case .int64: "integer"
    case .double: "number"
    case .string: "string"
    case .duration: "duration"
    case .size: "size"
    case .stringList: "list of strings"
    case .stringMap: "map of strings"
    case .block: "block"
    case .blockList: "blocks"
    }
  }

  /// Whether values of the type are one word, as opposed to lists, maps and blocks.
  var isScalar: Bool { rawValue <= ConfigurationFieldType.size.rawValue }
}

/// One field that a configuration may have.
public struct ConfigurationField: Hashable, Sendable {
  /// The field's name.
  public var name: String
  /// What it is for: a sentence or two.
  public var documentation: String
  /// The type of its value.
  public var type: ConfigurationFieldType
  /// Whether it must be given.
  public var isRequired: Bool
  /// Whether the value must not be shown.
  public var isSecret: Bool
  /// The default as it would be written, without quotes; nil for none.
  public var defaultText: String?
  /// For a block: what may stand in it.
  public var schema: ConfigurationSchema

  /// Makes a field from its parts.
  public init(
    _ name: String, _ type: ConfigurationFieldType, documentation: String = "", isRequired: Bool = false,
    isSecret: Bool = false, defaultText: String? = nil, schema: ConfigurationSchema = .empty
  ) {
    self.name = name
    self.type = type
    self.documentation = documentation
    self.isRequired = isRequired
    self.isSecret = isSecret
    self.defaultText = defaultText
    self.schema = schema
  }
}

/// The fields that a configuration may have.
public struct ConfigurationSchema: Hashable, Sendable {
  /// The fields in the order in which the driver lists them; names are unique.
  public var fields: [ConfigurationField]

  /// Makes a schema of fields.
  public init(_ fields: [ConfigurationField]) { self.fields = fields }

  /// A schema without fields.
  public static let empty = ConfigurationSchema([])
}
