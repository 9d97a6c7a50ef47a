import HCL

/// Reads filter expressions: `Status == "running" and not (Name matches "^web" or "ops" in Meta)`.
struct FilterParser {
  private enum Token: Hashable {
    case word(String)
    case text(String)
    case sign(String)
    case end
  }

  private static let depthLimit = 64
  private static let lengthLimit = 8 << 10
  private static let signs = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]"]

  private let characters: [Character]
  private var place = 0
  private var token = Token.end
  private var tokenPlace = 0
  private var depth = 0

  init(_ text: String) {
    characters = Array(text)
  }

  /// The whole expression.
  mutating func parse() throws(FilterError) -> FilterExpression {
    guard characters.count <= Self.lengthLimit else {
      throw FilterError(offset: 0, message: "the filter is longer than \(Self.lengthLimit) characters")
    }
    try advance()
    let expression = try parseOr()
    guard token == .end else { throw failure("\"and\", \"or\" or the end is expected") }
    return expression
  }

  private func failure(_ message: String) -> FilterError { FilterError(offset: tokenPlace, message: message) }

  // MARK: Grammar

  private mutating func parseOr() throws(FilterError) -> FilterExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw failure("the nesting is too deep") }
    var left = try parseAnd()
    while try take(.word("or")) { left = .or(left, try parseAnd()) }
    return left
  }

  private mutating func parseAnd() throws(FilterError) -> FilterExpression {
    var left = try parseNot()
    while try take(.word("and")) { left = .and(left, try parseNot()) }
    return left
  }

  private mutating func parseNot() throws(FilterError) -> FilterExpression {
    var isNegated = false
    while try take(.word("not")) { isNegated.toggle() }
    let inner = try parseTerm()
    return isNegated ? .not(inner) : inner
  }

  private mutating func parseTerm() throws(FilterError) -> FilterExpression {
    if try take(.sign("(")) {
      let inner = try parseOr()
      guard try take(.sign(")")) else { throw failure("\")\" is expected") }
      return inner
    }
    // A value comes first in `"x" in List`; a selector first in everything else.
    if case .text(let value) = token {
      try advance()
      let isNegated = try take(.word("not"))
      guard try take(.word("in")) else { throw failure("\"in\" is expected after a value") }
      let expression = FilterExpression.contains(try parseSelector(), value)
      return isNegated ? .not(expression) : expression
    }
    if case .word(let word) = token, Self.isNumber(word) {
      try advance()
      let isNegated = try take(.word("not"))
      guard try take(.word("in")) else { throw failure("\"in\" is expected after a value") }
      let expression = FilterExpression.contains(try parseSelector(), word)
      return isNegated ? .not(expression) : expression
    }
    return try parseMatch(of: try parseSelector())
  }

  private mutating func parseMatch(of selector: [String]) throws(FilterError) -> FilterExpression {
    if case .sign(let sign) = token, let comparison = FilterExpression.Comparison(rawValue: sign) {
      try advance()
      return .compare(selector, comparison, try parseValue())
    }
    if try take(.word("is")) {
      let isNegated = try take(.word("not"))
      guard try take(.word("empty")) else { throw failure("\"empty\" is expected") }
      return isNegated ? .not(.isEmpty(selector)) : .isEmpty(selector)
    }
    let isNegated = try take(.word("not"))
    let expression: FilterExpression
    if try take(.word("contains")) {
      expression = .contains(selector, try parseValue())
    } else if try take(.word("matches")) {
      let start = tokenPlace
      let text = try parseValue()
      guard let pattern = try? RegularExpression(text) else {
        throw FilterError(offset: start, message: "\"\(text)\" is not a regular expression")
      }
      expression = .matches(selector, pattern)
    } else if try take(.word("in")) {
      expression = .contains(try parseSelector(), selector.joined(separator: "."))
    } else {
      throw failure("an operator is expected: ==, !=, <, <=, >, >=, in, contains, matches or is empty")
    }
    return isNegated ? .not(expression) : expression
  }

  private mutating func parseSelector() throws(FilterError) -> [String] {
    guard case .word(let word) = token else { throw failure("a name is expected") }
    try advance()
    var parts: [String] = []
    for part in word.split(separator: ".", omittingEmptySubsequences: false) {
      guard !part.isEmpty else { throw failure("a name has an empty part") }
      parts.append(String(part))
    }
    while try take(.sign("[")) {
      guard case .text(let key) = token else { throw failure("a name in quotes is expected") }
      try advance()
      guard try take(.sign("]")) else { throw failure("\"]\" is expected") }
      parts.append(key)
      if case .word(let more) = token, more.hasPrefix(".") {
        parts += more.split(separator: ".").map(String.init)
        try advance()
      }
    }
    return parts
  }

  private mutating func parseValue() throws(FilterError) -> String {
    switch token {
    case .text(let text):
      try advance()
      return text
    case .word(let word):
      try advance()
      return word
    case .sign, .end: throw failure("a value is expected")
    }
  }

  private static func isNumber(_ word: String) -> Bool { Double(word) != nil }

  // MARK: Tokens

  private mutating func take(_ wanted: Token) throws(FilterError) -> Bool {
    guard token == wanted else { return false }
    try advance()
    return true
  }

  private mutating func advance() throws(FilterError) {
    while place < characters.count, characters[place].isWhitespace { place += 1 }
    tokenPlace = place
    guard place < characters.count else { return token = .end }
    let character = characters[place]
    if character == "\"" || character == "`" { return token = .text(try readText(quote: character)) }
    if let sign = Self.signs.first(where: { characters[place...].starts(with: $0) }) {
      place += sign.count
      return token = .sign(sign)
    }
    let start = place
    while place < characters.count, Self.belongsToWord(characters[place]) { place += 1 }
    guard place > start else { throw failure("\"\(character)\" is not expected here") }
    token = .word(String(characters[start..<place]))
  }

  private static func belongsToWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "_.-/+*".contains(character)
  }

  private mutating func readText(quote: Character) throws(FilterError) -> String {
    place += 1
    var text = ""
    while place < characters.count {
      let character = characters[place]
      place += 1
      if character == quote { return text }
      guard character == "\\", quote == "\"", place < characters.count else {
        text.append(character)
        continue
      }
      let escaped = characters[place]
      place += 1
      switch escaped {
      case "n": text.append("\n")
      case "t": text.append("\t")
      case "\"", "\\": text.append(escaped)
      default:
        // An escape of a regular expression is left to it.
        text.append("\\")
        text.append(escaped)
      }
    }
    throw failure("the text is not closed")
  }
}
