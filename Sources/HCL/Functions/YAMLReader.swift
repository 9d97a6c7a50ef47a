/// Why a text is not YAML, or not the part of YAML that is understood.
struct YAMLError: Error {
  var line: Int
  var message: String

  var description: String { "\(message) in line \(line)" }
}

/// Reads YAML: block and flow collections, quoted, plain and block scalars. Anchors, tags and several
/// documents are refused.
struct YAMLReader {
  private struct Line {
    var indent: Int
    var text: Substring
    var number: Int
  }

  private var lines: [Line] = []
  private let allLines: [Substring]
  private var index = 0
  private var depth = 0

  static func value(_ text: String) throws(YAMLError) -> Value {
    var reader = YAMLReader(text)
    guard let first = reader.current else { return .null }
    let value = try reader.readNode(minimumIndent: first.indent)
    if let extra = reader.current { throw YAMLError(line: extra.number, message: "unexpected text") }
    return value
  }

  private init(_ text: String) {
    allLines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasSuffix("\r") ? $0.dropLast() : $0 }
    for (number, line) in allLines.enumerated() {
      let content = line.drop { $0 == " " }
      if content.isEmpty || content.hasPrefix("#") || (line.hasPrefix("---") && line.count == 3) { continue }
      lines.append(Line(indent: line.count - content.count, text: content, number: number + 1))
    }
  }

  private var current: Line? { index < lines.count ? lines[index] : nil }

  private func failure(_ message: String) -> YAMLError {
    YAMLError(line: current?.number ?? lines.last?.number ?? 1, message: message)
  }

  // MARK: Blocks
  private mutating func readNode(minimumIndent: Int) throws(YAMLError) -> Value {
    depth += 1
    defer { depth -= 1 }
    guard depth <= SyntaxLimit.depth else { throw failure("the nesting is too deep") }
    guard let line = current, line.indent >= minimumIndent else { return .null }
    if isEntry(line.text) { return try readSequence(indent: line.indent) }
    if try splitKey(line.text) != nil { return try readMapping(indent: line.indent) }
    return try readScalar(line.text, parentIndent: minimumIndent - 1)
  }

  private func isEntry(_ text: Substring) -> Bool { text == "-" || text.hasPrefix("- ") }

  private mutating func readSequence(indent: Int) throws(YAMLError) -> Value {
    var elements: [Value] = []
    while let line = current, line.indent == indent, isEntry(line.text) {
      let rest = line.text.dropFirst().drop { $0 == " " }
      if rest.isEmpty || rest.hasPrefix("#") {
        index += 1
        elements.append(try readNode(minimumIndent: indent + 1))
      } else {
        // What follows the dash is a node of its own, as deep as where it stands.
        lines[index] = Line(indent: indent + line.text.count - rest.count, text: rest, number: line.number)
        elements.append(try readNode(minimumIndent: indent + 1))
      }
    }
    if let line = current, line.indent > indent { throw failure("the indentation does not fit") }
    return .tuple(elements)
  }

  private mutating func readMapping(indent: Int) throws(YAMLError) -> Value {
    var attributes: [String: Value] = [:]
    while let line = current, line.indent == indent, let (key, rest) = try splitKey(line.text) {
      guard attributes[key] == nil else { throw failure("the key \"\(key)\" occurs twice") }
      if rest.isEmpty || rest.hasPrefix("#") {
        index += 1
        // A list may stand as deep as its key.
        let isList = current.map { $0.indent == indent && isEntry($0.text) } ?? false
        attributes[key] = try readNode(minimumIndent: isList ? indent : indent + 1)
      } else {
        attributes[key] = try readScalar(rest, parentIndent: indent)
      }
    }
    if let line = current, line.indent > indent { throw failure("the indentation does not fit") }
    return .object(attributes)
  }

  /// Splits `key: value`; nil when the text is not one.
  private func splitKey(_ text: Substring) throws(YAMLError) -> (String, Substring)? {
    if text.hasPrefix("{") || text.hasPrefix("[") { return nil }
    var end = text.startIndex
    var key: String
    if let quote = text.first, quote == "\"" || quote == "'" {
      var flow = FlowReader(text: text, line: current?.number ?? 1)
      guard let quoted = try? flow.readQuoted() else { return nil }
      key = quoted
      end = flow.rest.startIndex
    } else {
      guard let colon = colonPosition(text) else { return nil }
      key = trimmedEnd(text[..<colon])
      end = colon
    }
    let rest = text[end...].drop { $0 == " " }
    guard rest.first == ":", rest.count == 1 || rest.dropFirst().first == " " else { return nil }
    return (composed(key), rest.dropFirst().drop { $0 == " " })
  }

  private func colonPosition(_ text: Substring) -> Substring.Index? {
    var position = text.startIndex
    while position < text.endIndex {
      let next = text.index(after: position)
      if text[position] == ":", next == text.endIndex || text[next] == " " { return position }
      if text[position] == "#", position > text.startIndex, text[text.index(before: position)] == " " {
        return nil
      }
      position = next
    }
    return nil
  }

  private func trimmedEnd(_ text: Substring) -> String {
    var text = text
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }

  // MARK: Scalars
  /// A value that begins on the current line; leaves the reader after it.
  private mutating func readScalar(_ text: Substring, parentIndent: Int) throws(YAMLError) -> Value {
    guard let first = text.first else { return .null }
    switch first {
    case "|", ">": return try readBlockScalar(text, parentIndent: parentIndent)
    case "[", "{", "\"", "'": return try readFlow(text)
    case "&", "*", "!", "%", "@", "`": throw failure("\"\(first)\" is not supported")
    default: break
    }
    var plain = uncommented(text)
    index += 1
    while let line = current, line.indent > parentIndent, try splitKey(line.text) == nil, !isEntry(line.text)
    {
      plain += " " + uncommented(line.text)
      index += 1
    }
    return YAMLReader.plainValue(plain)
  }

  private func uncommented(_ text: Substring) -> String {
    var end = text.endIndex
    for position in text.indices where text[position] == "#" && position > text.startIndex {
      if text[text.index(before: position)] == " " {
        end = position
        break
      }
    }
    return trimmedEnd(text[..<end])
  }

  private mutating func readFlow(_ text: Substring) throws(YAMLError) -> Value {
    guard let line = current else { return .null }
    var whole = String(text)
    index += 1
    while true {
      var flow = FlowReader(text: whole[...], line: line.number)
      do throws(YAMLError) {
        let value = try flow.readValue(depth: depth)
        let rest = flow.rest.drop { $0 == " " }
        guard rest.isEmpty || rest.hasPrefix("#") else {
          throw YAMLError(line: line.number, message: "unexpected text")
        }
        return value
      } catch {
        // The collection may go on in the next line.
        guard flow.reachedEnd, let next = current else { throw error }
        whole += " " + next.text
        index += 1
      }
    }
  }

  private mutating func readBlockScalar(_ header: Substring, parentIndent: Int) throws(YAMLError) -> Value {
    guard let line = current else { return .null }
    let isFolded = header.first == ">"
    let flags = uncommented(header.dropFirst())
    guard flags.allSatisfy({ "+-123456789".contains($0) }) else { throw failure("the block header is wrong") }
    var indent = flags.compactMap(\.wholeNumberValue).first.map { max(0, parentIndent) + $0 }
    var body: [Substring] = []
    var number = line.number
    while number < allLines.count {
      let text = allLines[number]
      let spaces = text.prefix { $0 == " " }.count
      if spaces < text.count {
        if spaces <= parentIndent || spaces < (indent ?? 0) { break }
        if indent == nil { indent = spaces }
      }
      body.append(text.dropFirst(min(indent ?? spaces, text.count)))
      number += 1
    }
    index += 1
    while let next = current, next.number <= number { index += 1 }
    var trailing = 0
    while body.last?.isEmpty == true {
      body.removeLast()
      trailing += 1
    }
    var text = isFolded ? folded(body) : body.joined(separator: "\n")
    if flags.contains("+") {
      text += String(
        repeating: "\n", count: trailing + (body.isEmpty ? 0 : 1) - (number == allLines.count ? 1 : 0))
    } else if !flags.contains("-"), !body.isEmpty {
      text += "\n"
    }
    return .normalized(text)
  }

  private func folded(_ lines: [Substring]) -> String {
    var text = ""
    var blanks = 0
    for (index, line) in lines.enumerated() {
      if line.isEmpty {
        blanks += 1
        continue
      }
      if index > 0 { text += blanks > 0 ? String(repeating: "\n", count: blanks) : " " }
      blanks = 0
      text += line
    }
    return text
  }

  /// What a word without quotes stands for.
  static func plainValue(_ text: String) -> Value {
    switch text.lowercased() {
    case "", "~", "null": return .null
    case "true", "yes", "on", "y": return .bool(true)
    case "false", "no", "off", "n": return .bool(false)
    default: break
    }
    let first = text.first ?? " "
    if first.isNumber || "+-.".contains(first), let number = Number(decimal: text.filter { $0 != "_" }),
      text.contains(where: \.isNumber)
    {
      return .number(number)
    }
    if text.hasPrefix("0x"), let value = Int(text.dropFirst(2), radix: 16) { return .number(Number(value)) }
    if text.hasPrefix("0o"), let value = Int(text.dropFirst(2), radix: 8) { return .number(Number(value)) }
    return .normalized(text)
  }
}
