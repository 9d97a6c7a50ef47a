import HCL

extension JobFileReader {
  /// Adds the values of all `locals` blocks. A local may refer to others, in any order.
  func readLocals(into context: inout EvaluationContext) {
    var attributes: [String: Attribute] = [:]
    var order: [String] = []
    for block in file.body.blocks where block.type == "locals" {
      for attribute in block.body.attributes {
        if let first = attributes[attribute.name] {
          collector.error(
            "Local set twice", "There is a local \"\(attribute.name)\" already.", at: attribute.nameSpan,
            notes: [
              Diagnostic.Note("the first one is here", range: collector.source.range(of: first.nameSpan))
            ])
          continue
        }
        attributes[attribute.name] = attribute
        order.append(attribute.name)
      }
      for inner in block.body.blocks {
        collector.error("Unknown block", "A locals block holds only arguments.", at: inner.typeSpan)
      }
    }
    guard let sorted = dependencyOrder(order, attributes) else { return }
    evaluate(sorted, attributes, into: &context)
  }

  private func evaluate(
    _ names: [String], _ attributes: [String: Attribute], into context: inout EvaluationContext
  ) {
    var failed: Set<String> = []
    for name in names {
      guard let attribute = attributes[name] else { continue }
      // What depends on a local that failed would only repeat its mistake.
      if references(attribute.expression).contains(where: { failed.contains($0.name) }) {
        failed.insert(name)
        continue
      }
      guard let value = collector.evaluate(attribute.expression, in: context) else {
        failed.insert(name)
        continue
      }
      guard value.depth <= EvaluationLimit.depth else {
        collector.error(
          "Nesting too deep", "Values may be nested \(EvaluationLimit.depth) levels deep.",
          at: attribute.expression.span)
        return
      }
      context.namespaces["local"]?.values[name] = value
    }
  }

  /// The locals that an expression refers to, with the step that names each.
  private func references(_ expression: Expression) -> [(name: String, span: SourceSpan)] {
    var found: [(String, SourceSpan)] = []
    expression.forEachReference { root, steps in
      guard root == "local", let first = steps.first else { return }
      switch first {
      case .attribute(let name, let span), .index(.string(let name), let span): found.append((name, span))
      default: break
      }
    }
    return found
  }

  /// The locals with each after those it refers to; nil after reporting a cycle.
  ///
  /// Without recursion: a chain of locals may be as long as the file.
  private func dependencyOrder(_ names: [String], _ attributes: [String: Attribute]) -> [String]? {
    var sorted: [String] = []
    var done: Set<String> = []
    var open: Set<String> = []
    for root in names where !done.contains(root) {
      var path = [(name: root, pending: references(attributes[root]?.expression)[...])]
      open.insert(root)
      while let top = path.last {
        guard let next = top.pending.first else {
          sorted.append(top.name)
          done.insert(top.name)
          open.remove(top.name)
          path.removeLast()
          continue
        }
        path[path.count - 1].pending.removeFirst()
        if open.contains(next.name) {
          reportCycle(path.map(\.name), closedBy: next)
          return nil
        }
        guard !done.contains(next.name), let attribute = attributes[next.name] else { continue }
        open.insert(next.name)
        path.append((next.name, references(attribute.expression)[...]))
      }
    }
    return sorted
  }

  private func references(_ expression: Expression?) -> [(name: String, span: SourceSpan)] {
    expression.map { references($0) } ?? []
  }

  private func reportCycle(_ path: [String], closedBy last: (name: String, span: SourceSpan)) {
    let start = path.firstIndex(of: last.name) ?? 0
    let cycle = (path[start...] + [last.name]).map { "local.\($0)" }
    let shown = cycle.count > 12 ? cycle.prefix(6) + ["…"] + cycle.suffix(5) : cycle[...]
    collector.error(
      "Locals refer to each other", "There is a cycle: \(shown.joined(separator: " → ")).", at: last.span)
  }
}
