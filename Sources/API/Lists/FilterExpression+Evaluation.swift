import HCL

extension FilterExpression {
  /// Whether an element is like this.
  ///
  /// - Throws: when it has no member of a name, or one that cannot be compared so.
  func holds(for element: JSON) throws(FilterError) -> Bool {
    switch self {
    case .and(let left, let right):
      guard try left.holds(for: element) else { return false }
      return try right.holds(for: element)
    case .or(let left, let right):
      if try left.holds(for: element) { return true }
      return try right.holds(for: element)
    case .not(let inner): return try !inner.holds(for: element)
    case .compare(let selector, let comparison, let value):
      guard let subject = try Self.find(selector, in: element) else { return comparison == .notEqual }
      return try Self.compare(subject, comparison, value, selector)
    case .contains(let selector, let value):
      switch try Self.find(selector, in: element)?.filterKind {
      case nil, .null: return false
      case .list(let elements): return elements.contains { $0.filterText == value }
      case .map(let names): return names.contains(value)
      case .text(let text): return text.contains(value)
      case .other: throw Self.wrongKind(selector, "a text, a list or a map")
      }
    case .isEmpty(let selector):
      switch try Self.find(selector, in: element)?.filterKind {
      case nil, .null: return true
      case .list(let elements): return elements.isEmpty
      case .map(let names): return names.isEmpty
      case .text(let text): return text.isEmpty
      case .other: throw Self.wrongKind(selector, "a text, a list or a map")
      }
    case .matches(let selector, let pattern):
      guard let subject = try Self.find(selector, in: element) else { return false }
      guard case .text(let text) = subject.filterKind else { throw Self.wrongKind(selector, "a text") }
      do { return try pattern.matches(text) } catch { throw FilterError(message: error.message) }
    }
  }

  /// What a name stands for; nil when a map, whose names are data, has no such entry.
  private static func find(_ selector: [String], in element: JSON) throws(FilterError) -> JSON? {
    var current = element
    for (depth, name) in selector.enumerated() {
      if let inner = current[name] {
        current = inner
        continue
      }
      switch current.filterKind {
      case .map where depth > 0, .null: return nil
      default:
        throw FilterError(
          message: "there is no \"\(selector[...depth].joined(separator: "."))\" to filter by")
      }
    }
    return current
  }

  private static func compare(
    _ subject: JSON, _ comparison: Comparison, _ value: String, _ selector: [String]
  ) throws(FilterError) -> Bool {
    switch comparison {
    case .equal, .notEqual:
      let isEqual: Bool
      if let number = subject.filterNumber, let wanted = Double(value) {
        isEqual = number == wanted
      } else if let text = subject.filterText {
        isEqual = text == value
      } else if case .null = subject.filterKind {
        isEqual = value.isEmpty
      } else {
        throw wrongKind(selector, "a text, a number or a boolean")
      }
      return isEqual == (comparison == .equal)
    default:
      if let number = subject.filterNumber {
        guard let wanted = Double(value) else {
          throw FilterError(
            message: "\"\(value)\" is not a number, and \(selector.joined(separator: ".")) is one")
        }
        return holds(number, comparison, wanted)
      }
      guard case .text(let text) = subject.filterKind else { throw wrongKind(selector, "a text or a number") }
      return holds(text, comparison, value)
    }
  }

  private static func holds<Subject: Comparable>(
    _ left: Subject, _ comparison: Comparison, _ right: Subject
  ) -> Bool {
    switch comparison {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }

  private static func wrongKind(_ selector: [String], _ wanted: String) -> FilterError {
    FilterError(message: "\(selector.joined(separator: ".")) is not \(wanted)")
  }
}

extension JSON {
  /// What a filter makes of a value.
  fileprivate enum FilterKind {
    case null
    case text(String)
    case list([JSON])
    case map([String])
    case other
  }

  fileprivate var filterKind: FilterKind {
    switch self {
    case .null: .null
    case .string(let text): .text(text)
    case .array(let elements): .list(elements)
    case .object(let members): .map(members.map(\.name))
    case .bool, .int, .double: .other
    case .value(let value):
      switch value {
      case .null: .null
      case .string(let text): .text(text)
      case .bool, .number: .other
      case .list(let elements, _), .set(let elements, _), .tuple(let elements):
        .list(elements.map { .value($0) })
      case .map(let attributes, _), .object(let attributes): .map(Array(attributes.keys))
      }
    }
  }

  fileprivate var filterNumber: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    case .value(.number(let number)): number.double
    default: nil
    }
  }

  fileprivate var filterText: String? {
    switch self {
    case .string(let text), .value(.string(let text)): text
    case .bool(let flag), .value(.bool(let flag)): flag ? "true" : "false"
    case .int(let value): String(value)
    case .double(let value): "\(value)"
    case .value(.number(let number)): number.description
    default: nil
    }
  }
}
