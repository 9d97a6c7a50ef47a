/// What a regular expression is made of, as it was written.
indirect enum PatternNode {
  case empty
  /// One character of a set.
  case set(PatternSet)
  case assertion(PatternAssertion)
  /// A group whose text is kept.
  case group(PatternNode, index: Int)
  case sequence([PatternNode])
  /// Alternatives; earlier ones are preferred.
  case choice([PatternNode])
  case repeated(PatternNode, least: Int, most: Int?, isGreedy: Bool)
}

/// A condition on a place between two characters.
enum PatternAssertion {
  case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary

  /// Whether it holds between two characters; nil stands for the beginning and the end of the text.
  func holds(between before: Unicode.Scalar?, and after: Unicode.Scalar?) -> Bool {
    switch self {
    case .textStart: before == nil
    case .textEnd: after == nil
    case .lineStart: before == nil || before == "\n"
    case .lineEnd: after == nil || after == "\n"
    case .wordBoundary: isWord(before) != isWord(after)
    case .noWordBoundary: isWord(before) == isWord(after)
    }
  }

  private func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar else { return false }
    return PatternSet.word.contains(scalar)
  }
}

/// Why a regular expression cannot be used.
struct PatternError: Error, Hashable {
  /// A phrase without a full stop.
  var message: String
}
