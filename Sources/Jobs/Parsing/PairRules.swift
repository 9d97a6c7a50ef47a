import HCL

/// The rules that the pairs of `env` and `meta` follow: they become lines of a task's environment.
struct PairRules {
  let collector: DiagnosticCollector
  /// The block that holds the pairs.
  let block: ScopedBlock

  func checkEnvironment(_ env: [String: String]) {
    for (name, value) in env {
      if name.isEmpty || name.contains("=") || name.utf8.contains(0) {
        collector.error(
          "Invalid variable name", "\"\(name)\" cannot be the name of an environment variable.",
          at: place(of: name, in: "env").key)
      }
      checkValue(value, of: name, in: "env")
    }
  }

  func checkMeta(_ meta: [String: String]) {
    for (name, value) in meta { checkValue(value, of: name, in: "meta") }
  }

  private func checkValue(_ value: String, of name: String, in pairs: String) {
    guard value.utf8.contains(0) else { return }
    collector.error(
      "Null character", "The value of \"\(name)\" must not contain a null character (U+0000).",
      at: place(of: name, in: pairs).value)
  }

  /// Where a pair was written, in a block or in an object; else where the pairs begin.
  private func place(of name: String, in pairs: String) -> (key: SourceSpan, value: SourceSpan) {
    if let inner = block.body.blocks.first(where: { $0.type == pairs }) {
      guard let attribute = inner.body.attributes.first(where: { $0.name == name }) else {
        return (inner.headerSpan, inner.headerSpan)
      }
      return (attribute.nameSpan, attribute.expression.span)
    }
    guard let attribute = block.body.attributes.first(where: { $0.name == pairs }) else {
      return (block.headerSpan, block.headerSpan)
    }
    if case .object(let items) = attribute.expression.kind,
      let item = items.last(where: { $0.bareKey == name || $0.key.literalString == name })
    {
      return (item.key.span, item.value.span)
    }
    return (attribute.nameSpan, attribute.expression.span)
  }
}
