import HCL

/// What a block may contain, for blocks that are checked and kept but not acted on.
struct SettingSchema: Sendable {
  /// What an argument must be.
  enum Argument: Sendable {
    case string, int, bool, duration, strings
    /// A map of strings, as an argument or as a block.
    case map
    /// A map of lists of strings.
    case listMap
    case any
  }

  /// The arguments by name.
  var arguments: [String: Argument] = [:]
  /// The blocks by type.
  var blocks: [String: Nested] = [:]
  /// Whether anything else may occur too.
  var isOpen = false

  /// A block within a block.
  struct Nested: Sendable {
    /// What its labels are.
    var labels: [String] = []
    /// What may be in it.
    var schema: SettingSchema
    /// Whether it may occur more than once.
    var isRepeatable = false
  }
}

extension SettingSchema {
  /// Checks everything that a body says about this schema's names and gives it back, each with a
  /// warning that it has no effect.
  ///
  /// - Parameter decoder: the body; `finish()` is left to the caller, who may know other names.
  func keep(from decoder: inout BodyDecoder) -> [KeptSetting] {
    var kept: [(offset: UInt32, setting: KeptSetting)] = []
    let collector = decoder.collector
    for (name, kind) in arguments.sorted(by: { $0.key < $1.key }) {
      check(name, kind, &decoder)
      guard let attribute = decoder.attribute(name) else { continue }
      let value = collector.located(attribute.expression, in: decoder.context)
      kept.append((attribute.nameSpan.start, KeptSetting(name: name, value: value)))
      warn(name, in: decoder, at: attribute.nameSpan)
    }
    for (type, nested) in blocks.sorted(by: { $0.key < $1.key }) {
      for block in nested.find(type, in: &decoder) {
        nested.schema.check(block, collector)
        let setting = KeptSetting(
          name: type, labels: block.labels.map(\.text), value: collector.located(block))
        kept.append((block.typeSpan.start, setting))
        warn(type, in: decoder, at: block.headerSpan)
      }
    }
    return kept.sorted { $0.offset < $1.offset }.map(\.setting)
  }

  private func warn(_ name: String, in decoder: BodyDecoder, at span: SourceSpan) {
    decoder.collector.warning(
      "No effect yet", "hostler accepts \"\(name)\" in \(decoder.owner) but does not act on it yet.", at: span
    )
  }

  /// Checks a block and everything in it.
  private func check(_ block: ScopedBlock, _ collector: DiagnosticCollector) {
    guard !isOpen else { return }
    var decoder = BodyDecoder(block, collector: collector)
    for (name, kind) in arguments { check(name, kind, &decoder) }
    for (type, nested) in blocks {
      for inner in nested.find(type, in: &decoder) { nested.schema.check(inner, collector) }
    }
    decoder.finish()
  }

  private func check(_ name: String, _ kind: Argument, _ decoder: inout BodyDecoder) {
    switch kind {
    case .string: _ = decoder.string(name)
    case .int: _ = decoder.int(name)
    case .bool: _ = decoder.bool(name)
    case .duration: _ = decoder.duration(name, atLeast: .zero)
    case .strings: _ = decoder.strings(name)
    case .map: _ = decoder.stringMap(name)
    case .listMap: _ = decoder.value(name, as: .map(.list(.string)))
    case .any: _ = decoder.value(name, as: .any)
    }
  }
}

extension SettingSchema.Nested {
  fileprivate func find(_ type: String, in decoder: inout BodyDecoder) -> [ScopedBlock] {
    isRepeatable
      ? decoder.blocks(type, labels: labels) : decoder.block(type, labels: labels).map { [$0] } ?? []
  }
}
