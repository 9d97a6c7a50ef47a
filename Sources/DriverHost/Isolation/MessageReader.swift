/// What is wrong with the bytes of a message.
struct MessageError: Error, Hashable, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}

/// Reads the bytes of one message, which may be anything: no count is believed before that many bytes are
/// known to be there.
struct MessageReader {
  private let bytes: [UInt8]
  private var offset = 0
  /// The longest text or blob that is taken.
  let textLimitBytes: Int

  init(_ bytes: [UInt8], textLimitBytes: Int) {
    self.bytes = bytes
    self.textLimitBytes = textLimitBytes
  }

  private var left: Int { bytes.count - offset }

  mutating func number<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self
  ) throws(MessageError) -> Number {
    let size = MemoryLayout<Number>.size
    guard left >= size else { throw MessageError("it ends within a number") }
    defer { offset += size }
    return Number(
      littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) })
  }

  mutating func flag() throws(MessageError) -> Bool {
    switch try number(UInt8.self) {
    case 0: return false
    case 1: return true
    case let other: throw MessageError("\(other) is neither yes nor no")
    }
  }

  mutating func double() throws(MessageError) -> Double { Double(bitPattern: try number()) }

  mutating func blob() throws(MessageError) -> [UInt8] {
    let count = Int(try number(UInt32.self))
    guard count <= textLimitBytes else { throw MessageError("a text of \(count) bytes is too long") }
    guard count <= left else { throw MessageError("it ends within a text") }
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  mutating func text() throws(MessageError) -> String {
    guard let text = String(validating: try blob(), as: UTF8.self) else {
      throw MessageError("a text is not UTF-8")
    }
    return text
  }

  /// - Parameter limit: the most elements that are taken.
  mutating func list<Element>(
    limit: Int = .max, _ element: (inout MessageReader) throws(MessageError) -> Element
  ) throws(MessageError) -> [Element] {
    let count = Int(try number(UInt32.self))
    // Each element takes at least a byte.
    guard count <= limit, count <= left else { throw MessageError("a list of \(count) is too long") }
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try element(&self)) }
    return elements
  }

  mutating func optional<Value>(
    _ value: (inout MessageReader) throws(MessageError) -> Value
  ) throws(MessageError) -> Value? {
    try flag() ? try value(&self) : nil
  }

  mutating func pairs(limit: Int = DriverABI.pairLimit) throws(MessageError) -> [String: String] {
    let pairs = try list(limit: limit) { (reader) throws(MessageError) in
      (try reader.text(), try reader.text())
    }
    return Dictionary(pairs) { _, later in later }
  }

  /// A value that is sent as a small number.
  mutating func choice<Value>(_ values: [UInt8: Value], _ what: String) throws(MessageError) -> Value {
    let code = try number(UInt8.self)
    guard let value = values[code] else { throw MessageError("\(code) is no \(what)") }
    return value
  }

  /// Says that everything has been read.
  func finish() throws(MessageError) {
    guard left == 0 else { throw MessageError("\(left) bytes are left over") }
  }
}
