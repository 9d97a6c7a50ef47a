/// Collects what is wrong with one file while its blocks are decoded.
///
/// Belongs to one task at a time.
public final class DiagnosticCollector {
  /// The file that is decoded.
  public let source: SourceFile
  /// What was found so far, in the order it was found.
  public var diagnostics: [Diagnostic] { found.elements }
  /// Whether one of them is an error.
  public private(set) var hasErrors = false
  private var found = UniqueDiagnostics()
  /// How much the file's expressions may still look at; see ``EvaluationLimit/fileSteps``.
  private var stepsLeft = EvaluationLimit.fileSteps

  /// Makes an empty collector for a file.
  public init(source: SourceFile, diagnostics: [Diagnostic] = []) {
    self.source = source
    add(diagnostics)
  }

  /// Adds a diagnostic unless it is there already.
  public func add(_ diagnostic: Diagnostic) {
    found.add(diagnostic)
    if diagnostic.severity == .error { hasErrors = true }
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

  // MARK: Evaluation
  /// Evaluates something of the file and records what is wrong with it.
  ///
  /// All expressions of a file share a limit on how much they look at. When it is used up the one that
  /// did so is an error, and those after it have no value.
  public func evaluating<Result>(
    in context: EvaluationContext, _ body: (inout Evaluator) -> Result?
  ) -> Result? {
    guard stepsLeft > 0 else { return nil }
    var evaluator = Evaluator(
      source: source, context: context, stepLimit: min(stepsLeft, EvaluationLimit.steps))
    let result = body(&evaluator)
    stepsLeft -= evaluator.steps
    add(evaluator.diagnostics)
    return result
  }

  /// The value of an expression, or nil after recording why it has none.
  public func evaluate(_ expression: Expression, in context: EvaluationContext) -> Value? {
    evaluating(in: context) { $0.evaluate(expression) }
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
