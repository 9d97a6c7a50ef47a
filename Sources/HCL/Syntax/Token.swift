/// A token of the HCL language.
struct Token {
  enum Kind: UInt8 {
    case identifier, number
    case openQuote, closeQuote, quotedLiteral, quotedNewline
    case openHeredoc, closeHeredoc, heredocLiteral
    case interpolation, control, sequenceEnd
    case openBrace, closeBrace, openBracket, closeBracket, openParenthesis, closeParenthesis
    case plus, minus, star, slash, percent, bang, and, or
    case equal, equalEqual, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case dot, comma, ellipsis, question, colon, fatArrow
    case newline, endOfFile, unterminatedComment, invalid
  }

  var kind: Kind
  var start: UInt32
  var end: UInt32

  var span: SourceSpan { SourceSpan(start: start, end: end) }
}
