/// Takes a body apart by asking for the attributes and blocks that are known.
///
/// Ask for everything that may occur, then call `finish()`: what is left in the body and was never
/// asked for is reported, with the nearest known name. A wrong value is reported where it stands and
/// read as absent, so that all mistakes of a file are found at once.
public struct BodyDecoder {
  /// Where the mistakes are collected.
  public let collector: DiagnosticCollector
  /// What the body's expressions can refer to.
  public let context: EvaluationContext
  /// What the body belongs to, for messages: `task "web"`.
  public let owner: String
  /// Where what the body belongs to begins, for messages about something missing.
  public let headerSpan: SourceSpan

  private let attributes: [Attribute]
  private let attributeIndex: [String: Int]
  private let blocks: [ScopedBlock]
  private var knownAttributes: Set<String> = []
  private var knownBlocks: Set<String> = []

  /// Takes apart a block.
  public init(_ block: ScopedBlock, collector: DiagnosticCollector) {
    let labels = block.labels.map { " \"\($0.text)\"" }.joined()
    self.init(
      block.body, owner: block.type + labels, headerSpan: block.headerSpan, context: block.context,
      collector: collector)
  }

  /// Takes apart the body of a file or of anything else.
  public init(
    _ body: Body, owner: String, headerSpan: SourceSpan, context: EvaluationContext,
    collector: DiagnosticCollector
  ) {
    self.collector = collector
    self.context = context
    self.owner = owner
    self.headerSpan = headerSpan
    attributes = body.attributes
    attributeIndex = Dictionary(
      body.attributes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    blocks = collector.expandedBlocks(of: body, in: context)
  }

  // MARK: Attributes
  /// The attribute of a name as it was written.
  public mutating func attribute(_ name: String) -> Attribute? {
    knownAttributes.insert(name)
    return written(name)
  }

  private func written(_ name: String) -> Attribute? { attributeIndex[name].map { attributes[$0] } }

  /// The value of an attribute, converted to a type; nil when it is absent, null or wrong.
  public mutating func value(_ name: String, as type: ValueType) -> Value? {
    guard let attribute = attribute(name) else { return nil }
    return converted(attribute.expression, to: type)
  }

  private func converted(_ expression: Expression, to type: ValueType) -> Value? {
    guard let value = collector.evaluate(expression, in: context), !value.isNull else { return nil }
    do {
      return try value.converted(to: type)
    } catch {
      collector.error(
        "Wrong type", "The value does not fit: \(error.description).", at: expression.startSpan)
      return nil
    }
  }

  /// A string.
  public mutating func string(_ name: String) -> String? { value(name, as: .string)?.text }

  /// A bool.
  public mutating func bool(_ name: String) -> Bool? {
    guard case .bool(let flag)? = value(name, as: .bool) else { return nil }
    return flag
  }

  /// A whole number.
  public mutating func int(_ name: String) -> Int? {
    guard case .number(let number)? = value(name, as: .number) else { return nil }
    if let whole = number.int { return whole }
    report(name, "Wrong type", "A whole number is required.")
    return nil
  }

  /// A duration such as `1h30m`; a plain number counts nanoseconds.
  public mutating func duration(_ name: String) -> Duration? {
    guard let value = value(name, as: .any) else { return nil }
    switch value {
    case .number(let number):
      if let nanoseconds = number.int {
        if nanoseconds != 0 { warnAboutNanoseconds(name, nanoseconds) }
        return .nanoseconds(nanoseconds)
      }
      report(name, "Invalid duration", "A duration is written like \"30s\", \"1h30m\" or \"250ms\".")
    case .string(let text):
      do {
        return try Duration(goSyntax: text)
      } catch {
        report(name, "Invalid duration", error.message)
      }
    default:
      report(name, "Wrong type", "A duration is written like \"30s\", \"1h30m\" or \"250ms\".")
    }
    return nil
  }

  private func warnAboutNanoseconds(_ name: String, _ count: Int) {
    // Below a millisecond nobody means nanoseconds; a program that writes files counts larger numbers.
    guard count.magnitude < 1_000_000 else { return }
    collector.warning(
      "Duration without a unit",
      "A number counts nanoseconds: this is \(Duration.nanoseconds(count).goSyntax). Write \"\(count)s\" for "
        + "seconds.", at: span(of: name))
  }

  /// A list of strings.
  public mutating func strings(_ name: String) -> [String]? {
    guard case .list(let elements, _)? = value(name, as: .list(.string)) else { return nil }
    return elements.filter { !$0.isNull }.map(\.text)
  }

  /// A map of strings, written as an attribute (`name = { … }`) or as a block (`name { … }`).
  public mutating func stringMap(_ name: String) -> [String: String]? {
    var result: [String: String]?
    if case .map(let attributes, _)? = value(name, as: .map(.string)) {
      result = attributes.filter { !$0.value.isNull }.mapValues(\.text)
    }
    let blocks = self.blocks(name)
    for extra in attribute(name) == nil ? blocks.dropFirst() : blocks[...] {
      collector.error("Block set twice", "There is a \(name) in \(owner) already.", at: extra.headerSpan)
    }
    guard attribute(name) == nil, let block = blocks.first else { return result }
    var inner = BodyDecoder(block, collector: collector)
    var entries: [String: String] = [:]
    for attribute in inner.attributes {
      if let text = inner.string(attribute.name) { entries[attribute.name] = text }
    }
    inner.finish()
    result = entries
    return result
  }

  /// A value with the places it was written at, from an attribute or from blocks of the name.
  public mutating func located(_ name: String) -> LocatedValue? {
    let blocks = self.blocks(name)
    if let attribute = attribute(name) {
      return collector.located(attribute.expression, in: context)
    }
    guard var merged = blocks.first.map({ collector.located($0) }) else { return nil }
    for block in blocks.dropFirst() {
      collector.error("Block set twice", "Only one \(name) block is allowed.", at: block.headerSpan)
    }
    if let first = blocks.first { merged.range = collector.source.range(of: first.body.span) }
    return merged
  }

  // MARK: Blocks
  /// The blocks of a type; each must have as many labels as are named.
  ///
  /// A block with a wrong number of labels is reported and left out.
  public mutating func blocks(_ type: String, labels names: [String] = []) -> [ScopedBlock] {
    knownBlocks.insert(type)
    return blocks.filter { block in
      guard block.type == type else { return false }
      if block.labels.count < names.count {
        collector.error(
          "Label missing", "A \(type) block needs a label: its \(names[block.labels.count]).",
          at: block.openSpan)
        return false
      }
      if block.labels.count > names.count {
        let allowed = names.isEmpty ? "no labels" : names.count == 1 ? "one label" : "\(names.count) labels"
        collector.error(
          "Too many labels", "A \(type) block has \(allowed).", at: block.labels[names.count].span)
        return false
      }
      return true
    }
  }

  /// The only block of a type; a second one is reported.
  public mutating func block(_ type: String, labels names: [String] = []) -> ScopedBlock? {
    let found = blocks(type, labels: names)
    for extra in found.dropFirst() {
      collector.error(
        "Block set twice", "Only one \(type) block is allowed in \(owner).", at: extra.headerSpan,
        notes: [
          Diagnostic.Note("the first one is here", range: collector.source.range(of: found[0].headerSpan))
        ])
    }
    return found.first
  }

  // MARK: Reports
  /// Reports a mistake in the value of an attribute.
  public func report(_ attribute: String, _ summary: String, _ detail: String, suggestion: String? = nil) {
    collector.error(
      summary, detail, at: written(attribute)?.expression.startSpan ?? headerSpan, suggestion: suggestion)
  }

  /// Where the value of an attribute was written, or the header of the block without it.
  public func span(of attribute: String) -> SourceSpan {
    written(attribute)?.expression.span ?? headerSpan
  }

  /// Reports everything that was never asked for.
  public func finish() {
    let known = knownAttributes.union(knownBlocks)
    var reported = 0
    // So many are wrong at once that nobody reads what each was meant to be.
    func suggestion(for name: String) -> String? {
      reported += 1
      return reported <= DiagnosticRenderer.limit ? nearestName(to: name, among: known) : nil
    }
    for attribute in attributes where !knownAttributes.contains(attribute.name) {
      let isBlock = knownBlocks.contains(attribute.name)
      collector.error(
        "Unknown argument",
        isBlock
          ? "\"\(attribute.name)\" is a block in \(owner): write it with braces and without \"=\"."
          : "There is no argument named \"\(attribute.name)\" in \(owner).", at: attribute.nameSpan,
        suggestion: isBlock ? nil : suggestion(for: attribute.name))
    }
    for block in blocks where !knownBlocks.contains(block.type) {
      let isAttribute = knownAttributes.contains(block.type)
      collector.error(
        "Unknown block",
        isAttribute
          ? "\"\(block.type)\" is an argument in \(owner): write it with \"=\" and a value."
          : "There is no block named \"\(block.type)\" in \(owner).", at: block.typeSpan,
        suggestion: isAttribute ? nil : suggestion(for: block.type))
    }
  }
}
