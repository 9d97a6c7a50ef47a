/// Splits the bytes of a file into tokens, in one pass and without recursion.
///
/// A template inside a string is not a string token: its literal parts and its `${…}` sequences are
/// tokens of their own, so a stack of modes says what the bytes at hand belong to.
struct Lexer {
  /// What the bytes at hand are.
  enum Mode {
    /// Plain HCL; counts the braces that are open, so that the `}` that ends a sequence is known.
    case plain(openBraces: Int)
    /// Within `"…"`.
    case quoted
    /// Within `<<MARKER`; the span is the marker's.
    case heredoc(marker: SourceSpan, atLineStart: Bool)
  }

  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0
  var tokens: [Token] = []
  var modes: [Mode] = [.plain(openBraces: 0)]

  /// All tokens of a file; the last is `endOfFile`.
  static func tokens(of file: SourceFile) -> [Token] {
    file.bytes.withUnsafeBufferPointer { bytes in
      var lexer = Lexer(bytes: bytes)
      lexer.tokens.reserveCapacity(bytes.count / 4)
      lexer.run()
      return lexer.tokens
    }
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private mutating func run() {
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    while position < bytes.count {
      switch modes.last {
      case .quoted: scanQuoted()
      case .heredoc(let marker, let atLineStart): scanHeredoc(marker: marker, atLineStart: atLineStart)
      case .plain, nil: scanPlain()
      }
    }
    emit(.endOfFile, length: 0)
  }

  // MARK: Access
  func byte(_ offset: Int) -> UInt8 {
    let index = position + offset
    return index < bytes.count ? bytes[index] : 0
  }

  mutating func emit(_ kind: Token.Kind, length: Int) {
    let end = position + length
    tokens.append(
      Token(
        kind: kind, start: UInt32(truncatingIfNeeded: position), end: UInt32(truncatingIfNeeded: end)))
    position = end
  }

  func isNewline(at index: Int) -> Bool {
    guard index < bytes.count else { return false }
    return bytes[index] == UInt8(ascii: "\n")
      || (bytes[index] == UInt8(ascii: "\r") && index + 1 < bytes.count
        && bytes[index + 1] == UInt8(ascii: "\n"))
  }

  // MARK: Plain HCL
  private mutating func scanPlain() {
    let first = bytes[position]
    switch first {
    case UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
    case UInt8(ascii: "\n"): emit(.newline, length: 1)
    case UInt8(ascii: "\r"):
      emit(byte(1) == UInt8(ascii: "\n") ? .newline : .invalid, length: byte(1) == UInt8(ascii: "\n") ? 2 : 1)
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
      emit(.identifier, length: identifierLength(from: position))
    case UInt8(ascii: "0")...UInt8(ascii: "9"): emit(.number, length: numberLength())
    case UInt8(ascii: "\""):
      emit(.openQuote, length: 1)
      modes.append(.quoted)
    case UInt8(ascii: "#"): scanLineComment()
    case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"): scanLineComment()
    case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): scanBlockComment()
    case UInt8(ascii: "<") where byte(1) == UInt8(ascii: "<"): scanHeredocStart()
    case UInt8(ascii: "{"): openBrace()
    case UInt8(ascii: "}"): closeBrace(length: 1)
    case UInt8(ascii: "~") where byte(1) == UInt8(ascii: "}") && isAtSequenceEnd: closeBrace(length: 2)
    case 0x80...: scanNonASCII()
    default: scanPunctuation(first)
    }
  }

  private mutating func scanPunctuation(_ first: UInt8) {
    let second = byte(1)
    func choose(_ next: Character, _ long: Token.Kind, _ short: Token.Kind) -> (Token.Kind, Int) {
      second == next.asciiValue ? (long, 2) : (short, 1)
    }
    let (kind, length): (Token.Kind, Int) =
      switch first {
      case UInt8(ascii: "="):
        second == UInt8(ascii: ">") ? (.fatArrow, 2) : choose("=", .equalEqual, .equal)
      case UInt8(ascii: "."):
        second == UInt8(ascii: ".") && byte(2) == UInt8(ascii: ".") ? (.ellipsis, 3) : (.dot, 1)
      case UInt8(ascii: "!"): choose("=", .notEqual, .bang)
      case UInt8(ascii: "<"): choose("=", .lessOrEqual, .less)
      case UInt8(ascii: ">"): choose("=", .greaterOrEqual, .greater)
      case UInt8(ascii: "&"): choose("&", .and, .invalid)
      case UInt8(ascii: "|"): choose("|", .or, .invalid)
      case UInt8(ascii: ","): (.comma, 1)
      case UInt8(ascii: "["): (.openBracket, 1)
      case UInt8(ascii: "]"): (.closeBracket, 1)
      case UInt8(ascii: "("): (.openParenthesis, 1)
      case UInt8(ascii: ")"): (.closeParenthesis, 1)
      case UInt8(ascii: "+"): (.plus, 1)
      case UInt8(ascii: "-"): (.minus, 1)
      case UInt8(ascii: "*"): (.star, 1)
      case UInt8(ascii: "/"): (.slash, 1)
      case UInt8(ascii: "%"): (.percent, 1)
      case UInt8(ascii: "?"): (.question, 1)
      case UInt8(ascii: ":"): (.colon, 1)
      default: (.invalid, 1)
      }
    emit(kind, length: length)
  }

  private mutating func scanNonASCII() {
    let (scalar, length) = scalar(at: position)
    if scalar.properties.isIDStart {
      emit(.identifier, length: identifierLength(from: position))
    } else {
      emit(.invalid, length: length)
    }
  }

  /// The scalar at an index; the bytes are known to be valid UTF-8.
  private func scalar(at index: Int) -> (Unicode.Scalar, Int) {
    let first = UInt32(bytes[index])
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    var value = length == 1 ? first : first & (0xFF >> UInt32(length + 1))
    for offset in 1..<max(length, 1) { value = value << 6 | UInt32(bytes[index + offset] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  func identifierLength(from start: Int) -> Int {
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        index += 1
      case 0x80...:
        let (scalar, length) = scalar(at: index)
        guard scalar.properties.isIDContinue else { return index - start }
        index += length
      default: return index - start
      }
    }
    return index - start
  }

  private func numberLength() -> Int {
    func isDigit(_ index: Int) -> Bool {
      index < bytes.count && bytes[index] >= UInt8(ascii: "0") && bytes[index] <= UInt8(ascii: "9")
    }
    var index = position
    while isDigit(index) { index += 1 }
    if index < bytes.count, bytes[index] == UInt8(ascii: "."), isDigit(index + 1) {
      index += 1
      while isDigit(index) { index += 1 }
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      var digits = index + 1
      if digits < bytes.count, bytes[digits] == UInt8(ascii: "+") || bytes[digits] == UInt8(ascii: "-") {
        digits += 1
      }
      if isDigit(digits) {
        index = digits
        while isDigit(index) { index += 1 }
      }
    }
    return index - position
  }

  // MARK: Comments
  /// A comment to the end of the line counts as the newline that ends it.
  private mutating func scanLineComment() {
    var end = position
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    if end < bytes.count {
      emit(.newline, length: end + 1 - position)
    } else {
      position = end
    }
  }

  private mutating func scanBlockComment() {
    var end = position + 2
    while end + 1 < bytes.count {
      if bytes[end] == UInt8(ascii: "*"), bytes[end + 1] == UInt8(ascii: "/") {
        position = end + 2
        return
      }
      end += 1
    }
    emit(.unterminatedComment, length: 2)
    position = bytes.count
  }

  // MARK: Braces
  private var isAtSequenceEnd: Bool {
    if case .plain(openBraces: 0) = modes.last { return modes.count > 1 }
    return false
  }

  private mutating func openBrace() {
    if case .plain(let count) = modes.last { modes[modes.count - 1] = .plain(openBraces: count + 1) }
    emit(.openBrace, length: 1)
  }

  private mutating func closeBrace(length: Int) {
    if isAtSequenceEnd {
      emit(.sequenceEnd, length: length)
      modes.removeLast()
      return
    }
    if case .plain(let count) = modes.last {
      modes[modes.count - 1] = .plain(openBraces: max(0, count - 1))
    }
    emit(.closeBrace, length: length)
  }
}
