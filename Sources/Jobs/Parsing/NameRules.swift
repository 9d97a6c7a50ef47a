import HCL

/// The rules that names of jobs, groups and tasks follow.
struct NameRules {
  let collector: DiagnosticCollector

  /// Names become parts of paths.
  func check(_ name: String, _ kind: String, at span: SourceSpan, forbidsSpace: Bool = false) {
    if name.isEmpty {
      collector.error("Invalid name", "The name of a \(kind) must not be empty.", at: span)
    } else if name.contains("/") && kind != "job" {
      collector.error(
        "Invalid name", "The name of a \(kind) must not contain a slash: it becomes part of a path.", at: span
      )
    } else if name == "." || name == ".." {
      collector.error(
        "Invalid name", "The name of a \(kind) becomes part of a path and cannot be \"\(name)\".", at: span)
    } else if name.unicodeScalars.contains("\0") {
      collector.error("Invalid name", "The name of a \(kind) must not contain a null character.", at: span)
    } else if forbidsSpace, name.contains(where: \.isWhitespace) {
      collector.error("Invalid name", "The name of a \(kind) must not contain white space.", at: span)
    }
  }

  /// No two blocks of a scope have the same name.
  func checkUnique(_ blocks: [ScopedBlock], _ kind: String, in owner: String) {
    var first: [String: SourceSpan] = [:]
    for block in blocks {
      guard let label = block.labels.first else { continue }
      if let span = first[label.text] {
        collector.error(
          "Name used twice", "There is a \(kind) named \"\(label.text)\" in \(owner) already.",
          at: label.span,
          notes: [Diagnostic.Note("the first one is here", range: collector.source.range(of: span))])
      } else {
        first[label.text] = label.span
      }
    }
  }

  /// A path that stays within the task's directory.
  func checkPath(_ path: String, _ argument: String, _ decoder: BodyDecoder) {
    var depth = 0
    for part in path.split(separator: "/") where part != "." {
      depth += part == ".." ? -1 : 1
      if depth < 0 {
        decoder.report(
          argument, "Path leaves the task", "The path \"\(path)\" leads out of the task's directory.")
        return
      }
    }
  }
}
