import HCL

/// The rules that names of jobs, groups and tasks follow.
struct NameRules {
  /// How long the names of groups and tasks may be: they become parts of file names, which end at 255
  /// bytes.
  static let longestNameBytes = 128

  let collector: DiagnosticCollector

  /// Names become parts of paths and of lines that people read.
  func check(_ name: String, _ kind: String, at span: SourceSpan, forbidsSpace: Bool = false) {
    func fail(_ detail: String) { collector.error("Invalid name", detail, at: span) }
    if name.isEmpty {
      fail("The name of a \(kind) must not be empty.")
    } else if name.contains("/") && kind != "job" {
      fail("The name of a \(kind) must not contain a slash: it becomes part of a path.")
    } else if name == "." || name == ".." {
      fail("The name of a \(kind) becomes part of a path and cannot be \"\(name)\".")
    } else if let control = NameRules.controlCharacter(in: name) {
      fail("The name of a \(kind) must not contain a control character; here it is \(control).")
    } else if forbidsSpace, name.contains(where: \.isWhitespace) {
      fail("The name of a \(kind) must not contain white space.")
    } else if kind != "job", name.utf8.count > NameRules.longestNameBytes {
      fail(
        "The name of a \(kind) may have \(NameRules.longestNameBytes) bytes; this one has "
          + "\(name.utf8.count).")
    } else if kind == "task", name == "alloc" {
      fail("A task cannot be named \"alloc\": that is the name of the directory that a group's tasks share.")
    }
  }

  /// The first control character of a text or line separator, as `U+001B`.
  static func controlCharacter(in text: String) -> String? {
    let found = text.unicodeScalars.first { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: true
      default: false
      }
    }
    guard let found else { return nil }
    let digits = String(found.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
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

  /// Reports a null character in the text of an argument: no program and no file can be told of it.
  func checkNoNull(_ text: String?, _ argument: String, _ decoder: BodyDecoder) {
    guard let text, text.utf8.contains(0) else { return }
    decoder.report(argument, "Null character", "The value must not contain a null character (U+0000).")
  }
}
