/// Why a value cannot be converted.
public struct ConversionError: Error, Hashable, Sendable {
  /// Where in the value the problem is, as it would be written after the value: `[0].name`.
  public var path: String
  /// What is wrong, without a full stop.
  public var message: String

  init(_ message: String, path: String = "") {
    self.message = message
    self.path = path
  }

  /// Path and message in one phrase.
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }

  func within(_ step: String) -> ConversionError { ConversionError(message, path: step + path) }
}

extension Value {
  /// The value as a value of another type.
  ///
  /// Numbers and bools become strings and strings that look like them become numbers and bools;
  /// tuples become lists and sets, objects become maps, element by element.
  /// - Throws: where and why it is not possible.
  public func converted(to target: ValueType) throws(ConversionError) -> Value {
    if case .null = self { return .null(target == .any ? type : target) }
    switch target {
    case .any: return self
    case .string: return try convertedToString()
    case .number: return try convertedToNumber()
    case .bool: return try convertedToBool()
    case .list(let element): return try convertedToList(element)
    case .set(let element): return try convertedToSet(element)
    case .map(let element): return try convertedToMap(element)
    case .tuple(let elements): return try convertedToTuple(elements)
    case .object(let attributes, let optional): return try convertedToObject(attributes, optional)
    }
  }

  // MARK: Primitive types
  private func convertedToString() throws(ConversionError) -> Value {
    switch self {
    case .string: return self
    case .number(let number): return .string(number.description)
    case .bool(let value): return .string(value ? "true" : "false")
    default: throw ConversionError("a string is required, not \(type.kindPhrase)")
    }
  }

  private func convertedToNumber() throws(ConversionError) -> Value {
    switch self {
    case .number: return self
    case .string(let text):
      guard let number = Number(decimal: text) else { throw ConversionError("a number is required") }
      return .number(number)
    default: throw ConversionError("a number is required, not \(type.kindPhrase)")
    }
  }

  private func convertedToBool() throws(ConversionError) -> Value {
    switch self {
    case .bool: return self
    case .string("true"), .string("1"): return .bool(true)
    case .string("false"), .string("0"): return .bool(false)
    case .string: throw ConversionError("a bool is required: true or false")
    default: throw ConversionError("a bool is required, not \(type.kindPhrase)")
    }
  }

  // MARK: Collections
  private func convertedElements(
    _ element: ValueType, _ kind: String
  ) throws(ConversionError) -> ([Value], ValueType) {
    guard let elements else { throw ConversionError("a \(kind) is required, not \(type.kindPhrase)") }
    var target = element
    if element == .any { target = try elementType(of: elements, kind) }
    var result: [Value] = []
    result.reserveCapacity(elements.count)
    for (index, value) in elements.enumerated() {
      do {
        result.append(try value.converted(to: target))
      } catch {
        throw error.within("[\(index)]")
      }
    }
    return (result, target)
  }

  /// The one type that elements of a tuple can all have.
  private func elementType(of elements: [Value], _ kind: String) throws(ConversionError) -> ValueType {
    switch self {
    case .list(_, let element), .set(_, let element), .map(_, let element): return element
    default:
      if elements.isEmpty { return .any }
      guard let unified = unifiedType(elements.map(\.type)) else {
        throw ConversionError("all elements of a \(kind) must have the same type")
      }
      return unified
    }
  }

  private func convertedToList(_ element: ValueType) throws(ConversionError) -> Value {
    if case .list(_, element) = self { return self }
    let (elements, type) = try convertedElements(element, "list")
    return .list(elements, element: type)
  }

  private func convertedToSet(_ element: ValueType) throws(ConversionError) -> Value {
    if case .set(_, element) = self { return self }
    let (elements, type) = try convertedElements(element, "set")
    return .makeSet(elements, element: type)
  }

  private func convertedToMap(_ element: ValueType) throws(ConversionError) -> Value {
    if case .map(_, element) = self { return self }
    guard let attributes else { throw ConversionError("a map is required, not \(type.kindPhrase)") }
    var target = element
    if element == .any {
      target = try elementType(of: attributes.inKeyOrder.map(\.value), "map")
    }
    var result: [String: Value] = [:]
    for (key, value) in attributes.inKeyOrder {
      do {
        result[key] = try value.converted(to: target)
      } catch {
        throw error.within("[\"\(key)\"]")
      }
    }
    return .map(result, element: target)
  }

  // MARK: Structures
  private func convertedToTuple(_ types: [ValueType]) throws(ConversionError) -> Value {
    guard case .tuple(let elements) = self else {
      throw ConversionError("a tuple is required, not \(type.kindPhrase)")
    }
    guard elements.count == types.count else {
      throw ConversionError("a tuple of \(types.count) elements is required, not of \(elements.count)")
    }
    var result: [Value] = []
    for (index, value) in elements.enumerated() {
      do {
        result.append(try value.converted(to: types[index]))
      } catch {
        throw error.within("[\(index)]")
      }
    }
    return .tuple(result)
  }

  private func convertedToObject(
    _ types: [String: ValueType], _ optional: Set<String>
  ) throws(ConversionError) -> Value {
    guard let attributes else { throw ConversionError("an object is required, not \(type.kindPhrase)") }
    var result: [String: Value] = [:]
    for (name, type) in types.sorted(by: { $0.key < $1.key }) {
      guard let value = attributes[name] else {
        guard optional.contains(name) else { throw ConversionError("the attribute \"\(name)\" is required") }
        result[name] = .null(type)
        continue
      }
      do {
        result[name] = try value.converted(to: type)
      } catch {
        throw error.within(".\(name)")
      }
    }
    return .object(result)
  }
}

extension ValueType {
  /// The kind with its article.
  public var kindPhrase: String { self == .any ? "null" : (isVowel ? "an " : "a ") + kindName }

  private var isVowel: Bool {
    if case .object = self { return true }
    return false
  }
}
