/// The text of one HCL file, and where its lines begin.
///
/// A file that could be opened is valid UTF-8 and within the size limit, so that nothing after
/// this has to check either. Safe to share between threads: it never changes.
public final class SourceFile: Sendable {
  /// The default limit on the size of a file, in bytes.
  public static let defaultSizeLimitBytes = 10 * 1024 * 1024

  /// The file's name as the user gave it; used in messages only.
  public let name: String
  /// The bytes of the file, valid UTF-8.
  public let bytes: [UInt8]
  /// The offset of each line's first byte.
  private let lineStarts: [UInt32]
  /// Columns at some places of long lines, in order.
  private let columnMarks: [ColumnMark]

  /// Checks the bytes of a file.
  /// - Parameters:
  ///   - name: the file's name for messages.
  ///   - bytes: the content.
  ///   - sizeLimitBytes: the largest size that is accepted.
  /// - Throws: one diagnostic that says why the file is refused: too large (with both sizes) or not
  ///   UTF-8 (with the place of the first wrong byte).
  public init(
    name: String, bytes: [UInt8], sizeLimitBytes: Int = SourceFile.defaultSizeLimitBytes
  ) throws(DiagnosticsError) {
    // Spans count in 32 bits.
    let limit = min(sizeLimitBytes, Int(Int32.max))
    guard bytes.count <= limit else {
      throw DiagnosticsError(SourceFile.tooLarge(name: name, size: bytes.count, limit: limit))
    }
    let lineStarts = SourceFile.lineStarts(of: bytes)
    self.name = name
    self.bytes = bytes
    self.lineStarts = lineStarts
    columnMarks = ColumnMark.marks(in: bytes, lineStarts: lineStarts)
    if let offset = firstInvalidUTF8(in: bytes) {
      throw DiagnosticsError(notUTF8(at: offset))
    }
  }

  /// Makes a file from text that is already a string.
  /// - Throws: one diagnostic when the text is larger than the limit.
  public convenience init(
    name: String, text: String, sizeLimitBytes: Int = SourceFile.defaultSizeLimitBytes
  ) throws(DiagnosticsError) {
    try self.init(name: name, bytes: Array(text.utf8), sizeLimitBytes: sizeLimitBytes)
  }

  /// The diagnostic for a file above the limit; callers that know a file's size before they read it
  /// use it to refuse early.
  public static func tooLarge(name: String, size: Int, limit: Int) -> Diagnostic {
    let start = SourcePosition(line: 1, column: 1, byteOffset: 0)
    return Diagnostic(
      .error, "File too large",
      detail: "The file has \(size) bytes; at most \(limit) are accepted.",
      range: SourceRange(file: name, start: start, end: start))
  }

  private static func lineStarts(of bytes: [UInt8]) -> [UInt32] {
    var starts: [UInt32] = [0]
    bytes.withUnsafeBufferPointer { buffer in
      for index in buffer.indices where buffer[index] == UInt8(ascii: "\n") {
        starts.append(UInt32(truncatingIfNeeded: index + 1))
      }
    }
    return starts
  }

  private func notUTF8(at offset: Int) -> Diagnostic {
    let hexadecimal = String(bytes[offset], radix: 16, uppercase: true)
    let position = lineAndByteColumn(at: offset)
    let start = SourcePosition(line: position.line, column: position.column, byteOffset: offset)
    let end = SourcePosition(line: start.line, column: start.column + 1, byteOffset: offset + 1)
    return Diagnostic(
      .error, "Invalid UTF-8",
      detail: "Byte 0x\(hexadecimal) at offset \(offset), in line \(start.line), is not UTF-8. "
        + "Save the file in the UTF-8 encoding.",
      range: SourceRange(file: name, start: start, end: end))
  }
}

// MARK: Positions
extension SourceFile {
  /// The position of a byte offset, with the column in grapheme clusters.
  public func position(at offset: UInt32) -> SourcePosition {
    let offset = min(Int(offset), bytes.count)
    let place = lineAndByteColumn(at: offset)
    var base = ColumnMark(offset: UInt32(offset - (place.column - 1)), column: 1)
    if let mark = lastMark(at: offset), mark.offset > base.offset { base = mark }
    let between = bytes[Int(base.offset)..<offset]
    let isASCII = between.allSatisfy { $0 < 0x80 }
    let count = isASCII ? between.count : String(decoding: between, as: UTF8.self).count
    return SourcePosition(line: place.line, column: Int(base.column) + count, byteOffset: offset)
  }

  /// The last mark at or before an offset.
  private func lastMark(at offset: Int) -> ColumnMark? {
    var low = 0
    var high = columnMarks.count
    while low < high {
      let middle = (low + high) / 2
      if Int(columnMarks[middle].offset) <= offset { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? columnMarks[low - 1] : nil
  }

  /// The lines and columns of a span.
  public func range(of span: SourceSpan) -> SourceRange {
    SourceRange(file: name, start: position(at: span.start), end: position(at: span.end))
  }

  /// The number of lines; a file that ends in a newline has an empty last line.
  public var lineCount: Int { lineStarts.count }

  /// The text of a line, counted from 1, without its newline; nil beyond the end.
  public func line(_ number: Int) -> String? {
    guard number >= 1, number <= lineStarts.count else { return nil }
    let start = Int(lineStarts[number - 1])
    var end = number < lineStarts.count ? Int(lineStarts[number]) - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The text that a span covers.
  public func text(of span: SourceSpan) -> String {
    let end = min(Int(span.end), bytes.count)
    return String(decoding: bytes[min(Int(span.start), end)..<end], as: UTF8.self)
  }

  private func lineAndByteColumn(at offset: Int) -> (line: Int, column: Int) {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(lineStarts[middle]) <= offset { low = middle } else { high = middle }
    }
    return (low + 1, offset - Int(lineStarts[low]) + 1)
  }
}

/// The offset of the first byte that does not belong to valid UTF-8, or nil.
private func firstInvalidUTF8(in bytes: [UInt8]) -> Int? {
  bytes.withUnsafeBufferPointer { buffer in
    var index = 0
    while index < buffer.count {
      let first = buffer[index]
      if first < 0x80 {
        index += 1
        continue
      }
      guard let length = sequenceLength(in: buffer, at: index) else { return index }
      index += length
    }
    return nil
  }
}

/// The length of the well-formed multi-byte sequence at an index, or nil when it is malformed.
private func sequenceLength(in buffer: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
  let first = buffer[index]
  let length: Int
  var second: ClosedRange<UInt8> = 0x80...0xBF
  switch first {
  case 0xC2...0xDF: length = 2
  case 0xE0: (length, second) = (3, 0xA0...0xBF)
  case 0xED: (length, second) = (3, 0x80...0x9F)
  case 0xE1...0xEF: length = 3
  case 0xF0: (length, second) = (4, 0x90...0xBF)
  case 0xF1...0xF3: length = 4
  case 0xF4: (length, second) = (4, 0x80...0x8F)
  default: return nil
  }
  guard index + length <= buffer.count, second.contains(buffer[index + 1]) else { return nil }
  for offset in 2..<max(length, 2) where !(0x80...0xBF).contains(buffer[index + offset]) { return nil }
  return length
}
