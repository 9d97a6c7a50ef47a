extension LocatedValue {
  /// A value all of whose parts were written at one place.
  public init(value: Value, range: SourceRange?) {
    let content: Content =
      switch value {
      case .null: .null
      case .bool(let flag): .bool(flag)
      case .number(let number): .number(number)
      case .string(let text): .string(text)
      case .list(let elements, _), .set(let elements, _), .tuple(let elements):
        .list(elements.map { LocatedValue(value: $0, range: range) })
      case .map(let attributes, _), .object(let attributes):
        .object(
          attributes.inKeyOrder.map { key, value in
            Entry(key: key, keyRange: range, value: LocatedValue(value: value, range: range))
          })
      }
    self.init(content, range: range)
  }

  /// The value without its places.
  public var value: Value {
    switch content {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .number(let number): .number(number)
    case .string(let text): .string(text)
    case .list(let elements): .tuple(elements.map(\.value))
    case .object(let entries):
      .object(Dictionary(entries.map { ($0.key, $0.value.value) }, uniquingKeysWith: { _, last in last }))
    }
  }

  /// The value of the last entry with a key, when this is an object.
  public subscript(key: String) -> LocatedValue? {
    guard case .object(let entries) = content else { return nil }
    return entries.last { $0.key == key }?.value
  }
}

extension DiagnosticCollector {
  /// The value of an expression with the place of each part that was written out; null after
  /// recording what is wrong with it.
  public func located(_ expression: Expression, in context: EvaluationContext) -> LocatedValue {
    let range = source.range(of: expression.span)
    switch expression.kind {
    case .parentheses(let inner): return located(inner, in: context)
    case .tuple(let elements):
      return LocatedValue(.list(elements.map { located($0, in: context) }), range: range)
    case .object(let items):
      var evaluator = Evaluator(source: source, context: context)
      var entries: [LocatedValue.Entry] = []
      for item in items {
        guard let key = evaluator.evaluateKey(item) else { continue }
        // A key that is written again replaces what was there.
        entries.removeAll { $0.key == key }
        entries.append(
          LocatedValue.Entry(
            key: key, keyRange: source.range(of: item.key.span), value: located(item.value, in: context)))
      }
      add(evaluator.diagnostics)
      return LocatedValue(.object(entries), range: range)
    default: return LocatedValue(value: evaluate(expression, in: context) ?? .null, range: range)
    }
  }

  /// A block as an object: attributes as entries, and blocks of one type as one entry with a list.
  /// A label of a block becomes an object with one entry around what is in the block.
  public func located(_ block: ScopedBlock) -> LocatedValue {
    let attributes = block.body.attributes.map { attribute in
      LocatedValue.Entry(
        key: attribute.name, keyRange: source.range(of: attribute.nameSpan),
        value: located(attribute.expression, in: block.context))
    }
    var entries: [(offset: UInt32, entry: LocatedValue.Entry)] = []
    for (attribute, entry) in zip(block.body.attributes, attributes) {
      entries.append((attribute.nameSpan.start, entry))
    }
    for inner in expandedBlocks(of: block.body, in: block.context) {
      let value = labelled(located(inner), inner)
      if let index = entries.firstIndex(where: { $0.entry.key == inner.type }),
        case .list(var elements) = entries[index].entry.value.content
      {
        elements.append(value)
        entries[index].entry.value.content = .list(elements)
      } else {
        let range = source.range(of: inner.typeSpan)
        let list = LocatedValue(
          .list([value]), range: source.range(of: inner.typeSpan.union(inner.body.span)))
        entries.append(
          (inner.typeSpan.start, LocatedValue.Entry(key: inner.type, keyRange: range, value: list)))
      }
    }
    let sorted = entries.sorted { $0.offset < $1.offset }.map(\.entry)
    return LocatedValue(.object(sorted), range: source.range(of: block.body.span))
  }

  private func labelled(_ value: LocatedValue, _ block: ScopedBlock) -> LocatedValue {
    block.labels.reversed().reduce(value) { inner, label in
      let entry = LocatedValue.Entry(
        key: label.text, keyRange: source.range(of: label.span),
        value: LocatedValue(.list([inner]), range: inner.range))
      return LocatedValue(.object([entry]), range: inner.range)
    }
  }
}
