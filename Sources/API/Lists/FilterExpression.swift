import HCL

/// Why a filter cannot be used.
struct FilterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where in the text it is wrong, from 0; nil when an element does not fit.
  var offset: Int?
  /// What is wrong.
  var message: String

  var description: String { offset.map { "at character \($0 + 1): \(message)" } ?? message }
}

/// What elements of a list must be like: the expressions of go-bexpr that clients use.
indirect enum FilterExpression: Sendable {
  case and(FilterExpression, FilterExpression)
  case or(FilterExpression, FilterExpression)
  case not(FilterExpression)
  case compare([String], Comparison, String)
  /// A text, list or map holds something.
  case contains([String], String)
  case isEmpty([String])
  case matches([String], RegularExpression)

  enum Comparison: String, Hashable, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  /// Reads an expression.
  init(_ text: String) throws(FilterError) {
    var parser = FilterParser(text)
    self = try parser.parse()
  }
}
