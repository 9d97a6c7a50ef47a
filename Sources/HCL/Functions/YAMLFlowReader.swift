/// Reads the flow forms of YAML: `[…]`, `{…}` and quoted strings.
struct FlowReader {
  private(set) var rest: Substring
  /// Whether reading stopped because the text ended.
  private(set) var reachedEnd = false
  private let line: Int

  init(text: Substring, line: Int) {
    rest = text
    self.line = line
  }

  private mutating func failure(_ message: String) -> YAMLError {
    if rest.isEmpty { reachedEnd = true }
    return YAMLError(line: line, message: message)
  }

  private mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\t" } }

  private mutating func take(_ character: Character) -> Bool {
    skipSpace()
    guard rest.first == character else { return false }
    rest.removeFirst()
    return true
  }

  mutating func readValue(depth: Int) throws(YAMLError) -> Value {
    guard depth <= SyntaxLimit.depth else { throw failure("the nesting is too deep") }
    skipSpace()
    guard let first = rest.first else { throw failure("a value is missing") }
    switch first {
    case "[": return try readSequence(depth: depth)
    case "{": return try readMapping(depth: depth)
    case "\"", "'": return .normalized(try readQuoted())
    case "&", "*", "!", "@", "`": throw failure("\"\(first)\" is not supported")
    default: return YAMLReader.plainValue(readPlain())
    }
  }

  private mutating func readSequence(depth: Int) throws(YAMLError) -> Value {
    rest.removeFirst()
    var elements: [Value] = []
    while !take("]") {
      elements.append(try readValue(depth: depth + 1))
      if !take(",") {
        skipSpace()
        guard rest.first == "]" else { throw failure("\",\" or \"]\" is missing") }
      }
    }
    return .tuple(elements)
  }

  private mutating func readMapping(depth: Int) throws(YAMLError) -> Value {
    rest.removeFirst()
    var attributes: [String: Value] = [:]
    while !take("}") {
      skipSpace()
      let isQuoted = rest.first == "\"" || rest.first == "'"
      let key = isQuoted ? try readQuoted() : readPlain()
      var value = Value.null(.any)
      if take(":") {
        skipSpace()
        if rest.first != ",", rest.first != "}" { value = try readValue(depth: depth + 1) }
      }
      attributes[composed(key)] = value
      if !take(",") {
        skipSpace()
        guard rest.first == "}" else { throw failure("\",\" or \"}\" is missing") }
      }
    }
    return .object(attributes)
  }

  private mutating func readPlain() -> String {
    var text = ""
    while let next = rest.first, !",[]{}".contains(next) {
      if next == ":" {
        let following = rest.dropFirst().first
        if following == nil || following == " " || following == "," || following == "}" { break }
      }
      text.append(next)
      rest.removeFirst()
    }
    while text.last == " " { text.removeLast() }
    return text
  }

  /// A string in single or double quotes.
  mutating func readQuoted() throws(YAMLError) -> String {
    guard let quote = rest.popFirst() else { throw failure("a string is missing") }
    var text = ""
    while let next = rest.popFirst() {
      if next == quote {
        guard quote == "'", rest.first == "'" else { return text }
        rest.removeFirst()
        text += "'"
      } else if next == "\\", quote == "\"" {
        text += try readEscape()
      } else {
        text.append(next)
      }
    }
    throw failure("the string is not closed")
  }

  private mutating func readEscape() throws(YAMLError) -> String {
    guard let next = rest.popFirst() else { throw failure("the string is not closed") }
    switch next {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "0": return "\0"
    case "b": return "\u{8}"
    case "e": return "\u{1B}"
    case "\"", "\\", "/", " ": return String(next)
    case "x", "u", "U":
      let count = next == "x" ? 2 : next == "u" ? 4 : 8
      let digits = rest.prefix(count)
      guard digits.count == count, let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code)
      else {
        throw failure("the escape is wrong")
      }
      rest = rest.dropFirst(count)
      return String(Character(scalar))
    default: throw failure("the escape \\\(next) is unknown")
    }
  }
}
