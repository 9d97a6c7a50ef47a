/// A regular expression of a job file.
struct Pattern {
  private let program: PatternProgram

  /// Reads an expression in the syntax of RE2.
  /// - Throws: what is wrong with it.
  init(_ text: String) throws(PatternError) { program = try PatternProgram(text) }

  /// The text with every match replaced.
  ///
  /// - Parameter template: the replacement, in which `$1`, `${1}`, `$name` and `${name}` stand for
  ///   what a group matched and `$$` for a dollar.
  /// - Throws: when the result is too long or the work too much.
  func replacing(_ text: String, with template: String) throws(PatternError) -> String {
    let scalars = Array(text.unicodeScalars)
    let replacement = Replacement(template, program)
    var matcher = PatternMatcher(program, in: scalars)
    var result = String.UnicodeScalarView()
    var lengthBytes = 0
    func append(_ part: ArraySlice<Unicode.Scalar>) throws(PatternError) {
      lengthBytes += part.reduce(0) { $0 + UTF8.width($1) }
      guard lengthBytes <= EvaluationLimit.stringBytes else {
        throw PatternError(message: "the result is too long")
      }
      result.append(contentsOf: part)
    }
    var copied = 0
    var place = 0
    while place <= scalars.count, let match = try matcher.firstMatch(from: place) {
      let (start, end) = (match[0], match[1])
      // A match of nothing right after another match does not count.
      if end > copied || start == 0 {
        try append(scalars[copied..<start])
        for piece in replacement.pieces {
          switch piece {
          case .text(let text): try append(text)
          case .group(let number):
            let (first, last) = (match[2 * number], match[2 * number + 1])
            if first >= 0, last >= first { try append(scalars[first..<last]) }
          }
        }
        copied = end
      }
      place = end > start ? end : end + 1
    }
    try append(scalars[copied...])
    return String(result)
  }

  /// What stands in place of a match.
  private struct Replacement {
    enum Piece {
      case text(ArraySlice<Unicode.Scalar>)
      case group(Int)
    }

    var pieces: [Piece] = []

    init(_ template: String, _ program: PatternProgram) {
      let scalars = Array(template.unicodeScalars)
      var start = 0
      var index = 0
      while index < scalars.count {
        guard scalars[index] == "$", let (name, end) = Replacement.reference(in: scalars, at: index + 1)
        else {
          index += 1
          continue
        }
        pieces.append(.text(scalars[start..<index]))
        if name == "$" {
          pieces.append(.text(["$"]))
        } else if let number = Int(name) ?? program.groupNames[name],
          (0...program.groupCount).contains(number)
        {
          pieces.append(.group(number))
        }
        start = end
        index = end
      }
      pieces.append(.text(scalars[start...]))
    }

    /// The name after a dollar and where it ends; nil when the dollar stands for itself.
    private static func reference(in scalars: [Unicode.Scalar], at start: Int) -> (String, Int)? {
      guard start < scalars.count else { return nil }
      if scalars[start] == "$" { return ("$", start + 1) }
      let isBraced = scalars[start] == "{"
      let first = isBraced ? start + 1 : start
      let name = scalars[first...].prefix {
        $0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType == .decimal
      }
      guard !name.isEmpty else { return nil }
      guard isBraced else { return (String(String.UnicodeScalarView(name)), name.endIndex) }
      guard name.endIndex < scalars.count, scalars[name.endIndex] == "}" else { return nil }
      return (String(String.UnicodeScalarView(name)), name.endIndex + 1)
    }
  }
}
