/// Collects what is wrong with one file while its blocks are decoded.
///
/// Belongs to one task at a time.
public final class DiagnosticCollector {
  /// The file that is decoded.
  public let source: SourceFile
  /// What was found so far, in the order it was found.
  public private(set) var diagnostics: [Diagnostic] = []

  /// Makes an empty collector for a file.
  public init(source: SourceFile, diagnostics: [Diagnostic] = []) {
    self.source = source
    self.diagnostics = diagnostics
  }

  /// Adds a diagnostic unless it is there already.
  public func add(_ diagnostic: Diagnostic) {
    if !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
  }

  /// Adds several diagnostics.
  public func add(_ others: [Diagnostic]) {
    for diagnostic in others { add(diagnostic) }
  }

  /// Adds an error about a place in the file.
  public func error(
    _ summary: String, _ detail: String, at span: SourceSpan, suggestion: String? = nil,
    notes: [Diagnostic.Note] = []
  ) {
    add(
      Diagnostic(
        .error, summary, detail: detail, range: source.range(of: span), suggestion: suggestion,
        notes: notes))
  }

  /// Adds a warning about a place in the file.
  public func warning(_ summary: String, _ detail: String, at span: SourceSpan) {
    add(Diagnostic(.warning, summary, detail: detail, range: source.range(of: span)))
  }

  /// The value of an expression, or nil after recording why it has none.
  public func evaluate(_ expression: Expression, in context: EvaluationContext) -> Value? {
    var evaluator = Evaluator(source: source, context: context)
    let value = evaluator.evaluate(expression)
    add(evaluator.diagnostics)
    return value
  }

  /// The value of an expression, or nil when it has none; nothing is recorded.
  public func evaluateSilently(_ expression: Expression, in context: EvaluationContext) -> Value? {
    var evaluator = Evaluator(source: source, context: context)
    return evaluator.evaluate(expression)
  }

  /// The diagnostics in the order of their places; those without a place come first.
  public var inFileOrder: [Diagnostic] {
    diagnostics.enumerated().sorted { left, right in
      let (first, second) = (
        left.element.range?.start.byteOffset ?? -1, right.element.range?.start.byteOffset ?? -1
      )
      return (first, left.offset) < (second, right.offset)
    }.map(\.element)
  }
}
