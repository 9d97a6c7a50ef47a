import HCL

/// Writes JSON as text, as Go's encoder does: no spaces, `<`, `>` and `&` escaped.
struct JSONWriter {
  /// The text so far, as UTF-8.
  private(set) var bytes: [UInt8] = []
  /// How deep the value is that is being written; nil when nothing is put on lines of its own.
  private var depth: Int?

  /// - Parameter isPretty: Whether each value goes on a line of its own, indented by four spaces a level.
  init(isPretty: Bool = false) {
    depth = isPretty ? 0 : nil
  }

  /// The text of one value.
  static func bytes(_ json: JSON, isPretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(isPretty: isPretty)
    writer.write(json)
    return writer.bytes
  }

  mutating func write(_ json: JSON) {
    switch json {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .int(let value): append(String(value))
    case .double(let value): append(value.isFinite ? "\(value)" : "0")
    case .string(let text): write(text)
    case .array(let elements): write(elements, "[", "]") { $0.write($1) }
    case .object(let members):
      write(members, "{", "}") { writer, member in
        writer.write(name: member.name)
        writer.write(member.value)
      }
    case .value(let value): write(value)
    }
  }

  private mutating func write(_ value: Value) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .number(let number): append(number.description)
    case .string(let text): write(text)
    case .list(let elements, _), .set(let elements, _), .tuple(let elements):
      write(elements, "[", "]") { $0.write($1) }
    case .map(let attributes, _), .object(let attributes):
      write(attributes.inKeyOrder, "{", "}") { writer, attribute in
        writer.write(name: attribute.key)
        writer.write(attribute.value)
      }
    }
  }

  private mutating func write<Element>(
    _ elements: [Element], _ open: Unicode.Scalar, _ close: Unicode.Scalar,
    _ each: (inout JSONWriter, Element) -> Void
  ) {
    bytes.append(UInt8(ascii: open))
    defer { bytes.append(UInt8(ascii: close)) }
    guard !elements.isEmpty else { return }
    depth = depth.map { $0 + 1 }
    for (place, element) in elements.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: ",")) }
      startLine()
      each(&self, element)
    }
    depth = depth.map { $0 - 1 }
    startLine()
  }

  private mutating func write(name: String) {
    write(name)
    append(depth == nil ? ":" : ": ")
  }

  private mutating func startLine() {
    guard let depth else { return }
    append("\n")
    for _ in 0..<depth { append("    ") }
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    defer { bytes.append(UInt8(ascii: "\"")) }
    // Most strings are written as they are.
    if text.utf8.allSatisfy({ Self.standsForItself($0) }) { return append(text) }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": append("\\\"")
      case "\\": append("\\\\")
      case "\n": append("\\n")
      case "\r": append("\\r")
      case "\t": append("\\t")
      case "<", ">", "&", "\u{0}"..."\u{1F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: append(String(scalar))
      }
    }
  }

  private static func standsForItself(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
      false
    case 0x20...0x7F: true
    default: false
    }
  }
}
