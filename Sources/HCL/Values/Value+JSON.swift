/// The value as JSON text: keys in order, no spaces, numbers in full, `<`, `>` and `&` escaped.
public func jsonText(_ value: Value) -> String { jsonText(value, limitBytes: .max) }

/// - Parameter limitBytes: how long the text may become before the rest is left out; it is longer than
///   that when something was.
func jsonText(_ value: Value, limitBytes: Int) -> String {
  var text = ""
  appendJSON(value, to: &text, limitBytes)
  return text
}

private func appendJSON(_ value: Value, to text: inout String, _ limitBytes: Int) {
  guard text.utf8.count <= limitBytes else { return }
  switch value {
  case .null: text += "null"
  case .bool(let value): text += value ? "true" : "false"
  case .number(let number): text += number.description
  case .string(let string): appendJSON(string, to: &text)
  case .list(let elements, _), .set(let elements, _), .tuple(let elements):
    text += "["
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      appendJSON(element, to: &text, limitBytes)
    }
    text += "]"
  case .map(let attributes, _), .object(let attributes):
    text += "{"
    for (index, attribute) in attributes.inKeyOrder.enumerated() {
      if index > 0 { text += "," }
      appendJSON(attribute.key, to: &text)
      text += ":"
      appendJSON(attribute.value, to: &text, limitBytes)
    }
    text += "}"
  }
}

/// Appends a text as a JSON string, as ``jsonText(_:)`` writes it.
public func appendJSON(_ string: String, to text: inout String) {
  text += "\""
  defer { text += "\"" }
  // Most strings are written as they are.
  if string.utf8.allSatisfy(isPlainInJSON) {
    text += string
    return
  }
  for scalar in string.unicodeScalars {
    switch scalar {
    case "\"": text += "\\\""
    case "\\": text += "\\\\"
    case "\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    case "\u{8}": text += "\\b"
    case "\u{C}": text += "\\f"
    case "<", ">", "&", "\u{0}"..."\u{1F}", "\u{2028}", "\u{2029}":
      let digits = String(scalar.value, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: text.unicodeScalars.append(scalar)
    }
  }
}

/// Whether a byte of ASCII stands for itself in a JSON string.
private func isPlainInJSON(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x20...0x7F:
    byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "<")
      && byte != UInt8(ascii: ">") && byte != UInt8(ascii: "&")
  default: false
  }
}
