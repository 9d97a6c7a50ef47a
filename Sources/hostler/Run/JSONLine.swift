import HCL

/// A record as one line of JSON, put together field by field.
struct JSONLine {
  private(set) var text: String

  /// Begins a record with its first field.
  init(_ name: StaticString, _ value: String) {
    text = ""
    text.reserveCapacity(512)
    text += "{\"\(name)\":"
    appendJSON(value, to: &text)
  }

  private mutating func key(_ name: StaticString) {
    text += ",\""
    name.withUTF8Buffer { text += String(decoding: $0, as: UTF8.self) }
    text += "\":"
  }

  mutating func add(_ name: StaticString, _ value: String) {
    key(name)
    appendJSON(value, to: &text)
  }

  mutating func add(_ name: StaticString, _ value: some BinaryInteger) {
    key(name)
    text += String(value)
  }

  mutating func add(_ name: StaticString, _ value: Bool) {
    key(name)
    text += value ? "true" : "false"
  }

  mutating func add(_ name: StaticString, _ values: [String]) {
    key(name)
    text += "["
    for (place, value) in values.enumerated() {
      if place > 0 { text += "," }
      appendJSON(value, to: &text)
    }
    text += "]"
  }

  mutating func add(_ name: StaticString, _ values: [String: String]) {
    key(name)
    text += "{"
    for (place, (key, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
      if place > 0 { text += "," }
      appendJSON(key, to: &text)
      text += ":"
      appendJSON(value, to: &text)
    }
    text += "}"
  }

  /// The line, with its end.
  consuming func finished() -> String {
    text += "}\n"
    return text
  }
}
