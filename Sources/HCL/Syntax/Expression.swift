/// An expression as it was written.
public struct Expression: Sendable {
  /// What the expression is.
  public indirect enum Kind: Sendable {
    /// A number, `true`, `false` or `null`.
    case literal(Value)
    /// Text with sequences in it, from a quoted string or a heredoc.
    case template([TemplatePart])
    /// A string that is one `${…}` and nothing else; the value keeps its type.
    case wrapped(Expression)
    /// A name on its own.
    case variable(String)
    /// `.name`, `[key]` and `[*]` after an expression.
    case traversal(Expression, [TraversalStep])
    case call(FunctionCall)
    case tuple([Expression])
    case object([ObjectItem])
    case loop(ForExpression)
    case conditional(condition: Expression, then: Expression, otherwise: Expression)
    /// Operands of one level of precedence, from left to right.
    case operation(Expression, [OperationStep])
    case unary(UnaryOperator, Expression)
    case parentheses(Expression)
  }

  /// What the expression is.
  public var kind: Kind
  /// Where it was written, from its first byte to its last.
  public var span: SourceSpan

  /// Makes an expression from its parts.
  public init(_ kind: Kind, span: SourceSpan) {
    self.kind = kind
    self.span = span
  }
}

/// One step from a value to a part of it.
public indirect enum TraversalStep: Sendable {
  /// `.name`
  case attribute(String, span: SourceSpan)
  /// `[key]` with a key that is known without evaluation, or the old form `.0`.
  case index(Value, span: SourceSpan)
  /// `[key]` with any other key.
  case computedIndex(Expression, span: SourceSpan)
  /// `[*]` or `.*`, with the steps that apply to each element.
  case splat(marker: SourceSpan, each: [TraversalStep])

  /// Where the step was written.
  public var span: SourceSpan {
    switch self {
    case .attribute(_, let span), .index(_, let span), .computedIndex(_, let span): span
    case .splat(let marker, let each): each.reduce(marker) { $0.union($1.span) }
    }
  }
}

/// `name(argument, …)`
public struct FunctionCall: Sendable {
  /// The function's name.
  public var name: String
  /// Where the name was written.
  public var nameSpan: SourceSpan
  /// The arguments.
  public var arguments: [Expression]
  /// Whether the last argument is a list of arguments (`...`).
  public var expandsLast: Bool
  /// The opening parenthesis.
  public var openSpan: SourceSpan
  /// The closing parenthesis.
  public var closeSpan: SourceSpan
}

/// One `key = value` of an object.
public struct ObjectItem: Sendable {
  /// The key; a bare name stands for itself unless the key is in parentheses.
  public var key: Expression
  /// The value.
  public var value: Expression

  /// The name that a key stands for without evaluation, as in `{ name = … }`.
  public var bareKey: String? { key.keyword }
}

/// `[for …]` or `{for …}`
public struct ForExpression: Sendable {
  /// The name of the key or index, when one was given.
  public var keyName: String?
  /// The name of the element.
  public var valueName: String
  /// What is walked over.
  public var collection: Expression
  /// The key of the result's entry; nil when the result is a tuple.
  public var key: Expression?
  /// The result's element.
  public var value: Expression
  /// The condition after `if`.
  public var condition: Expression?
  /// Whether values of one key are collected (`...`).
  public var groups: Bool
  /// The opening bracket or brace.
  public var openSpan: SourceSpan
}

/// A piece of a template.
public indirect enum TemplatePart: Sendable {
  /// Text, with escapes resolved and marked white space removed.
  case text(String, span: SourceSpan)
  /// `${…}`
  case interpolation(Expression)
  /// `%{ if … }…%{ else }…%{ endif }`
  case conditional(Expression, then: [TemplatePart], otherwise: [TemplatePart], span: SourceSpan)
  /// `%{ for … }…%{ endfor }`
  case loop(
    keyName: String?, valueName: String, collection: Expression, body: [TemplatePart], span: SourceSpan)

  /// Where the piece was written.
  public var span: SourceSpan {
    switch self {
    case .text(_, let span), .conditional(_, _, _, let span), .loop(_, _, _, _, let span): span
    case .interpolation(let expression): expression.span
    }
  }
}

/// One operator and its right operand.
public struct OperationStep: Sendable {
  /// The operator.
  public var operation: BinaryOperator
  /// What stands to the right of it.
  public var operand: Expression
}

/// An operator between two operands.
public enum BinaryOperator: String, Sendable {
  case or = "||"
  case and = "&&"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"

  /// Higher binds tighter.
  var precedence: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .equal, .notEqual: 3
    case .less, .lessOrEqual, .greater, .greaterOrEqual: 4
    case .add, .subtract: 5
    case .multiply, .divide, .remainder: 6
    }
  }
}

/// An operator before its operand.
public enum UnaryOperator: String, Sendable {
  case negate = "-"
  case not = "!"
}

extension Expression {
  /// The name that the expression is when it is nothing but a name; `true`, `false` and `null` count
  /// as names here.
  public var keyword: String? {
    switch kind {
    case .variable(let name): name
    case .literal(.bool(let value)): value ? "true" : "false"
    case .literal(.null): "null"
    default: nil
    }
  }

  /// The text of a string without sequences; nil for everything else.
  public var literalString: String? {
    guard case .template(let parts) = kind else { return nil }
    var text = ""
    for part in parts {
      guard case .text(let piece, _) = part else { return nil }
      text += piece
    }
    return text
  }

  /// The beginning of the expression, to which a message about the whole of it points.
  public var startSpan: SourceSpan {
    switch kind {
    case .template(let parts):
      guard case .interpolation(let first)? = parts.first else { return parts.first?.span ?? span }
      return first.startSpan
    case .traversal(let base, _): return base.startSpan
    case .call(let call): return call.nameSpan.union(call.openSpan)
    case .tuple, .object: return SourceSpan(start: span.start, end: span.start + 1)
    case .loop(let loop): return loop.openSpan
    case .conditional(let condition, _, _): return condition.startSpan
    case .operation(let first, _): return first.startSpan
    case .unary: return SourceSpan(start: span.start, end: span.start + 1)
    case .literal, .wrapped, .variable, .parentheses: return span
    }
  }
}
