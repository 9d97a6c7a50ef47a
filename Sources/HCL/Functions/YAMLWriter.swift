/// Writes values as block-style YAML with all strings in quotes.
struct YAMLWriter {
  /// - Parameter limitBytes: how long the text may become before the rest is left out; it is longer
  ///   than that when something was.
  static func text(_ value: Value, limitBytes: Int) -> String {
    var writer = YAMLWriter(limitBytes: limitBytes)
    writer.write(value, indent: 0, isInline: true)
    return writer.text
  }

  private let limitBytes: Int
  private var text = ""

  private init(limitBytes: Int) { self.limitBytes = limitBytes }

  /// - Parameter isInline: whether the cursor stands where a value can begin on the current line.
  private mutating func write(_ value: Value, indent: Int, isInline: Bool) {
    guard text.utf8.count <= limitBytes else { return }
    let margin = String(repeating: " ", count: indent)
    if let elements = value.elements, !elements.isEmpty {
      for (index, element) in elements.enumerated() {
        text += (index == 0 && isInline ? "" : margin) + "- "
        write(element, indent: indent + 2, isInline: true)
      }
    } else if let attributes = value.attributes, !attributes.isEmpty {
      for (index, (key, element)) in attributes.inKeyOrder.enumerated() {
        text += (index == 0 && isInline ? "" : margin) + Self.quoted(key) + ":"
        let isBlock = !(element.elements ?? []).isEmpty || !(element.attributes ?? [:]).isEmpty
        if isBlock {
          text += "\n"
          let inner = element.elements == nil ? indent + 2 : indent
          write(element, indent: inner, isInline: false)
        } else {
          text += " "
          write(element, indent: indent + 2, isInline: true)
        }
      }
    } else {
      text += Self.scalar(value, margin: margin) + "\n"
    }
  }

  private static func scalar(_ value: Value, margin: String) -> String {
    switch value {
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let number): return number.description
    case .string(let string): return string.contains("\n") ? block(string, margin) : quoted(string)
    case .map, .object: return "{}"
    default: return "[]"
    }
  }

  private static func block(_ string: String, _ margin: String) -> String {
    let isPlain = string.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || $0.value >= 0x20 }
    guard isPlain, let first = string.first, first != " ", first != "\n" else { return quoted(string) }
    let inner = margin.isEmpty ? "  " : margin
    var body = string
    var chomping = "-"
    if body.hasSuffix("\n") {
      body.removeLast()
      chomping = body.hasSuffix("\n") ? "+" : ""
    }
    let lines = StandardFunctions.split(body, by: "\n").map { $0.isEmpty ? "" : inner + $0 }
    return "|\(chomping)\n" + lines.joined(separator: "\n")
  }

  private static func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case "\u{0}"..."\u{1F}", "\u{7F}":
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\x" + (digits.count < 2 ? "0" : "") + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
