import HCL

/// Tells where two JSON values differ.
enum JSONDifference {
  /// One line for each place.
  static func list(_ left: Value, _ right: Value, at path: String = "") -> [String] {
    if left.isNull && right.isNull { return [] }
    if let left = left.attributes, let right = right.attributes {
      return Set(left.keys).union(right.keys).sorted().flatMap { key in
        guard let first = left[key] else {
          return ["\(path).\(key): only right: \(jsonText(right[key] ?? .null))"]
        }
        guard let second = right[key] else { return ["\(path).\(key): only left: \(jsonText(first))"] }
        return list(first, second, at: "\(path).\(key)")
      }
    }
    if let left = left.elements, let right = right.elements, left.count == right.count {
      return zip(left, right).enumerated().flatMap { list($1.0, $1.1, at: "\(path)[\($0)]") }
    }
    return left == right ? [] : ["\(path): \(jsonText(left)) is not \(jsonText(right))"]
  }
}
