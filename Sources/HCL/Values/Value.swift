/// What an expression evaluates to.
///
/// Lists, sets and maps hold values of one type; tuples and objects hold a type for each value, and
/// are what `[…]` and `{…}` make.
public indirect enum Value: Hashable, Sendable {
  /// The absence of a value, of a type when it came out of a conversion.
  case null(ValueType)
  case bool(Bool)
  case number(Number)
  case string(String)
  case list([Value], element: ValueType)
  /// The elements are unique and in the order that `Value.setOrder` gives.
  case set([Value], element: ValueType)
  case map([String: Value], element: ValueType)
  case tuple([Value])
  case object([String: Value])
}

extension Value {
  /// A plain `null`.
  public static let null = Value.null(.any)

  /// A string in Unicode's composed form, in which all HCL strings are.
  public static func normalized(_ text: String) -> Value { .string(composed(text)) }

  /// The type of the value.
  public var type: ValueType {
    switch self {
    case .null(let type): type
    case .bool: .bool
    case .number: .number
    case .string: .string
    case .list(_, let element): .list(element)
    case .set(_, let element): .set(element)
    case .map(_, let element): .map(element)
    case .tuple(let elements): .tuple(elements.map(\.type))
    case .object(let attributes): .object(attributes.mapValues(\.type))
    }
  }

  /// Whether the value is null, of whatever type.
  public var isNull: Bool {
    if case .null = self { return true }
    return false
  }

  /// The elements of a list, set or tuple; nil for everything else.
  public var elements: [Value]? {
    switch self {
    case .list(let elements, _), .set(let elements, _), .tuple(let elements): elements
    default: nil
    }
  }

  /// The attributes of an object or the elements of a map; nil for everything else.
  public var attributes: [String: Value]? {
    switch self {
    case .map(let attributes, _), .object(let attributes): attributes
    default: nil
    }
  }

  /// Whether two values are equal as `==` in a file sees it: of the same type and the same content,
  /// or both null.
  public func equals(_ other: Value) -> Bool {
    if isNull || other.isNull { return isNull && other.isNull }
    return self == other
  }

  /// Makes a set: removes what is there twice and puts the rest in order.
  public static func makeSet(_ elements: [Value], element: ValueType) -> Value {
    var seen = Set<Value>()
    let unique = elements.filter { seen.insert($0).inserted }
    return .set(unique.sorted(by: setOrder), element: element)
  }

  /// The order in which a set's elements are visited: by value for primitive types, by text for
  /// everything else.
  public static func setOrder(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.string(let left), .string(let right)): precedes(left, right)
    case (.number(let left), .number(let right)): left < right
    case (.bool(let left), .bool(let right)): !left && right
    default: precedes(jsonText(left), jsonText(right))
    }
  }
}

extension [String: Value] {
  /// The pairs in the order in which HCL visits them: by the bytes of the key.
  public var inKeyOrder: [(key: String, value: Value)] {
    sorted { precedes($0.key, $1.key) }.map { ($0.key, $0.value) }
  }
}

/// Whether a string's bytes come before another's: the order of HCL, whatever the locale.
func precedes(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}

extension Value {
  /// How deep lists and objects are nested; 0 for a plain value.
  public var depth: Int {
    if let elements { return 1 + (elements.map(\.depth).max() ?? 0) }
    if let attributes { return 1 + (attributes.values.map(\.depth).max() ?? 0) }
    return 0
  }
}

extension Value {
  /// Adds how much there is to look at: one for each value within and one for each 32 bytes of text.
  ///
  /// - Returns: false as soon as the sum is above the limit.
  func addWeight(to sum: inout Int, limit: Int) -> Bool {
    sum += 1
    switch self {
    case .null, .bool, .number: break
    case .string(let text): sum += text.utf8.count / 32
    case .list(let elements, _), .set(let elements, _), .tuple(let elements):
      for element in elements {
        guard element.addWeight(to: &sum, limit: limit) else { return false }
      }
    case .map(let attributes, _), .object(let attributes):
      for (key, element) in attributes {
        sum += key.utf8.count / 32
        guard element.addWeight(to: &sum, limit: limit) else { return false }
      }
    }
    return sum <= limit
  }
}
