import HCL

/// A JSON value as handlers make it; objects keep the order they were written in.
indirect enum JSON: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([JSON])
  case object([Member])
  /// A value that another module has made.
  case value(HCL.Value)

  /// A name of an object with what it stands for.
  struct Member: Sendable {
    var name: String
    var value: JSON

    init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
  init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }

  init(arrayLiteral elements: JSON...) {
    self = .array(elements)
  }
}

extension JSON {
  /// An index, a count, a size.
  static func number(_ value: some BinaryInteger) -> JSON { .int(Int64(clamping: value)) }

  static func strings(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }

  /// Pairs in the order of their names.
  static func pairs(_ values: [String: String]) -> JSON { map(values) { .string($0) } }

  /// An object whose names are data, in their order.
  static func map<Element>(_ values: [String: Element], _ json: (Element) -> JSON) -> JSON {
    .object(values.sorted { $0.key < $1.key }.map { Member($0.key, json($0.value)) })
  }

  /// Text, or null when there is none.
  static func text(orNull text: String?) -> JSON { text.map { .string($0) } ?? .null }

  /// The object with more members behind those that it has.
  func adding(_ more: [Member]) -> JSON {
    guard case .object(let members) = self else { return self }
    return .object(members + more)
  }

  /// What a name stands for; nil when this is no object or has no such name.
  subscript(_ name: String) -> JSON? {
    switch self {
    case .object(let members): members.first { $0.name == name }?.value
    case .value(let value): value.attributes?[name].map { JSON.value($0) }
    default: nil
    }
  }
}
