/// Shows diagnostics to a person: `file:line:column: error: …`, the source line, and a mark under
/// the place.
public struct DiagnosticRenderer: Sendable {
  private let files: [String: SourceFile]
  private let isColored: Bool

  /// Makes a renderer.
  /// - Parameters:
  ///   - files: the files whose lines may be shown; a diagnostic about another file is shown
  ///     without its line.
  ///   - isColored: whether to use ANSI colours.
  public init(files: [SourceFile] = [], isColored: Bool = false) {
    self.files = Dictionary(files.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.isColored = isColored
  }

  /// How many errors, and how many warnings, are shown at most: a file that is not what it should be
  /// has thousands, and the first ones say so.
  public static let limit = 20

  /// The text of several diagnostics, with an empty line between them; ends in a newline unless
  /// there are none. Of more than ``limit`` errors or warnings the rest is only counted.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    var counts: [Diagnostic.Severity: Int] = [:]
    var texts: [String] = []
    for diagnostic in diagnostics {
      counts[diagnostic.severity, default: 0] += 1
      if counts[diagnostic.severity, default: 0] <= Self.limit { texts.append(render(diagnostic)) }
    }
    for severity in [Diagnostic.Severity.error, .warning] {
      let more = counts[severity, default: 0] - Self.limit
      if more > 0 { texts.append("\(more) more \(severity.rawValue)\(more == 1 ? "" : "s")\n") }
    }
    return texts.joined(separator: "\n")
  }

  /// The text of one diagnostic; ends in a newline.
  public func render(_ diagnostic: Diagnostic) -> String {
    let color: Style = diagnostic.severity == .error ? .red : .yellow
    var text = heading(
      place: diagnostic.range, label: styled(diagnostic.severity.rawValue, color),
      message: styled(printable(diagnostic.summary), .bold))
    if let range = diagnostic.range { text += excerpt(range, color) }
    if !diagnostic.detail.isEmpty { text += "  \(printable(diagnostic.detail))\n" }
    if let suggestion = diagnostic.suggestion {
      text += "  Did you mean \(styled("\"\(printable(suggestion))\"", .bold))?\n"
    }
    for note in diagnostic.notes {
      text += heading(
        place: note.range, label: styled("note", .cyan), message: printable(note.message))
      text += excerpt(note.range, .cyan)
    }
    return text
  }

  private func heading(place: SourceRange?, label: String, message: String) -> String {
    var text = ""
    if let place {
      text = styled("\(printable(place.file)):\(place.start.line):\(place.start.column):", .bold) + " "
    }
    return text + "\(label): \(message)\n"
  }

  /// The first line of a range with a mark under the part that the range covers.
  private func excerpt(_ range: SourceRange, _ color: Style) -> String {
    guard let line = files[range.file]?.line(range.start.line) else { return "" }
    let characters = Array(line)
    let number = String(range.start.line)
    let first = max(0, range.start.column - 1)
    let isOneLine = range.end.line == range.start.line
    let end = min(isOneLine ? range.end.column - 1 : characters.count, characters.count)
    // Long lines are shown around the place, so that a terminal line is enough.
    let window = visibleWindow(of: characters.count, around: first)
    let before = characters[window].prefix(max(0, min(first, window.upperBound) - window.lowerBound))
    let indent = before.map { $0 == "\t" ? "\t" : String(repeating: " ", count: width(of: $0)) }
    let markStart = min(first, window.upperBound)
    let marked = characters[markStart..<max(markStart, min(end, window.upperBound))]
    let mark = marked.reduce(0) { $0 + width(of: $1) }
    let margin = String(repeating: " ", count: number.count)
    let shown = printable(String(characters[window]))
    return "  \(styled("\(number) |", .dim)) \(shown)\n"
      + "  \(styled("\(margin) |", .dim)) \(indent.joined())"
      + "\(styled(String(repeating: "^", count: max(1, mark)), color))\n"
  }

  private func visibleWindow(of count: Int, around column: Int) -> Range<Int> {
    let widest = 160
    guard count > widest else { return 0..<count }
    let start = max(0, min(column - widest / 3, count - widest))
    return start..<min(count, start + widest)
  }
}

extension DiagnosticRenderer {
  private enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "1;31"
    case yellow = "1;33"
    case cyan = "1;36"
  }

  private func styled(_ text: String, _ style: Style) -> String {
    isColored ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Text without control characters, so that a file cannot speak to the terminal.
  private func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control && scalar != "\t" && scalar != "\n"
      result.append(isControl ? "\u{FFFD}" : scalar)
    }
    return String(result)
  }

  /// How many columns of a terminal a character takes; East Asian wide characters and emoji take two.
  private func width(of character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
