extension Evaluator {
  /// Runs a loop's body for each element, with the names bound; stops when the body returns false.
  ///
  /// - Returns: false when the collection cannot be walked over or the body stopped the loop.
  mutating func forEach(
    in collection: Expression, keyName: String?, valueName: String,
    _ body: (inout Evaluator) -> Bool
  ) -> Bool {
    guard let value = evaluate(collection) else { return false }
    guard !value.isNull else {
      report("Cannot walk over null", "The collection is null.", at: collection.span)
      return false
    }
    guard let pairs = pairs(of: value) else {
      report(
        "Cannot walk over this",
        "A list, set, map, tuple or object is required, not \(value.type.kindPhrase).", at: collection.span)
      return false
    }
    let saved = context.variables
    defer { context.variables = saved }
    for (key, element) in pairs {
      guard countSteps(at: collection.span) else { return false }
      if let keyName { context.variables[keyName] = key }
      context.variables[valueName] = element
      guard body(&self) else { return false }
    }
    return true
  }

  private func pairs(of value: Value) -> [(Value, Value)]? {
    switch value {
    case .list(let elements, _), .tuple(let elements):
      elements.enumerated().map { (.number(Number($0.offset)), $0.element) }
    case .set(let elements, _): elements.map { ($0, $0) }
    case .map(let attributes, _), .object(let attributes):
      attributes.inKeyOrder.map { (.string($0.key), $0.value) }
    default: nil
    }
  }

  mutating func evaluateFor(_ loop: ForExpression) -> Value? {
    guard let key = loop.key else { return evaluateTupleFor(loop) }
    var order: [String] = []
    var groups: [String: [Value]] = [:]
    let isComplete = forEach(
      in: loop.collection, keyName: loop.keyName, valueName: loop.valueName
    ) { evaluator in
      guard let isIncluded = evaluator.isIncluded(loop) else { return false }
      guard isIncluded else { return true }
      let name = evaluator.evaluateForKey(key)
      let value = evaluator.evaluate(loop.value)
      guard let name, let value else { return false }
      if groups[name] == nil {
        order.append(name)
      } else if !loop.groups {
        evaluator.report(
          "Duplicate key",
          "Two elements have the key \"\(name)\". Write \"...\" after the value to collect them in a list.",
          at: key.span)
        return false
      }
      groups[name, default: []].append(value)
      return true
    }
    guard isComplete else { return nil }
    return .object(groups.mapValues { loop.groups ? .tuple($0) : $0[0] })
  }

  private mutating func evaluateTupleFor(_ loop: ForExpression) -> Value? {
    var values: [Value] = []
    let isComplete = forEach(
      in: loop.collection, keyName: loop.keyName, valueName: loop.valueName
    ) { evaluator in
      guard let isIncluded = evaluator.isIncluded(loop) else { return false }
      guard isIncluded else { return true }
      guard let value = evaluator.evaluate(loop.value) else { return false }
      values.append(value)
      return true
    }
    return isComplete ? .tuple(values) : nil
  }

  private mutating func isIncluded(_ loop: ForExpression) -> Bool? {
    guard let condition = loop.condition else { return true }
    return evaluateCondition(condition)
  }

  private mutating func evaluateForKey(_ expression: Expression) -> String? {
    guard let key = evaluate(expression) else { return nil }
    guard !key.isNull else {
      report("Invalid key", "A key must not be null.", at: expression.span)
      return nil
    }
    do {
      guard case .string(let name) = try key.converted(to: .string) else { return nil }
      return name
    } catch {
      report("Invalid key", "The key cannot be used: \(error.description).", at: expression.span)
      return nil
    }
  }
}
