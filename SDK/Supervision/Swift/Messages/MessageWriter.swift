/// Puts the values of a message one after the other: integers in little-endian order, text and lists with
/// their count before them.
struct MessageWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ flag: Bool) { write(UInt8(flag ? 1 : 0)) }

  mutating func write(_ text: String) {
    write(UInt32(clamping: text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func write(_ data: [UInt8]) {
    write(UInt32(clamping: data.count))
    bytes.append(contentsOf: data)
  }

  mutating func write<Element>(_ list: [Element], _ element: (inout MessageWriter, Element) -> Void) {
    write(UInt32(clamping: list.count))
    for item in list { element(&self, item) }
  }

  mutating func write<Value>(_ value: Value?, _ body: (inout MessageWriter, Value) -> Void) {
    write(value != nil)
    if let value { body(&self, value) }
  }
}

/// A message that is not one of this protocol.
struct MalformedMessage: Error, Equatable {}

/// Takes the values out of a message again. Never reads past its end, whatever the counts say.
struct MessageReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// Whether nothing is left.
  var isAtEnd: Bool { position == bytes.endIndex }

  private mutating func take(_ count: Int) throws(MalformedMessage) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.endIndex - position else { throw MalformedMessage() }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type = Number.self) throws(MalformedMessage)
    -> Number
  {
    var value: Number = 0
    for (index, byte) in try take(MemoryLayout<Number>.size).enumerated() {
      value |= Number(truncatingIfNeeded: byte) << (index * 8)
    }
    return value
  }

  mutating func flag() throws(MalformedMessage) -> Bool { try number(UInt8.self) != 0 }

  private mutating func count() throws(MalformedMessage) -> Int { Int(try number(UInt32.self)) }

  mutating func text() throws(MalformedMessage) -> String {
    String(decoding: try take(try count()), as: UTF8.self)
  }

  mutating func data() throws(MalformedMessage) -> [UInt8] { Array(try take(try count())) }

  mutating func list<Element>(
    _ element: (inout MessageReader) throws(MalformedMessage) -> Element
  ) throws(MalformedMessage) -> [Element] {
    let count = try count()
    // Each element takes a byte at least, so that a wrong count reserves nothing.
    guard count <= bytes.endIndex - position else { throw MalformedMessage() }
    var list: [Element] = []
    list.reserveCapacity(count)
    for _ in 0..<count { list.append(try element(&self)) }
    return list
  }

  mutating func optional<Value>(
    _ body: (inout MessageReader) throws(MalformedMessage) -> Value
  ) throws(MalformedMessage) -> Value? {
    try flag() ? try body(&self) : nil
  }
}
