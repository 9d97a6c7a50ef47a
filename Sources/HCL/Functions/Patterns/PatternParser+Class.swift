/// Sets of characters and escapes.
extension PatternParser {
  /// `[…]`, after the opening bracket.
  mutating func parseBrackets(ignoresCase: Bool) throws(PatternError) -> PatternSet {
    let isInverted = takes("^")
    var parts: [PatternSet] = []
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    // A closing bracket that comes first is a member.
    while isFirst || next != "]" {
      guard next != nil else { throw PatternError(message: "a set is not closed with \"]\"") }
      isFirst = false
      if takes("[:") {
        parts.append(try parsePosixClass())
      } else if next == "\\", let set = try parseClassInBrackets() {
        parts.append(set)
      } else {
        let low = try parseMember()
        var high = low
        if next == "-", index + 1 < text.count, text[index + 1] != "]" {
          index += 1
          high = try parseMember()
        }
        guard low.value <= high.value else {
          throw PatternError(message: "the range \(low)-\(high) goes backwards")
        }
        ranges.append(low.value...high.value)
      }
    }
    index += 1
    parts.append(PatternSet(ranges: ranges))
    return PatternSet(parts, isInverted: isInverted, ignoresCase: ignoresCase)
  }

  private mutating func parseMember() throws(PatternError) -> Unicode.Scalar {
    guard let scalar = next else { throw PatternError(message: "a set is not closed with \"]\"") }
    index += 1
    return scalar == "\\" ? try parseEscapedScalar() : scalar
  }

  private mutating func parsePosixClass() throws(PatternError) -> PatternSet {
    let isInverted = takes("^")
    var name = ""
    while let scalar = next, scalar != ":" {
      name.unicodeScalars.append(scalar)
      index += 1
    }
    guard takes(":]"), let set = PatternSet(posixName: name) else {
      throw PatternError(message: "[:\(name):] is not known")
    }
    return isInverted ? set.inverted : set
  }

  private mutating func parseClassInBrackets() throws(PatternError) -> PatternSet? {
    index += 1
    if let set = try parseClass() { return set }
    index -= 1
    return nil
  }

  /// `\d`, `\w`, `\s`, `\pL`, `\p{Lu}` and their opposites, after the backslash; nil for anything else.
  mutating func parseClass() throws(PatternError) -> PatternSet? {
    guard let scalar = next else { return nil }
    let set: PatternSet
    switch scalar {
    case "d", "D": set = .digit
    case "s", "S": set = .space
    case "w", "W": set = .word
    case "p", "P":
      index += 1
      let (category, isInverted) = try parseCategory()
      return isInverted == (scalar == "p") ? category.inverted : category
    default: return nil
    }
    index += 1
    return scalar.properties.isUppercase ? set.inverted : set
  }

  private mutating func parseCategory() throws(PatternError) -> (PatternSet, isInverted: Bool) {
    var name = ""
    var isInverted = false
    if takes("{") {
      isInverted = takes("^")
      while let scalar = next, scalar != "}" {
        name.unicodeScalars.append(scalar)
        index += 1
      }
      guard takes("}") else { throw PatternError(message: "\\p{ is not closed with \"}\"") }
    } else if let scalar = next {
      name.unicodeScalars.append(scalar)
      index += 1
    }
    guard let set = PatternSet(category: name) else {
      throw PatternError(message: "\\p{\(name)} is not a category that is known, such as L, Lu or Nd")
    }
    return (set, isInverted)
  }

  /// The character that an escape stands for, after the backslash.
  mutating func parseEscapedScalar() throws(PatternError) -> Unicode.Scalar {
    guard let scalar = next else { throw PatternError(message: "it ends in a backslash") }
    index += 1
    switch scalar {
    case "a": return "\u{7}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{B}"
    case "x": return try parseHexadecimal()
    case "0": return try parseOctal()
    case "1"..."9": throw PatternError(message: "a backreference, as in \\\(scalar), is not supported")
    default: break
    }
    guard scalar.isASCII, !PatternSet.word.contains(scalar) || scalar == "_" else {
      throw PatternError(message: "the escape \\\(scalar) is not known")
    }
    return scalar
  }

  private mutating func parseHexadecimal() throws(PatternError) -> Unicode.Scalar {
    let isBraced = takes("{")
    var digits = ""
    while let scalar = next, digits.count < (isBraced ? 8 : 2), scalar.properties.isASCIIHexDigit {
      digits.unicodeScalars.append(scalar)
      index += 1
    }
    guard isBraced ? takes("}") : digits.count == 2, let code = UInt32(digits, radix: 16),
      let scalar = Unicode.Scalar(code)
    else { throw PatternError(message: "\\x is followed by two digits, or by a code in braces") }
    return scalar
  }

  private mutating func parseOctal() throws(PatternError) -> Unicode.Scalar {
    var code: UInt32 = 0
    var count = 1
    while count < 3, let scalar = next, ("0"..."7").contains(scalar) {
      code = code * 8 + scalar.value - 0x30
      index += 1
      count += 1
    }
    return Unicode.Scalar(code) ?? "\0"
  }
}
