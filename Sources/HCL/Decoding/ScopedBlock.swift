/// A block together with what its expressions can refer to.
///
/// Blocks made by a `dynamic` block share their syntax and differ in their context.
public struct ScopedBlock: Sendable {
  /// The block's type.
  public var type: String
  /// The labels, without quotes.
  public var labels: [Block.Label]
  /// What is in the block.
  public var body: Body
  /// What the expressions in the block can refer to.
  public var context: EvaluationContext
  /// Where the block's type was written.
  public var typeSpan: SourceSpan
  /// The type and the labels.
  public var headerSpan: SourceSpan

  /// Makes a block that was written as it is.
  public init(_ block: Block, context: EvaluationContext) {
    type = block.type
    labels = block.labels
    body = block.body
    self.context = context
    typeSpan = block.typeSpan
    headerSpan = block.headerSpan
  }

  /// The opening brace.
  public var openSpan: SourceSpan { SourceSpan(start: body.span.start, end: body.span.start + 1) }
}

extension DiagnosticCollector {
  /// The blocks of a body in file order, with each `dynamic` block replaced by what it makes.
  public func expandedBlocks(of body: Body, in context: EvaluationContext) -> [ScopedBlock] {
    var blocks: [ScopedBlock] = []
    for block in body.blocks {
      if block.type == "dynamic" {
        blocks += dynamicBlocks(block, in: context)
      } else {
        blocks.append(ScopedBlock(block, context: context))
      }
    }
    return blocks
  }

  private func dynamicBlocks(_ block: Block, in context: EvaluationContext) -> [ScopedBlock] {
    guard block.labels.count == 1, let type = block.labels.first else {
      error(
        "Invalid dynamic block", "A dynamic block has one label: the type of the blocks it makes.",
        at: block.headerSpan)
      return []
    }
    guard let content = block.body.blocks.first(where: { $0.type == "content" }) else {
      error("Invalid dynamic block", "A dynamic block needs a content block.", at: block.headerSpan)
      return []
    }
    for other in block.body.blocks where other.span != content.span {
      error(
        "Invalid dynamic block", "Besides one content block a dynamic block holds no blocks.",
        at: other.typeSpan)
    }
    var attributes: [String: Attribute] = [:]
    let known = ["for_each", "iterator", "labels"]
    for attribute in block.body.attributes {
      attributes[attribute.name] = attribute
      if !known.contains(attribute.name) {
        error(
          "Unknown argument", "A dynamic block has no argument named \"\(attribute.name)\".",
          at: attribute.nameSpan, suggestion: nearestName(to: attribute.name, among: known))
      }
    }
    guard let forEach = attributes["for_each"] else {
      error("Invalid dynamic block", "A dynamic block needs for_each.", at: block.headerSpan)
      return []
    }
    var iterator = type.text
    if let name = attributes["iterator"] {
      guard let word = name.expression.keyword else {
        error("Invalid iterator", "The iterator is a plain name.", at: name.expression.span)
        return []
      }
      iterator = word
    }
    return elements(forEach.expression, in: context).compactMap { key, value in
      var inner = context
      inner.variables[iterator] = .object(["key": key, "value": value])
      var made = ScopedBlock(content, context: inner)
      made.type = type.text
      made.typeSpan = type.span
      made.headerSpan = block.headerSpan
      guard let labels = dynamicLabels(attributes["labels"], in: inner) else { return nil }
      made.labels = labels
      return made
    }
  }

  private func elements(_ expression: Expression, in context: EvaluationContext) -> [(Value, Value)] {
    var result: [(Value, Value)] = []
    _ = evaluating(in: context) { evaluator in
      evaluator.forEach(in: expression, keyName: "key", valueName: "value") { evaluator in
        let variables = evaluator.context.variables
        if let key = variables["key"], let value = variables["value"] { result.append((key, value)) }
        return evaluator.countSteps(EvaluationLimit.stepsPerBlock, at: expression.span)
      }
    }
    return result
  }

  private func dynamicLabels(_ attribute: Attribute?, in context: EvaluationContext) -> [Block.Label]? {
    guard let attribute else { return [] }
    guard let value = evaluate(attribute.expression, in: context) else { return nil }
    guard case .list(let labels, _)? = try? value.converted(to: .list(.string)),
      !labels.contains(where: \.isNull)
    else {
      error("Invalid labels", "The labels are a list of strings.", at: attribute.expression.span)
      return nil
    }
    return labels.map { Block.Label(text: $0.text, span: attribute.expression.span) }
  }
}
