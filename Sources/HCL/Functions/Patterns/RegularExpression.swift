/// Why a text is no regular expression, or why one could not be held against a text.
public struct RegularExpressionError: Error, Hashable, Sendable {
  /// A phrase without a full stop.
  public var message: String
}

/// A regular expression in the syntax of RE2, for those who have one from a job file or a client. The time it
/// takes is limited.
public struct RegularExpression: Sendable {
  private let program: PatternProgram

  /// Reads an expression.
  /// - Throws: what is wrong with it.
  public init(_ text: String) throws(RegularExpressionError) {
    do {
      program = try PatternProgram(text)
    } catch {
      throw RegularExpressionError(message: error.message)
    }
  }

  /// Whether it matches anywhere in a text.
  /// - Throws: when that takes too long to tell.
  public func matches(_ text: String) throws(RegularExpressionError) -> Bool {
    var matcher = PatternMatcher(program, in: Array(text.unicodeScalars))
    do {
      return try matcher.firstMatch(from: 0) != nil
    } catch {
      throw RegularExpressionError(message: error.message)
    }
  }
}
