/// A configuration that fits a schema: every field has a value of its type, its default, or none.
public struct CheckedConfiguration: Hashable, Sendable {
  /// The value of a field.
  public enum Value: Hashable, Sendable {
    case bool(Bool)
    /// An integer; of a duration the nanoseconds, of a size the bytes.
    case int64(Int64)
    case double(Double)
    case string(String)
    case list([String])
    /// Pairs in the order of the file.
    case map([Pair])
    case blocks([CheckedConfiguration])
  }

  /// One entry of a map.
  public struct Pair: Hashable, Sendable {
    /// The key.
    public var key: String
    /// The value.
    public var value: String

    /// Makes a pair.
    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// What the values fit.
  public let schema: ConfigurationSchema
  /// The values, one for each field of the schema in its order; nil where none was given and there is
  /// no default.
  public let values: [Value?]

  init(schema: ConfigurationSchema, values: [Value?]) {
    self.schema = schema
    self.values = values
  }

  /// The value of a field; nil when it has none or there is no such field.
  public subscript(name: String) -> Value? {
    schema.fields.firstIndex { $0.name == name }.flatMap { values[$0] }
  }
}
