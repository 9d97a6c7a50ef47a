/// Diagnostics in the order they were found, each once.
struct UniqueDiagnostics: Sendable {
  private(set) var elements: [Diagnostic] = []
  private var known: Set<Diagnostic> = []

  /// Adds a diagnostic unless it is there already.
  mutating func add(_ diagnostic: Diagnostic) {
    if known.insert(diagnostic).inserted { elements.append(diagnostic) }
  }
}
