import HCL

/// Reads the blocks of a job file into objects with Nomad's JSON names, every value with its place.
///
/// What cannot be read is reported and stands in the object as null, so that nobody reports it as missing.
struct BlockReader {
  let collector: DiagnosticCollector

  private var source: SourceFile { collector.source }

  func object(_ block: ScopedBlock, _ shape: PartShape, label: FieldShape.Label? = nil) -> LocatedValue {
    var decoder = BodyDecoder(block, collector: collector)
    var entries = BlockEntries(range: source.range(of: block.headerSpan))
    if let label, let written = block.labels.first {
      let value = LocatedValue(.string(written.text), range: source.range(of: written.span))
      entries.list.append(LocatedValue.Entry(key: label.field, keyRange: value.range, value: value))
    }
    for field in shape.fields + shape.fileOnly {
      guard let fileName = field.fileName, let value = value(field, fileName, block, &decoder) else {
        continue
      }
      entries.list.append(LocatedValue.Entry(key: field.name.text, keyRange: value.range, value: value))
    }
    decoder.finish()
    shape.adjust(&entries)
    return LocatedValue(.object(entries.list), range: entries.range)
  }

  private func value(
    _ field: FieldShape, _ name: String, _ block: ScopedBlock, _ decoder: inout BodyDecoder
  ) -> LocatedValue? {
    switch field.kind {
    case .text: plain(name, &decoder) { $0.string(name).map { .string($0) } }
    case .int: plain(name, &decoder) { $0.int(name).map { .number(Number($0)) } }
    case .flag: plain(name, &decoder) { $0.bool(name).map { .bool($0) } }
    case .duration: plain(name, &decoder) { $0.duration(name).map(\.json) }
    case .texts: plain(name, &decoder) { $0.strings(name).map { .tuple($0.map { .string($0) }) } }
    case .pairs: pairs(name, block, &decoder)
    case .textLists: textLists(name, &decoder)
    case .open: decoder.located(name)
    case .part(let shape): decoder.block(name).map { object($0, shape()) }
    case .parts(let shape, let label): list(name, shape(), label, &decoder)
    case .keyedParts(let shape, let label): keyed(name, shape(), label, &decoder)
    }
  }

  private func plain(
    _ name: String, _ decoder: inout BodyDecoder, _ read: (inout BodyDecoder) -> Value?
  ) -> LocatedValue? {
    guard let attribute = decoder.attribute(name) else { return nil }
    let range = source.range(of: attribute.expression.span)
    let reported = collector.diagnostics.count
    if let value = read(&decoder) { return LocatedValue(value: value, range: range) }
    return collector.diagnostics.count > reported ? LocatedValue(.null, range: range) : nil
  }

  private func list(
    _ name: String, _ shape: PartShape, _ label: FieldShape.Label?, _ decoder: inout BodyDecoder
  ) -> LocatedValue? {
    let blocks = decoder.blocks(name, labels: label.map { [$0.title] } ?? [])
    guard let first = blocks.first else { return nil }
    return LocatedValue(
      .list(blocks.map { object($0, shape, label: label) }), range: source.range(of: first.headerSpan))
  }

  private func keyed(
    _ name: String, _ shape: PartShape, _ label: FieldShape.Label, _ decoder: inout BodyDecoder
  ) -> LocatedValue? {
    let blocks = decoder.blocks(name, labels: [label.title])
    guard let first = blocks.first else { return nil }
    let entries = blocks.map { block in
      LocatedValue.Entry(
        key: block.labels[0].text, keyRange: source.range(of: block.labels[0].span),
        value: object(block, shape, label: label))
    }
    return LocatedValue(.object(entries), range: source.range(of: first.headerSpan))
  }

  // MARK: Maps
  private func pairs(_ name: String, _ block: ScopedBlock, _ decoder: inout BodyDecoder) -> LocatedValue? {
    let reported = collector.diagnostics.count
    let pairs = decoder.stringMap(name)
    let start = start(of: name, in: block)
    guard let pairs else {
      return collector.diagnostics.count > reported ? LocatedValue(.null, range: start) : nil
    }
    let places = places(of: name, in: block)
    let entries = pairs.sorted { $0.key < $1.key }.map { key, value in
      LocatedValue.Entry(
        key: key, keyRange: places[key].map { source.range(of: $0.key) } ?? start,
        value: LocatedValue(.string(value), range: places[key].map { source.range(of: $0.value) } ?? start))
    }
    return LocatedValue(.object(entries), range: start)
  }

  /// Where each pair was written, in a block or in an object.
  private func places(
    of name: String, in block: ScopedBlock
  ) -> [String: (key: SourceSpan, value: SourceSpan)] {
    var places: [String: (key: SourceSpan, value: SourceSpan)] = [:]
    for attribute in block.body.blocks.first(where: { $0.type == name })?.body.attributes ?? [] {
      places[attribute.name] = (attribute.nameSpan, attribute.expression.span)
    }
    if case .object(let items)? = attribute(name, in: block)?.expression.kind {
      for item in items {
        guard let key = item.bareKey ?? item.key.literalString else { continue }
        places[key] = (item.key.span, item.value.span)
      }
    }
    return places
  }

  /// Where the pairs begin.
  private func start(of name: String, in block: ScopedBlock) -> SourceRange {
    source.range(
      of: block.body.blocks.first { $0.type == name }?.headerSpan ?? attribute(name, in: block)?.nameSpan
        ?? block.headerSpan)
  }

  private func attribute(_ name: String, in block: ScopedBlock) -> Attribute? {
    block.body.attributes.first { $0.name == name }
  }

  private func textLists(_ name: String, _ decoder: inout BodyDecoder) -> LocatedValue? {
    if let written = plain(name, &decoder, { $0.value(name, as: .map(.list(.string))) }) { return written }
    guard let block = decoder.block(name) else { return nil }
    var inner = BodyDecoder(block, collector: collector)
    var entries: [LocatedValue.Entry] = []
    for attribute in block.body.attributes {
      guard let value = inner.value(attribute.name, as: .list(.string)) else { continue }
      let range = source.range(of: attribute.expression.span)
      entries.append(
        LocatedValue.Entry(
          key: attribute.name, keyRange: source.range(of: attribute.nameSpan),
          value: LocatedValue(value: value, range: range)))
    }
    inner.finish()
    return LocatedValue(.object(entries), range: source.range(of: block.headerSpan))
  }
}
