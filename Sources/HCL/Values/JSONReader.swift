/// Why a text is not JSON.
public struct JSONError: Error, Hashable, Sendable {
  /// The offset of the byte that is wrong.
  public var byteOffset: Int
  /// What is wrong, without a full stop.
  public var message: String

  /// Message and place in one phrase.
  public var description: String { "\(message) at byte \(byteOffset)" }
}

extension Value {
  /// Reads JSON: objects become objects, arrays become tuples, numbers stay exact.
  public init(json bytes: [UInt8]) throws(JSONError) {
    var reader = JSONReader(bytes: bytes)
    self = try reader.readAll()
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  var position = 0
  var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func readAll() throws(JSONError) -> Value {
    let value = try readValue()
    skipSpace()
    guard position == bytes.count else { throw failure("extra text after the value") }
    return value
  }

  private func failure(_ message: String) -> JSONError { JSONError(byteOffset: position, message: message) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    guard next == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func readValue() throws(JSONError) -> Value {
    skipSpace()
    guard let first = next else { throw failure("the text ends where a value is expected") }
    switch first {
    case UInt8(ascii: "{"): return try readObject()
    case UInt8(ascii: "["): return try readArray()
    case UInt8(ascii: "\""): return .normalized(try readString())
    case UInt8(ascii: "t"): return try readWord("true", .bool(true))
    case UInt8(ascii: "f"): return try readWord("false", .bool(false))
    case UInt8(ascii: "n"): return try readWord("null", .null)
    default: return try readNumber()
    }
  }

  private mutating func readWord(_ word: String, _ value: Value) throws(JSONError) -> Value {
    guard bytes[position...].starts(with: word.utf8) else { throw failure("a value is expected") }
    position += word.utf8.count
    return value
  }

  private mutating func readNumber() throws(JSONError) -> Value {
    let start = position
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
    _ = take("-")
    guard isDigit(next) else { throw failure("a value is expected") }
    if next == 0x30 { position += 1 } else { while isDigit(next) { position += 1 } }
    if take(".") {
      guard isDigit(next) else { throw failure("a digit is expected") }
      while isDigit(next) { position += 1 }
    }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      guard isDigit(next) else { throw failure("a digit is expected") }
      while isDigit(next) { position += 1 }
    }
    guard let number = Number(decimal: String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw failure("the number is out of range")
    }
    return .number(number)
  }

  private mutating func enter() throws(JSONError) {
    depth += 1
    guard depth <= SyntaxLimit.depth else { throw failure("the nesting is too deep") }
    position += 1
    skipSpace()
  }

  private mutating func readArray() throws(JSONError) -> Value {
    try enter()
    defer { depth -= 1 }
    var elements: [Value] = []
    if take("]") { return .tuple([]) }
    repeat {
      elements.append(try readValue())
      skipSpace()
    } while take(",")
    guard take("]") else { throw failure("\",\" or \"]\" is expected") }
    return .tuple(elements)
  }

  private mutating func readObject() throws(JSONError) -> Value {
    try enter()
    defer { depth -= 1 }
    var attributes: [String: Value] = [:]
    if take("}") { return .object([:]) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw failure("a name in quotes is expected") }
      let name = composed(try readString())
      skipSpace()
      guard take(":") else { throw failure("\":\" is expected") }
      attributes[name] = try readValue()
      skipSpace()
    } while take(",")
    guard take("}") else { throw failure("\",\" or \"}\" is expected") }
    return .object(attributes)
  }

  private mutating func readString() throws(JSONError) -> String {
    position += 1
    var result: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
      case UInt8(ascii: "\\"): try readEscape(into: &result)
      case 0..<0x20: throw failure("a control character must be escaped")
      default: result.append(byte)
      }
    }
    throw failure("the string is not closed")
  }

  private mutating func readEscape(into result: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw failure("the string is not closed") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
    case UInt8(ascii: "u"): result.append(contentsOf: String(Character(try readScalar())).utf8)
    default: throw failure("the escape is unknown")
    }
  }

  private mutating func readScalar() throws(JSONError) -> Unicode.Scalar {
    let first = try readHexadecimal()
    if (0xD800...0xDBFF).contains(first), bytes[position...].starts(with: [0x5C, 0x75]) {
      let saved = position
      position += 2
      let second = try readHexadecimal()
      if (0xDC00...0xDFFF).contains(second) {
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
      }
      position = saved
    }
    return Unicode.Scalar(first) ?? "\u{FFFD}"
  }

  private mutating func readHexadecimal() throws(JSONError) -> UInt32 {
    let digits = bytes[position..<min(position + 4, bytes.count)]
    guard digits.count == 4, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("four hexadecimal digits are expected") }
    position += 4
    return value
  }
}
