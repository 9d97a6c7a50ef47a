import HCL

/// Finds where in a job file the things are that problems are about.
struct ProblemLocator {
  /// The job as it was read from the file.
  let root: LocatedValue

  /// The diagnostic for a problem; nil when something wrong was reported at its place already.
  func diagnostic(_ problem: JobProblem) -> Diagnostic? {
    guard let range = range(of: problem.path, place: problem.place) else { return nil }
    return Diagnostic(
      problem.isError ? .error : .warning, problem.summary, detail: problem.detail, range: range,
      suggestion: problem.suggestion,
      notes: problem.related.compactMap { related in
        self.range(of: related.path, place: .value).map { Diagnostic.Note(related.message, range: $0) }
      })
  }

  /// Where something is; the nearest part around it when it was not written, nil when what was written there
  /// could not be read.
  func range(of path: JobPath, place: JobProblem.Place) -> SourceRange? {
    var value = root
    var range = root.range
    for step in path.steps {
      let next: LocatedValue?
      var keyRange: SourceRange?
      switch step {
      case .index(let index):
        let elements = value.elements
        next = elements.indices.contains(index) ? elements[index] : nil
      case .field(let name), .key(let name):
        guard case .object(let entries) = value.content else { return range }
        let entry = entries.last { $0.key == name }
        next = entry?.value
        keyRange = entry?.keyRange
      }
      guard let next else { return range }
      if next.content == .null { return nil }
      value = next
      range = (place == .key ? keyRange : nil) ?? next.range ?? range
    }
    return range
  }
}
