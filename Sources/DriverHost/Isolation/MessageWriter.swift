/// Builds the bytes of one message: whole numbers little-endian, texts and lists with their count before
/// them.
struct MessageWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  mutating func write(_ number: Double) { write(number.bitPattern) }

  mutating func write(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      write(UInt32(clamping: utf8.count))
      bytes.append(contentsOf: utf8)
    }
  }

  mutating func write(_ blob: [UInt8]) {
    write(UInt32(clamping: blob.count))
    bytes.append(contentsOf: blob)
  }

  mutating func write<Element>(
    list: some Collection<Element>, _ body: (inout MessageWriter, Element) -> Void
  ) {
    write(UInt32(clamping: list.count))
    for element in list { body(&self, element) }
  }

  mutating func write<Value>(optional value: Value?, _ body: (inout MessageWriter, Value) -> Void) {
    write(value != nil)
    if let value { body(&self, value) }
  }

  mutating func write(_ pairs: [String: String]) {
    write(list: pairs) { writer, pair in
      writer.write(pair.key)
      writer.write(pair.value)
    }
  }

  /// Puts a number where one was written before.
  mutating func replace(at offset: Int, with number: UInt32) {
    withUnsafeBytes(of: number.littleEndian) { source in
      bytes.replaceSubrange(offset..<offset + source.count, with: source)
    }
  }
}
