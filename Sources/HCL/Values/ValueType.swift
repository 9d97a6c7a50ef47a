/// The type of a value.
public indirect enum ValueType: Hashable, Sendable {
  /// Any type: the type of a plain `null`, and in a conversion "leave as it is".
  case any
  case string
  case number
  case bool
  /// Values of one type, in order.
  case list(ValueType)
  /// Values of one type, each once, without an order of their own.
  case set(ValueType)
  /// Values of one type by name.
  case map(ValueType)
  /// Values with a type each, in order.
  case tuple([ValueType])
  /// Values with a type each, by name.
  case object([String: ValueType], optional: Set<String> = [])
}

extension ValueType: CustomStringConvertible {
  /// The type as it is written in a type expression.
  public var description: String {
    switch self {
    case .any: return "any"
    case .string: return "string"
    case .number: return "number"
    case .bool: return "bool"
    case .list(let element): return "list(\(element))"
    case .set(let element): return "set(\(element))"
    case .map(let element): return "map(\(element))"
    case .tuple(let elements): return "tuple([\(elements.map(\.description).joined(separator: ", "))])"
    case .object(let attributes, let optional):
      let fields = attributes.sorted { $0.key < $1.key }.map { name, type in
        optional.contains(name) ? "\(name) = optional(\(type))" : "\(name) = \(type)"
      }
      return "object({\(fields.joined(separator: ", "))})"
    }
  }

  /// The kind of type in a word that reads well in a message.
  public var kindName: String {
    switch self {
    case .any: "dynamic"
    case .string: "string"
    case .number: "number"
    case .bool: "bool"
    case .list: "list"
    case .set: "set"
    case .map: "map"
    case .tuple: "tuple"
    case .object: "object"
    }
  }

  /// Whether the type is a string, a number or a bool.
  public var isPrimitive: Bool { self == .string || self == .number || self == .bool }
}
