extension Number {
  /// A text from which exactly this number can be made again, its precision included; for storing.
  /// `description` is for people: read back, a number that was computed may differ in its last bits.
  public var exactText: String { "\(significand.text())p\(exponent)b\(precisionBits)" }

  /// Reads what ``exactText`` gave; nil when the text is something else.
  public init?(exactText text: String) {
    guard let p = text.firstIndex(of: "p"), let b = text.lastIndex(of: "b"), p < b else { return nil }
    var digits = text[..<p]
    let isNegative = digits.first == "-"
    if isNegative { digits.removeFirst() }
    guard !digits.isEmpty, digits.utf8.count <= 1 << 15,
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let exponent = Int(text[text.index(after: p)..<b]), abs(exponent) <= 2 * Number.exponentLimit,
      let precision = Int(text[text.index(after: b)...]), precision > 0
    else { return nil }
    let significand = BigInt(isNegative: isNegative, magnitude: BigUInt(decimalDigits: digits.utf8))
    self.init(normalizing: significand, exponent: exponent, precisionBits: precision)
  }
}
