/// What stands between the braces of a block, or in a whole file.
public struct Body: Sendable {
  /// The attributes in file order; no name occurs twice.
  public var attributes: [Attribute] = []
  /// The blocks in file order.
  public var blocks: [Block] = []
  /// From the opening brace to the closing one, or the whole file.
  public var span: SourceSpan
}

/// `name = expression`
public struct Attribute: Sendable {
  /// The name.
  public var name: String
  /// Where the name was written.
  public var nameSpan: SourceSpan
  /// The right side.
  public var expression: Expression

  /// From the name to the end of the expression.
  public var span: SourceSpan { nameSpan.union(expression.span) }
}

/// `type "label" { … }`
public struct Block: Sendable {
  /// One label of a block.
  public struct Label: Sendable {
    /// The label without quotes.
    public var text: String
    /// Where it was written, with quotes.
    public var span: SourceSpan
  }

  /// The block's type.
  public var type: String
  /// Where the type was written.
  public var typeSpan: SourceSpan
  /// The labels.
  public var labels: [Label]
  /// What is in the block.
  public var body: Body

  /// From the type to the closing brace.
  public var span: SourceSpan { typeSpan.union(body.span) }
  /// The opening brace.
  public var openSpan: SourceSpan { SourceSpan(start: body.span.start, end: body.span.start + 1) }
  /// The type and the labels.
  public var headerSpan: SourceSpan { labels.reduce(typeSpan) { $0.union($1.span) } }
}
