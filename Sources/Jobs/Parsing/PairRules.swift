import HCL

/// The rules that the pairs of `env` and `meta` follow: they become lines of a task's environment.
struct PairRules {
  let collector: DiagnosticCollector
  /// The block that holds the pairs.
  let block: ScopedBlock

  private typealias Place = (key: SourceSpan, value: SourceSpan)

  func checkEnvironment(_ env: [String: String]) {
    let wrong = env.keys.filter { $0.isEmpty || $0.contains("=") || $0.utf8.contains(0) }
    if !wrong.isEmpty {
      let places = places(of: "env")
      for name in wrong {
        collector.error(
          "Invalid variable name", "\"\(name)\" cannot be the name of an environment variable.",
          at: places[name]?.key ?? start(of: "env"))
      }
    }
    checkValues(env, "env")
  }

  func checkMeta(_ meta: [String: String]) { checkValues(meta, "meta") }

  private func checkValues(_ pairs: [String: String], _ kind: String) {
    let wrong = pairs.filter { $0.value.utf8.contains(0) }
    guard !wrong.isEmpty else { return }
    let places = places(of: kind)
    for name in wrong.keys {
      collector.error(
        "Null character", "The value of \"\(name)\" must not contain a null character (U+0000).",
        at: places[name]?.value ?? start(of: kind))
    }
  }

  /// Where each pair was written, in a block or in an object.
  private func places(of kind: String) -> [String: Place] {
    var places: [String: Place] = [:]
    for attribute in block.body.blocks.first(where: { $0.type == kind })?.body.attributes ?? [] {
      places[attribute.name] = (attribute.nameSpan, attribute.expression.span)
    }
    if case .object(let items)? = attribute(kind)?.expression.kind {
      for item in items {
        guard let name = item.bareKey ?? item.key.literalString else { continue }
        places[name] = (item.key.span, item.value.span)
      }
    }
    return places
  }

  /// Where the pairs begin.
  private func start(of kind: String) -> SourceSpan {
    block.body.blocks.first { $0.type == kind }?.headerSpan ?? attribute(kind)?.nameSpan ?? block.headerSpan
  }

  private func attribute(_ name: String) -> Attribute? { block.body.attributes.first { $0.name == name } }
}
