/// Computes the values of expressions.
///
/// A result of nil means that a diagnostic was recorded. Evaluation goes on where it makes sense, so
/// that both operands of an operator can report what is wrong with them.
public struct Evaluator: Sendable {
  /// The file that the expressions come from.
  public let source: SourceFile
  /// What they can refer to.
  public var context: EvaluationContext
  /// What went wrong so far.
  public var diagnostics: [Diagnostic] { found.elements }
  private var found = UniqueDiagnostics()
  /// How much was looked at so far; see ``EvaluationLimit/steps``.
  public private(set) var steps = 0
  private let stepLimit: Int
  /// Where the limit was reached.
  private var exhaustedAt: SourceSpan?

  /// Makes an evaluator for expressions of one file.
  /// - Parameter stepLimit: how much the expressions may look at together.
  public init(source: SourceFile, context: EvaluationContext, stepLimit: Int = EvaluationLimit.steps) {
    self.source = source
    self.context = context
    self.stepLimit = stepLimit
  }

  /// The value of an expression, or nil after recording why it has none.
  public mutating func evaluate(_ expression: Expression) -> Value? {
    switch expression.kind {
    case .literal(let value): return value
    case .template(let parts): return evaluateTemplate(parts)
    case .wrapped(let inner), .parentheses(let inner): return evaluate(inner)
    case .variable(let name): return evaluateReference(name, expression, steps: [])
    case .traversal(let base, let steps): return evaluateTraversal(base, steps)
    case .call(let call): return evaluateCall(call, expression.span)
    case .tuple(let elements): return evaluateTuple(elements)
    case .object(let items): return evaluateObject(items)
    case .loop(let loop): return evaluateFor(loop)
    case .conditional(let condition, let then, let otherwise):
      return evaluateConditional(condition, then, otherwise)
    case .operation(let first, let steps): return evaluateOperation(first, steps)
    case .unary(let operation, let operand): return evaluateUnary(operation, operand, expression.span)
    }
  }

  // MARK: Diagnostics
  /// Records an error.
  public mutating func report(
    _ summary: String, _ detail: String, at span: SourceSpan, suggestion: String? = nil,
    notes: [Diagnostic.Note] = []
  ) {
    // A loop meets the same mistake with each element.
    found.add(
      Diagnostic(
        .error, summary, detail: detail, range: source.range(of: span), suggestion: suggestion,
        notes: notes))
  }

  /// Runs a part of the evaluation and gives what it recorded separately.
  mutating func capturing<Result>(
    _ body: (inout Evaluator) -> Result
  ) -> (result: Result, diagnostics: [Diagnostic]) {
    let saved = found
    found = UniqueDiagnostics()
    let result = body(&self)
    let captured = found.elements
    found = saved
    return (result, captured)
  }

  /// Adds diagnostics that were captured.
  mutating func add(_ captured: [Diagnostic]) {
    for diagnostic in captured { found.add(diagnostic) }
  }

  /// Counts work that a small expression can multiply; false when there was too much.
  mutating func countSteps(_ count: Int = 1, at span: SourceSpan) -> Bool {
    steps += count
    guard steps > stepLimit else { return true }
    reportTooMuchWork(at: span)
    return false
  }

  /// Counts what is within a value that came from elsewhere; nil when there was too much.
  ///
  /// Values share their parts, so that a few lines can describe one that fills the memory when it is
  /// written out.
  mutating func counted(_ value: Value, at span: SourceSpan) -> Value? {
    if value.addWeight(to: &steps, limit: stepLimit) { return value }
    reportTooMuchWork(at: span)
    return nil
  }

  private mutating func reportTooMuchWork(at span: SourceSpan) {
    // Everything after the first place fails too, and says no more.
    let span = exhaustedAt ?? span
    exhaustedAt = span
    report(
      "Too much work",
      stepLimit < EvaluationLimit.steps
        ? "The expressions of this file look at more than \(EvaluationLimit.fileSteps) values together."
        : "The expression looks at more than \(EvaluationLimit.steps) values.", at: span)
  }

  // MARK: Collections
  private mutating func evaluateTuple(_ elements: [Expression]) -> Value? {
    var values: [Value] = []
    var isComplete = true
    for element in elements {
      if let value = evaluate(element) { values.append(value) } else { isComplete = false }
    }
    return isComplete ? .tuple(values) : nil
  }

  private mutating func evaluateObject(_ items: [ObjectItem]) -> Value? {
    var attributes: [String: Value] = [:]
    var isComplete = true
    for item in items {
      let key = evaluateKey(item)
      let value = evaluate(item.value)
      if let key, let value { attributes[key] = value } else { isComplete = false }
    }
    return isComplete ? .object(attributes) : nil
  }

  /// The key of an object's item.
  mutating func evaluateKey(_ item: ObjectItem) -> String? {
    if let name = item.bareKey { return name }
    if case .traversal(let base, _) = item.key.kind, case .variable = base.kind {
      report(
        "Ambiguous key",
        "Put the key in parentheses if it is a reference, or in quotes if it is a name with dots.",
        at: item.key.span)
      return nil
    }
    guard let key = evaluate(item.key) else { return nil }
    guard !key.isNull else {
      report("Invalid key", "A key must not be null.", at: item.value.span)
      return nil
    }
    do {
      guard case .string(let text) = try key.converted(to: .string) else { return nil }
      return text
    } catch {
      report("Invalid key", "The key cannot be used: \(error.description).", at: item.key.span)
      return nil
    }
  }

  // MARK: Conditionals
  private mutating func evaluateConditional(
    _ condition: Expression, _ then: Expression, _ otherwise: Expression
  ) -> Value? {
    let first = capturing { $0.evaluate(then) }
    let second = capturing { $0.evaluate(otherwise) }
    var target = ValueType.any
    switch (first.result, second.result) {
    case (.null(.any)?, let other?), (let other?, .null(.any)?): target = other.type
    case (let first?, let second?):
      guard let unified = unifiedType([first.type, second.type]) else {
        report(
          "Inconsistent conditional",
          "The two results must have types that can be made one; these are \(first.type.kindPhrase) and "
            + "\(second.type.kindPhrase).", at: then.span.union(otherwise.span))
        return nil
      }
      target = unified
    default: break
    }
    guard let chosen = evaluateCondition(condition) else { return nil }
    add(chosen ? first.diagnostics : second.diagnostics)
    guard let result = chosen ? first.result : second.result else { return nil }
    do {
      return try result.converted(to: target)
    } catch {
      report(
        "Inconsistent conditional", "The result cannot be made \(target): \(error.description).",
        at: chosen ? then.span : otherwise.span)
      return nil
    }
  }

  /// The value of a condition, which must be a bool and not null.
  mutating func evaluateCondition(_ condition: Expression) -> Bool? {
    guard let value = evaluate(condition) else { return nil }
    guard !value.isNull else {
      report("Null condition", "A condition must be true or false.", at: condition.span)
      return nil
    }
    guard case .bool(let isTrue)? = try? value.converted(to: .bool) else {
      report(
        "Invalid condition", "A condition must be a bool, not \(value.type.kindPhrase).",
        at: condition.span)
      return nil
    }
    return isTrue
  }
}
