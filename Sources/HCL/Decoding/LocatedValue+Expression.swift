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
      return LocatedValue(.object(entries(of: items, in: context)), range: range)
    default: return LocatedValue(value: evaluate(expression, in: context) ?? .null, range: range)
    }
  }

  /// A block as an object: attributes as entries, and blocks of one type as one entry with a list.
  /// A label of a block becomes an object with one entry around what is in the block.
  public func located(_ block: ScopedBlock) -> LocatedValue {
    var entries: [(offset: UInt32, entry: LocatedValue.Entry)] = []
    var places: [String: Int] = [:]
    for attribute in block.body.attributes {
      let entry = LocatedValue.Entry(
        key: attribute.name, keyRange: source.range(of: attribute.nameSpan),
        value: located(attribute.expression, in: block.context))
      places[attribute.name] = entries.count
      entries.append((attribute.nameSpan.start, entry))
    }
    let blocks = expandedBlocks(of: block.body, in: block.context)
    for (type, alike) in Dictionary(grouping: blocks, by: \.type) {
      let values = alike.map { labelled(located($0), $0) }
      if let place = places[type], case .list(let elements) = entries[place].entry.value.content {
        entries[place].entry.value.content = .list(elements + values)
      } else if let first = alike.first {
        let range = source.range(of: first.typeSpan.union(first.body.span))
        let entry = LocatedValue.Entry(
          key: type, keyRange: source.range(of: first.typeSpan),
          value: LocatedValue(.list(values), range: range))
        entries.append((first.typeSpan.start, entry))
      }
    }
    let sorted = entries.sorted { $0.offset < $1.offset }.map(\.entry)
    return LocatedValue(.object(sorted), range: source.range(of: block.body.span))
  }

  /// The entries of an object; a key that is written again replaces what was there.
  private func entries(of items: [ObjectItem], in context: EvaluationContext) -> [LocatedValue.Entry] {
    var entries: [LocatedValue.Entry?] = []
    var places: [String: Int] = [:]
    for item in items {
      guard let key = evaluating(in: context, { $0.evaluateKey(item) }) else { continue }
      if let place = places.updateValue(entries.count, forKey: key) { entries[place] = nil }
      entries.append(
        LocatedValue.Entry(
          key: key, keyRange: source.range(of: item.key.span), value: located(item.value, in: context)))
    }
    return entries.compactMap(\.self)
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
