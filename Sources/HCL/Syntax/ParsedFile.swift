/// A file as a syntax tree, with what was wrong in it.
public struct ParsedFile: Sendable {
  /// The text that the tree's spans refer to.
  public let source: SourceFile
  /// What the file contains; items with a syntax error are missing.
  public let body: Body
  /// The syntax errors.
  public let diagnostics: [Diagnostic]

  /// Parses a file. Never fails: errors are in `diagnostics`.
  public init(_ source: SourceFile) {
    var parser = Parser(file: source)
    self.source = source
    body = parser.parseFile()
    diagnostics = parser.diagnostics
  }
}

/// An expression on its own, as given on a command line, with what was wrong in it.
public struct ParsedExpression: Sendable {
  /// The text that the tree's spans refer to.
  public let source: SourceFile
  /// The expression; nil after a syntax error.
  public let expression: Expression?
  /// The syntax errors.
  public let diagnostics: [Diagnostic]

  /// Parses an expression. Never fails: errors are in `diagnostics`.
  public init(_ source: SourceFile) {
    var parser = Parser(file: source)
    self.source = source
    expression = parser.parseWholeExpression()
    diagnostics = parser.diagnostics
  }
}
