extension Parser {
  /// The text that a literal token stands for.
  ///
  /// In a quoted string a backslash begins an escape; in both kinds of template `$${` and `%%{` stand
  /// for the characters without the first.
  mutating func unescaped(_ token: Token, isQuoted: Bool) throws(SyntaxFailure) -> String {
    let bytes = file.bytes[Int(token.start)..<Int(token.end)]
    let hasEscape = bytes.contains {
      $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "%") || (isQuoted && $0 == UInt8(ascii: "\\"))
    }
    guard hasEscape else { return String(decoding: bytes, as: UTF8.self) }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\"), isQuoted {
        index = try appendEscape(at: index, in: bytes, to: &result)
      } else if byte == UInt8(ascii: "$") || byte == UInt8(ascii: "%"), index + 2 < bytes.endIndex,
        bytes[index + 1] == byte, bytes[index + 2] == UInt8(ascii: "{")
      {
        result.append(byte)
        result.append(UInt8(ascii: "{"))
        index += 3
      } else {
        result.append(byte)
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private mutating func appendEscape(
    at start: Int, in bytes: ArraySlice<UInt8>, to result: inout [UInt8]
  ) throws(SyntaxFailure) -> Int {
    let selector = start + 1 < bytes.endIndex ? bytes[start + 1] : 0
    switch selector {
    case UInt8(ascii: "n"): result.append(UInt8(ascii: "\n"))
    case UInt8(ascii: "r"): result.append(UInt8(ascii: "\r"))
    case UInt8(ascii: "t"): result.append(UInt8(ascii: "\t"))
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): result.append(selector)
    case UInt8(ascii: "u"): return try appendScalar(at: start, digits: 4, in: bytes, to: &result)
    case UInt8(ascii: "U"): return try appendScalar(at: start, digits: 8, in: bytes, to: &result)
    default:
      var end = start + 2
      while end < bytes.endIndex, bytes[end] & 0xC0 == 0x80 { end += 1 }
      let isSequence = selector == UInt8(ascii: "$") || selector == UInt8(ascii: "%")
      throw failure(
        "Invalid escape",
        isSequence
          ? "Write $${ or %%{ for the opening characters of a sequence."
          : "The escapes are \\n, \\r, \\t, \\\", \\\\, \\uXXXX and \\UXXXXXXXX.",
        at: SourceSpan(start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end)))
    }
    return start + 2
  }

  private mutating func appendScalar(
    at start: Int, digits count: Int, in bytes: ArraySlice<UInt8>, to result: inout [UInt8]
  ) throws(SyntaxFailure) -> Int {
    let end = start + 2 + count
    let digits = bytes[(start + 2)..<min(end, bytes.endIndex)]
    guard digits.count == count, let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
      digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-")
    else {
      throw failure(
        "Invalid escape", "The escape needs \(count) hexadecimal digits.",
        at: SourceSpan(
          start: UInt32(truncatingIfNeeded: start),
          end: UInt32(truncatingIfNeeded: min(start + 2, bytes.endIndex))))
    }
    let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
    result.append(contentsOf: String(Character(scalar)).utf8)
    return end
  }
}
