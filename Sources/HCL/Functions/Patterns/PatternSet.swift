/// A set of characters, as `[a-z]`, `\d`, `\pL` or a plain letter describes it.
struct PatternSet {
  /// Members by their code.
  private var ranges: [ClosedRange<UInt32>] = []
  /// Members by their category: those within, or those outside when the flag is set.
  private var categories: [(members: Set<Unicode.GeneralCategory>, isInverted: Bool)] = []
  private var isInverted = false
  private var ignoresCase = false
  /// The answers for ASCII, one bit each: nearly every question is about it.
  private var lowBits: (UInt64, UInt64) = (0, 0)

  static let digit = PatternSet(ranges: [0x30...0x39])
  static let space = PatternSet(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
  static let word = PatternSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let any = PatternSet(ranges: [0...0x10FFFF])
  static let anyButNewline = PatternSet(ranges: [0...0x09, 0x0B...0x10FFFF])

  init(ranges: [ClosedRange<UInt32>]) {
    self.ranges = ranges
    remember()
  }

  /// One character.
  init(_ scalar: Unicode.Scalar, ignoresCase: Bool) {
    ranges = [scalar.value...scalar.value]
    self.ignoresCase = ignoresCase
    remember()
  }

  /// The union of other sets.
  init(_ parts: [PatternSet], isInverted: Bool, ignoresCase: Bool) {
    for part in parts {
      if part.isInverted {
        // `[^…]` cannot stand within brackets, so an inverted part is a class such as \D.
        ranges += PatternSet.gaps(in: part.ranges)
        categories += part.categories.map { ($0.members, !$0.isInverted) }
      } else {
        ranges += part.ranges
        categories += part.categories
      }
    }
    self.isInverted = isInverted
    self.ignoresCase = ignoresCase
    remember()
  }

  /// The characters of a Unicode category such as `L` or `Lu`, or of all that begin with the letter;
  /// nil when there is no such category.
  init?(category name: String) {
    let members = PatternSet.categoryNames.filter { $0.key.hasPrefix(name) }.map(\.value)
    guard name.utf8.count <= 2, !name.isEmpty, !members.isEmpty else { return nil }
    categories = [(Set(members), false)]
    remember()
  }

  /// The members of a class such as `alpha`, which stands as `[:alpha:]`; nil when there is none.
  init?(posixName: String) {
    guard let ranges = PatternSet.posixClasses[posixName] else { return nil }
    self.init(ranges: ranges)
  }

  /// Everything that is not in this set.
  var inverted: PatternSet {
    var other = self
    other.isInverted.toggle()
    other.remember()
    return other
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<64: lowBits.0 >> UInt64(scalar.value) & 1 == 1
    case 64..<128: lowBits.1 >> UInt64(scalar.value - 64) & 1 == 1
    default: search(scalar)
    }
  }

  private mutating func remember() {
    var bits: (UInt64, UInt64) = (0, 0)
    for code in UInt8(0)..<128 where search(Unicode.Scalar(code)) {
      if code < 64 { bits.0 |= 1 << UInt64(code) } else { bits.1 |= 1 << UInt64(code - 64) }
    }
    lowBits = bits
  }

  private func search(_ scalar: Unicode.Scalar) -> Bool {
    var isMember = holds(scalar)
    if !isMember, ignoresCase {
      let properties = scalar.properties
      for mapping in [properties.lowercaseMapping, properties.uppercaseMapping] where !isMember {
        let other = mapping.unicodeScalars
        if other.count == 1, let only = other.first { isMember = holds(only) }
      }
    }
    return isMember != isInverted
  }

  private func holds(_ scalar: Unicode.Scalar) -> Bool {
    if ranges.contains(where: { $0.contains(scalar.value) }) { return true }
    guard !categories.isEmpty else { return false }
    let category = scalar.properties.generalCategory
    return categories.contains { $0.members.contains(category) != $0.isInverted }
  }

  private static func gaps(in ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    guard !ranges.isEmpty else { return [] }
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
      next = max(next, range.upperBound + 1)
    }
    if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
    return gaps
  }
}

extension PatternSet {
  private static let posixClasses: [String: [ClosedRange<UInt32>]] = [
    "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A], "alpha": [0x41...0x5A, 0x61...0x7A],
    "ascii": [0...0x7F], "blank": [0x09...0x09, 0x20...0x20], "cntrl": [0...0x1F, 0x7F...0x7F],
    "digit": [0x30...0x39], "graph": [0x21...0x7E], "lower": [0x61...0x7A], "print": [0x20...0x7E],
    "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E], "space": [0x09...0x0D, 0x20...0x20],
    "upper": [0x41...0x5A], "word": [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A],
    "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
  ]

  private static let categoryNames: [String: Unicode.GeneralCategory] = [
    "Lu": .uppercaseLetter, "Ll": .lowercaseLetter, "Lt": .titlecaseLetter, "Lm": .modifierLetter,
    "Lo": .otherLetter, "Mn": .nonspacingMark, "Mc": .spacingMark, "Me": .enclosingMark,
    "Nd": .decimalNumber, "Nl": .letterNumber, "No": .otherNumber, "Pc": .connectorPunctuation,
    "Pd": .dashPunctuation, "Ps": .openPunctuation, "Pe": .closePunctuation, "Pi": .initialPunctuation,
    "Pf": .finalPunctuation, "Po": .otherPunctuation, "Sm": .mathSymbol, "Sc": .currencySymbol,
    "Sk": .modifierSymbol, "So": .otherSymbol, "Zs": .spaceSeparator, "Zl": .lineSeparator,
    "Zp": .paragraphSeparator, "Cc": .control, "Cf": .format, "Co": .privateUse,
  ]
}
