/// A regular expression in the syntax of RE2, as Go programs take it. Matching takes time in proportion to
/// the text.
public struct TextPattern: Hashable, Sendable {
  /// The expression.
  public let text: String
  private let program: PatternProgram

  /// Reads an expression; nil when it is wrong.
  public init?(_ text: String) {
    guard let program = try? PatternProgram(text) else { return nil }
    self.text = text
    self.program = program
  }

  /// Whether some part of a text matches; false when that is too much work to tell.
  public func matches(_ text: String) -> Bool {
    var matcher = PatternMatcher(program, in: Array(text.unicodeScalars))
    return (try? matcher.firstMatch(from: 0)) != nil
  }

  /// Whether both are written the same.
  public static func == (left: TextPattern, right: TextPattern) -> Bool { left.text == right.text }

  /// Feeds the expression; see `Hashable`.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
