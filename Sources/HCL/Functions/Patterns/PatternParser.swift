/// Reads a regular expression in the syntax of RE2, which is that of Nomad's job files: what cannot be
/// matched in linear time (backreferences, looking ahead and behind) is not part of it.
struct PatternParser {
  /// How deep groups may be nested, and how often something may be repeated by a number.
  static let depthLimit = 50
  static let repeatLimit = 1000

  /// What `(?ims U)` turns on.
  private struct Flags {
    var ignoresCase = false
    var seesLines = false
    var dotTakesNewline = false
    var isUngreedy = false
  }

  let text: [Unicode.Scalar]
  var index = 0
  private var flags = Flags()
  private var depth = 0
  /// How many groups keep their text.
  private(set) var groupCount = 0
  /// The numbers of the groups that have a name.
  private(set) var groupNames: [String: Int] = [:]

  init(_ text: String) { self.text = Array(text.unicodeScalars) }

  var next: Unicode.Scalar? { index < text.count ? text[index] : nil }

  mutating func takes(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    index += 1
    return true
  }

  mutating func takes(_ literal: String) -> Bool {
    guard text[index...].starts(with: literal.unicodeScalars) else { return false }
    index += literal.unicodeScalars.count
    return true
  }

  /// The whole expression.
  mutating func parse() throws(PatternError) -> PatternNode {
    let node = try parseChoice()
    guard next == nil else { throw PatternError(message: "\")\" closes no group") }
    return node
  }

  private mutating func parseChoice() throws(PatternError) -> PatternNode {
    guard depth < Self.depthLimit else {
      throw PatternError(message: "groups are nested more than \(Self.depthLimit) deep")
    }
    depth += 1
    defer { depth -= 1 }
    var choices = [try parseSequence()]
    while takes("|") { choices.append(try parseSequence()) }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func parseSequence() throws(PatternError) -> PatternNode {
    var nodes: [PatternNode] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      if takes("\\Q") {
        while let quoted = next, !takes("\\E") {
          nodes.append(.set(PatternSet(quoted, ignoresCase: flags.ignoresCase)))
          index += 1
        }
        continue
      }
      nodes.append(try parseRepeats(of: try parseItem()))
    }
    return nodes.isEmpty ? .empty : nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  // MARK: Items
  private mutating func parseItem() throws(PatternError) -> PatternNode {
    let scalar = text[index]
    index += 1
    switch scalar {
    case "(": return try parseGroup()
    case "[": return .set(try parseBrackets(ignoresCase: flags.ignoresCase))
    case ".": return .set(flags.dotTakesNewline ? .any : .anyButNewline)
    case "^": return .assertion(flags.seesLines ? .lineStart : .textStart)
    case "$": return .assertion(flags.seesLines ? .lineEnd : .textEnd)
    case "*", "+", "?": throw PatternError(message: "there is nothing before \"\(scalar)\" to repeat")
    case "\\": return try parseEscape()
    default: return .set(PatternSet(scalar, ignoresCase: flags.ignoresCase))
    }
  }

  private mutating func parseEscape() throws(PatternError) -> PatternNode {
    switch next {
    case "A": index += 1; return .assertion(.textStart)
    case "z": index += 1; return .assertion(.textEnd)
    case "b": index += 1; return .assertion(.wordBoundary)
    case "B": index += 1; return .assertion(.noWordBoundary)
    default: break
    }
    if let set = try parseClass() {
      return .set(flags.ignoresCase ? PatternSet([set], isInverted: false, ignoresCase: true) : set)
    }
    return .set(PatternSet(try parseEscapedScalar(), ignoresCase: flags.ignoresCase))
  }

  // MARK: Groups
  private mutating func parseGroup() throws(PatternError) -> PatternNode {
    let saved = flags
    var number: Int?
    if takes("?") {
      if takes("P<") || takes("<") {
        number = try newGroup(named: try parseGroupName())
      } else if try parseFlags() {
        // `(?i)` holds to the end of the group that it stands in.
        return .empty
      }
    } else {
      groupCount += 1
      number = groupCount
    }
    let inner = try parseChoice()
    guard takes(")") else { throw PatternError(message: "a group is not closed with \")\"") }
    flags = saved
    return number.map { .group(inner, index: $0) } ?? inner
  }

  private mutating func parseGroupName() throws(PatternError) -> String {
    if next == "=" || next == "!" {
      throw PatternError(message: "looking behind, as in (?<=…), is not supported")
    }
    var name = ""
    while let scalar = next, PatternSet.word.contains(scalar) {
      name.unicodeScalars.append(scalar)
      index += 1
    }
    guard !name.isEmpty, takes(">") else { throw PatternError(message: "the name of a group is wrong") }
    return name
  }

  private mutating func newGroup(named name: String) throws(PatternError) -> Int {
    groupCount += 1
    guard groupNames.updateValue(groupCount, forKey: name) == nil else {
      throw PatternError(message: "two groups are named \"\(name)\"")
    }
    return groupCount
  }

  /// Reads `i`, `m`, `s`, `U` after `(?`; true when they stand alone, false when a group follows.
  private mutating func parseFlags() throws(PatternError) -> Bool {
    var isOn = true
    while let scalar = next {
      index += 1
      switch scalar {
      case "i": flags.ignoresCase = isOn
      case "m": flags.seesLines = isOn
      case "s": flags.dotTakesNewline = isOn
      case "U": flags.isUngreedy = isOn
      case "-" where isOn: isOn = false
      case ":": return false
      case ")": return true
      case "=", "!": throw PatternError(message: "looking ahead, as in (?=…), is not supported")
      default: throw PatternError(message: "\"(?\(scalar)\" is not known")
      }
    }
    throw PatternError(message: "a group is not closed with \")\"")
  }

  // MARK: Repeats
  private mutating func parseRepeats(of node: PatternNode) throws(PatternError) -> PatternNode {
    let start = index
    guard let (least, most) = try parseCount() else { return node }
    let isLazy = takes("?")
    let marks = String(String.UnicodeScalarView(text[start..<index]))
    let repeated = PatternNode.repeated(node, least: least, most: most, isGreedy: isLazy == flags.isUngreedy)
    if try parseCount() != nil {
      throw PatternError(message: "\"\(marks)\" cannot be repeated; put what it stands after in a group")
    }
    return repeated
  }

  private mutating func parseCount() throws(PatternError) -> (least: Int, most: Int?)? {
    if takes("*") { return (0, nil) }
    if takes("+") { return (1, nil) }
    if takes("?") { return (0, 1) }
    let start = index
    guard takes("{") else { return nil }
    let least = parseNumber()
    let hasComma = takes(",")
    let most = hasComma ? parseNumber() : least
    guard let least, takes("}") else {
      // A brace that begins no count is itself.
      index = start
      return nil
    }
    guard least <= Self.repeatLimit, most ?? 0 <= Self.repeatLimit, most.map({ least <= $0 }) ?? true else {
      throw PatternError(
        message: "a count of repetitions goes up to \(Self.repeatLimit), the smaller one first")
    }
    return (least, most)
  }

  private mutating func parseNumber() -> Int? {
    var number: Int?
    while let scalar = next, PatternSet.digit.contains(scalar) {
      // Beyond the limit the value does not matter.
      number = min((number ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
      index += 1
    }
    return number
  }
}
