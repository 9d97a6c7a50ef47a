/// Marks that a diagnostic has been recorded and the construct at hand cannot be finished.
struct SyntaxFailure: Error {}

/// Limits that keep hostile files from exhausting the stack or the terminal.
public enum SyntaxLimit {
  /// How deep blocks, expressions and templates may be nested in each other; a for expression counts
  /// twice. Small enough for a thread with 512 KB of stack, in a debug build too.
  public static let depth = 50
  /// How many syntax errors are reported before parsing stops.
  public static let diagnostics = 50
}

/// Reads tokens into a syntax tree, by recursive descent.
///
/// A failed construct throws `SyntaxFailure` up to the body item that it is in; there the parser
/// skips to the next item and goes on, so that one run reports more than one mistake.
struct Parser {
  let file: SourceFile
  let tokens: [Token]
  var cursor = 0
  /// Whether newlines are tokens here; within brackets they are only white space.
  var seesNewlines = true
  var depth = 0
  var diagnostics: [Diagnostic] = []
  var hasReportedEnd = false

  init(file: SourceFile) {
    self.file = file
    tokens = Lexer.tokens(of: file)
  }

  // MARK: Tokens
  private var nextIndex: Int {
    var index = cursor
    if !seesNewlines {
      while tokens[index].kind == .newline { index += 1 }
    }
    return index
  }

  /// The next token, which stays where it is.
  var next: Token { tokens[nextIndex] }

  /// The token that was read last.
  var previous: Token { tokens[max(0, cursor - 1)] }

  /// Takes the next token; the end of the file is never passed.
  @discardableResult
  mutating func read() -> Token {
    let index = nextIndex
    cursor = min(index + 1, tokens.count - 1)
    return tokens[index]
  }

  func text(_ token: Token) -> String { file.text(of: token.span) }

  /// Whether a token is the given word; words of the language are names everywhere else.
  func isWord(_ token: Token, _ word: StaticString) -> Bool {
    guard token.kind == .identifier, Int(token.end - token.start) == word.utf8CodeUnitCount else {
      return false
    }
    let bytes = file.bytes[Int(token.start)..<Int(token.end)]
    return bytes.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  /// Runs part of the parser with or without newlines as tokens.
  mutating func withNewlines<Result>(
    _ sees: Bool, _ body: (inout Parser) throws(SyntaxFailure) -> Result
  ) throws(SyntaxFailure) -> Result {
    let saved = seesNewlines
    seesNewlines = sees
    defer { seesNewlines = saved }
    return try body(&self)
  }

  // MARK: Failures
  /// Records an error and gives the failure to throw.
  mutating func failure(
    _ summary: String, _ detail: String, at span: SourceSpan, suggestion: String? = nil,
    notes: [(String, SourceSpan)] = []
  ) -> SyntaxFailure {
    report(summary, detail, at: span, suggestion: suggestion, notes: notes)
    return SyntaxFailure()
  }

  mutating func report(
    _ summary: String, _ detail: String, at span: SourceSpan, suggestion: String? = nil,
    notes: [(String, SourceSpan)] = []
  ) {
    guard diagnostics.count < SyntaxLimit.diagnostics else { return }
    diagnostics.append(
      Diagnostic(
        .error, summary, detail: detail, range: file.range(of: span), suggestion: suggestion,
        notes: notes.map { Diagnostic.Note($0.0, range: file.range(of: $0.1)) }))
  }

  /// The failure for a token that cannot stand where it is, with a better reason when the token can
  /// stand nowhere.
  mutating func unexpected(_ token: Token, _ summary: String, _ detail: String) -> SyntaxFailure {
    if let (summary, detail) = reasonAgainst(token) { return failure(summary, detail, at: token.span) }
    return failure(summary, detail, at: token.span)
  }

  private func reasonAgainst(_ token: Token) -> (String, String)? {
    switch token.kind {
    case .quotedNewline:
      return (
        "Unclosed string",
        "A quoted string must end on the line it begins on. Close it with a quote, write \\n for a "
          + "newline, or use a heredoc (<<EOT)."
      )
    case .unterminatedComment:
      return ("Unclosed comment", "A comment that begins with /* must end with */.")
    case .endOfFile:
      return nil
    case .invalid: return reasonAgainstCharacter(text(token))
    default: return nil
    }
  }

  private func reasonAgainstCharacter(_ text: String) -> (String, String) {
    switch text {
    case "'": return ("Invalid character", "Strings are written with double quotes, not with single ones.")
    case "`":
      return ("Invalid character", "Backquotes have no meaning here; use a heredoc (<<EOT) for long text.")
    case ";":
      return (
        "Invalid character", "A semicolon has no meaning here; write each argument on a line of its own."
      )
    case "&": return ("Unknown operator", "The operator for \"and\" is &&.")
    case "|": return ("Unknown operator", "The operator for \"or\" is ||.")
    case "<":
      return (
        "Invalid heredoc", "A heredoc begins with << or <<-, a name, and a newline right after the name."
      )
    case "\\": return ("Invalid character", "A backslash must be followed by the character that it escapes.")
    default:
      let scalars = text.unicodeScalars.map { scalar in
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      }
      return ("Invalid character", "The character \(scalars.joined(separator: " ")) has no meaning here.")
    }
  }

  /// Enters a level of nesting and runs a part of the parser in it.
  mutating func nested<Result>(
    _ body: (inout Parser) throws(SyntaxFailure) -> Result
  ) throws(SyntaxFailure) -> Result {
    guard depth < SyntaxLimit.depth else {
      throw failure(
        "Nesting too deep", "Blocks and expressions may be nested \(SyntaxLimit.depth) levels deep.",
        at: next.span)
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }
}
