/// Something to tell the user about a file: what, where, and what to do.
public struct Diagnostic: Hashable, Sendable {
  /// How bad it is.
  public enum Severity: String, Hashable, Sendable {
    /// The file cannot be used.
    case error
    /// The file can be used, but not all of it does what it says.
    case warning
  }

  /// Another place that helps to understand the diagnostic.
  public struct Note: Hashable, Sendable {
    /// What is there.
    public var message: String
    /// Where it is.
    public var range: SourceRange

    /// Makes a note from its parts.
    public init(_ message: String, range: SourceRange) {
      self.message = message
      self.range = range
    }
  }

  /// How bad it is.
  public var severity: Severity
  /// A few words that name the problem, without a full stop.
  public var summary: String
  /// Whole sentences that explain it; may be empty.
  public var detail: String
  /// The place, when there is one.
  public var range: SourceRange?
  /// What the user may have meant, as it would be written.
  public var suggestion: String?
  /// Other places that matter.
  public var notes: [Note]

  /// Makes a diagnostic from its parts.
  public init(
    _ severity: Severity, _ summary: String, detail: String = "", range: SourceRange? = nil,
    suggestion: String? = nil, notes: [Note] = []
  ) {
    self.severity = severity
    self.summary = summary
    self.detail = detail
    self.range = range
    self.suggestion = suggestion
    self.notes = notes
  }
}

extension Diagnostic: CustomStringConvertible {
  /// The diagnostic on one line, without the source.
  public var description: String {
    var text = ""
    if let range { text += "\(range.file):\(range.start.line):\(range.start.column): " }
    text += "\(severity.rawValue): \(summary)"
    if !detail.isEmpty { text += ": \(detail)" }
    if let suggestion { text += " Did you mean \"\(suggestion)\"?" }
    return text
  }
}

/// What is thrown when a file cannot be used: every problem that was found in it.
public struct DiagnosticsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The problems in the order they were found; at least one is an error.
  public var diagnostics: [Diagnostic]

  /// Makes an error of several diagnostics.
  public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

  /// Makes an error of one diagnostic.
  public init(_ diagnostic: Diagnostic) { self.diagnostics = [diagnostic] }

  /// The diagnostics, one a line.
  public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}

extension [Diagnostic] {
  /// Whether one of the diagnostics is an error.
  public var hasErrors: Bool { contains { $0.severity == .error } }
}
