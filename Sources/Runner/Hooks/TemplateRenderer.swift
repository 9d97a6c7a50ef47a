/// Renders the text of a `template` block.
///
/// Between the delimiters stands one call: `{{ env "NAME" }}`, `{{ envOrDefault "NAME" "other" }}`,
/// a quoted string, or a comment `{{/* … */}}`. A `-` inside a delimiter takes the white space beside
/// it away. Anything else is an error with its line: a template that is rendered half is worse than
/// one that is refused.
public struct TemplateRenderer: Sendable {
  /// What is wrong with a template, and on which line of its text.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line within the template's text, from 1.
    public var line: Int
    /// What is wrong: one sentence.
    public var reason: String

    /// A sentence for a person.
    public var description: String { "template line \(line): \(reason)" }
  }

  private let environment: [String: String]

  /// Makes a renderer that reads variables from `environment`.
  public init(environment: [String: String]) {
    self.environment = environment
  }

  /// Renders a text.
  public func render(_ text: String) throws(Failure) -> String {
    var output: [UInt8] = []
    let bytes = Array(text.utf8)
    var index = 0
    var line = 1
    var trimsNext = false
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "{"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "{")
      else {
        let byte = bytes[index]
        if byte == UInt8(ascii: "\n") { line += 1 }
        if !(trimsNext && Self.isSpace(byte)) {
          trimsNext = false
          output.append(byte)
        }
        index += 1
        continue
      }
      guard let end = Self.endOfAction(in: bytes, from: index + 2) else {
        throw Failure(line: line, reason: "\"{{\" without \"}}\"")
      }
      var action = bytes[(index + 2)..<end]
      if let first = action.first, first == UInt8(ascii: "-") {
        action.removeFirst()
        while let last = output.last, Self.isSpace(last) { output.removeLast() }
      }
      trimsNext = false
      if let last = action.last, last == UInt8(ascii: "-") {
        action.removeLast()
        trimsNext = true
      }
      output.append(contentsOf: try evaluate(String(decoding: action, as: UTF8.self), line: line).utf8)
      line += bytes[index..<end].count { $0 == UInt8(ascii: "\n") }
      index = end + 2
    }
    return String(decoding: output, as: UTF8.self)
  }

  private func evaluate(_ action: String, line: Int) throws(Failure) -> String {
    let words = try Self.words(of: action, line: line)
    switch (words.first, words.count) {
    case (nil, _): return ""
    case (.quoted(let text), 1): return text
    case (.name("env"), 2):
      guard case .quoted(let name) = words[1] else { break }
      return environment[name] ?? ""
    case (.name("envOrDefault"), 3):
      guard case .quoted(let name) = words[1], case .quoted(let other) = words[2] else { break }
      return environment[name] ?? other
    default: break
    }
    throw Failure(
      line: line,
      reason:
        "\"{{\(action)}}\" is not understood; write {{ env \"NAME\" }} or {{ envOrDefault \"NAME\" \"value\" }}"
    )
  }

  private enum Word: Hashable {
    case name(String)
    case quoted(String)
  }

  private static func words(of action: String, line: Int) throws(Failure) -> [Word] {
    let trimmed = action.drop { $0.isWhitespace }
    if trimmed.hasPrefix("/*") { return [] }
    var words: [Word] = []
    var rest = trimmed
    while let first = rest.first {
      if first == "\"" || first == "`" {
        var text = ""
        var escaped = false
        var closed = false
        rest.removeFirst()
        while let character = rest.popFirst() {
          if escaped {
            text.append(character == "n" ? "\n" : character == "t" ? "\t" : character)
            escaped = false
          } else if character == "\\" && first == "\"" {
            escaped = true
          } else if character == first {
            closed = true
            break
          } else {
            text.append(character)
          }
        }
        guard closed else { throw Failure(line: line, reason: "a quoted text without its end") }
        words.append(.quoted(text))
      } else {
        let name = rest.prefix { !$0.isWhitespace && $0 != "\"" && $0 != "`" }
        words.append(.name(String(name)))
        rest.removeFirst(name.count)
      }
      rest = rest.drop { $0.isWhitespace }
    }
    return words
  }

  /// The index of the `}}` that ends an action; one inside quotes or a comment does not.
  private static func endOfAction(in bytes: [UInt8], from start: Int) -> Int? {
    var index = start
    var quote: UInt8?
    while index + 1 < bytes.count {
      let byte = bytes[index]
      if let open = quote {
        if byte == UInt8(ascii: "\\") && open == UInt8(ascii: "\"") {
          index += 1
        } else if byte == open {
          quote = nil
        }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "`") {
        quote = byte
      } else if byte == UInt8(ascii: "}") && bytes[index + 1] == UInt8(ascii: "}") {
        return index
      }
      index += 1
    }
    return nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
      || byte == UInt8(ascii: "\r")
  }
}
