extension Expression {
  /// Calls a function for each variable that the expression names, with the steps after it.
  ///
  /// Names bound by a for expression within count too: they are names like others here.
  public func forEachReference(_ body: (_ name: String, _ steps: [TraversalStep]) -> Void) {
    switch kind {
    case .literal: break
    case .template(let parts): for part in parts { part.forEachReference(body) }
    case .wrapped(let inner), .parentheses(let inner), .unary(_, let inner): inner.forEachReference(body)
    case .variable(let name): body(name, [])
    case .traversal(let base, let steps):
      if case .variable(let name) = base.kind { body(name, steps) } else { base.forEachReference(body) }
      for step in steps { step.forEachReference(body) }
    case .call(let call): for argument in call.arguments { argument.forEachReference(body) }
    case .tuple(let elements): for element in elements { element.forEachReference(body) }
    case .object(let items):
      for item in items {
        if item.bareKey == nil { item.key.forEachReference(body) }
        item.value.forEachReference(body)
      }
    case .loop(let loop):
      for part in [loop.collection, loop.key, loop.value, loop.condition] { part?.forEachReference(body) }
    case .conditional(let condition, let then, let otherwise):
      for part in [condition, then, otherwise] { part.forEachReference(body) }
    case .operation(let first, let steps):
      first.forEachReference(body)
      for step in steps { step.operand.forEachReference(body) }
    }
  }
}

extension TraversalStep {
  fileprivate func forEachReference(_ body: (String, [TraversalStep]) -> Void) {
    switch self {
    case .computedIndex(let key, _): key.forEachReference(body)
    case .splat(_, let each): for step in each { step.forEachReference(body) }
    case .attribute, .index: break
    }
  }
}

extension TemplatePart {
  fileprivate func forEachReference(_ body: (String, [TraversalStep]) -> Void) {
    switch self {
    case .text: break
    case .interpolation(let expression): expression.forEachReference(body)
    case .conditional(let condition, let then, let otherwise, _):
      condition.forEachReference(body)
      for part in then + otherwise { part.forEachReference(body) }
    case .loop(_, _, let collection, let parts, _):
      collection.forEachReference(body)
      for part in parts { part.forEachReference(body) }
    }
  }
}
