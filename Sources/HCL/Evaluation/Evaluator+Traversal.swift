extension Evaluator {
  mutating func evaluateTraversal(_ base: Expression, _ steps: [TraversalStep]) -> Value? {
    if case .variable(let name) = base.kind { return evaluateReference(name, base, steps: steps) }
    guard let value = evaluate(base) else { return nil }
    return apply(steps[...], to: value, writtenAt: base.span)
  }

  /// A variable with the steps after it.
  mutating func evaluateReference(_ name: String, _ root: Expression, steps: [TraversalStep]) -> Value? {
    if let value = context.variables[name] {
      guard let result = apply(steps[...], to: value, writtenAt: root.span) else { return nil }
      return counted(result, at: root.span)
    }
    if let namespace = context.namespaces[name] {
      guard let result = evaluate(namespace, root.span, steps: steps) else { return nil }
      return counted(result, at: root.span)
    }
    // The policy for unknown names sees the reference up to the first step that needs evaluation.
    let fixed = steps.prefix { step in
      switch step {
      case .attribute, .index: true
      case .computedIndex, .splat: false
      }
    }
    let span = fixed.reduce(root.span) { $0.union($1.span) }
    if let policy = context.undefinedVariable, let value = policy(source.text(of: span)) {
      return apply(steps.dropFirst(fixed.count), to: value, writtenAt: span)
    }
    report(
      "Unknown variable", "There is no variable named \"\(name)\".", at: root.span,
      suggestion: nearestName(
        to: name, among: Array(context.variables.keys) + Array(context.namespaces.keys)))
    return nil
  }

  /// A declared value with the steps after it, or all values when no name follows.
  private mutating func evaluate(
    _ namespace: Namespace, _ root: SourceSpan, steps: [TraversalStep]
  ) -> Value? {
    switch steps.first {
    case .attribute(let name, let span), .index(.string(let name), let span):
      guard let value = namespace.values[name] else {
        report(
          "Unknown \(namespace.kind)", "No \(namespace.kind) \"\(name)\" is declared.", at: root.union(span),
          suggestion: nearestName(to: name, among: namespace.values.keys))
        return nil
      }
      return apply(steps.dropFirst(), to: value, writtenAt: root.union(span))
    default: return apply(steps[...], to: .object(namespace.values), writtenAt: root)
    }
  }

  private mutating func apply(
    _ steps: ArraySlice<TraversalStep>, to start: Value, writtenAt base: SourceSpan
  ) -> Value? {
    var value = start
    var span = base
    for step in steps {
      let result: Value?
      switch step {
      case .attribute(let name, let stepSpan): result = attribute(name, of: value, at: stepSpan)
      case .index(let key, let stepSpan): result = index(key, of: value, at: stepSpan)
      case .computedIndex(let expression, let stepSpan):
        guard let key = evaluate(expression) else { return nil }
        result = index(key, of: value, at: stepSpan)
      case .splat(let marker, let each): result = splat(value, each, marker, writtenAt: span)
      }
      guard let next = result else { return nil }
      value = next
      span = span.union(step.span)
    }
    return value
  }

  // MARK: Attributes
  private mutating func attribute(_ name: String, of value: Value, at span: SourceSpan) -> Value? {
    guard !value.isNull else {
      report("Null has no attributes", "The value before \".\(name)\" is null.", at: span)
      return nil
    }
    guard let attributes = value.attributes else {
      let hint = value.elements == nil ? "" : " To get it from each element, write [*].\(name)."
      report(
        "No such attribute", "The value is \(value.type.kindPhrase) and has no attributes.\(hint)", at: span)
      return nil
    }
    if let found = attributes[name] { return found }
    report(
      "No such attribute", "The \(value.type.kindName) has no attribute named \"\(name)\".", at: span,
      suggestion: nearestName(to: name, among: attributes.keys))
    return nil
  }

  // MARK: Indexes
  private mutating func index(_ key: Value, of value: Value, at span: SourceSpan) -> Value? {
    guard !value.isNull else {
      report("Null has no elements", "The value before the index is null.", at: span)
      return nil
    }
    guard !key.isNull else {
      report("Invalid index", "An index must not be null.", at: span)
      return nil
    }
    switch value {
    case .list(let elements, _), .tuple(let elements): return element(key, of: elements, at: span)
    case .map(let attributes, _), .object(let attributes):
      guard case .string(let name)? = try? key.converted(to: .string) else {
        report("Invalid index", "The key must be a string, not \(key.type.kindPhrase).", at: span)
        return nil
      }
      if let found = attributes[name] { return found }
      report(
        "No such element", "There is no element with the key \"\(name)\".", at: span,
        suggestion: nearestName(to: name, among: attributes.keys))
      return nil
    default:
      report("Invalid index", "The value is \(value.type.kindPhrase) and cannot be indexed.", at: span)
      return nil
    }
  }

  private mutating func element(_ key: Value, of elements: [Value], at span: SourceSpan) -> Value? {
    guard case .number(let number)? = try? key.converted(to: .number) else {
      report("Invalid index", "The index must be a number, not \(key.type.kindPhrase).", at: span)
      return nil
    }
    guard let index = number.int, index >= 0 else {
      report("Invalid index", "The index must be a whole number from 0 on.", at: span)
      return nil
    }
    guard index < elements.count else {
      let count = elements.count == 1 ? "is 1 element" : "are \(elements.count) elements"
      report("Index out of range", "There \(count), counted from 0.", at: span)
      return nil
    }
    return elements[index]
  }

  // MARK: Splats
  private mutating func splat(
    _ value: Value, _ each: [TraversalStep], _ marker: SourceSpan, writtenAt source: SourceSpan
  ) -> Value? {
    if case .null(let type) = value {
      switch type {
      case .list, .set, .tuple:
        report("Splat of null", "The list before the splat is null.", at: source)
        return nil
      default: return .tuple([])
      }
    }
    var results: [Value] = []
    for element in value.elements ?? [value] {
      guard countSteps(at: marker), let result = apply(each[...], to: element, writtenAt: marker) else {
        return nil
      }
      results.append(result)
    }
    switch value {
    case .list(_, let element), .set(_, let element):
      guard let type = results.first?.type else { return .list([], element: element) }
      return results.allSatisfy { $0.type == type } ? .list(results, element: type) : .tuple(results)
    default: return .tuple(results)
    }
  }
}
