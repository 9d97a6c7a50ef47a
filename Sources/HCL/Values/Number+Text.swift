// MARK: Reading
extension Number {
  /// Reads a decimal number such as `-12.5e3`; nil when the text is something else or the number is
  /// too large or too small to work with.
  public init?(decimal text: String) {
    var text = text
    guard let number = text.withUTF8({ Number(decimal: $0) }) else { return nil }
    self = number
  }

  init?(decimal text: UnsafeBufferPointer<UInt8>) {
    guard let parts = DecimalParts(text) else { return nil }
    // 10^n needs 3.33 bits for each decimal place, so beyond this the number is out of the limits.
    guard abs(parts.exponent) < Number.exponentLimit else { return nil }
    if parts.exponent >= 0, parts.digits.magnitude.bitWidth + 4 * parts.exponent <= Number.fullPrecisionBits {
      self.init(exact: parts.digits * tenToThe(parts.exponent))
      return
    }
    // The digits are a ratio of integers; one rounded division keeps the result correctly rounded.
    let numerator = parts.digits * tenToThe(max(0, parts.exponent))
    let denominator = tenToThe(max(0, -parts.exponent))
    let top = Number(
      normalizing: numerator, exponent: 0, precisionBits: Number.fullPrecisionBits)
    let bottom = Number(
      normalizing: denominator, exponent: 0, precisionBits: Number.fullPrecisionBits)
    guard let quotient = try? top.divided(by: bottom), quotient.isWithinLimits else { return nil }
    self = quotient
  }
}

private func tenToThe(_ exponent: Int) -> BigInt {
  BigInt(isNegative: false, magnitude: BigUInt(10).power(exponent))
}

/// The digits of a decimal number as one integer, and the power of ten to multiply it with.
private struct DecimalParts {
  var digits: BigInt
  var exponent: Int

  init?(_ text: UnsafeBufferPointer<UInt8>) {
    var index = 0
    var isNegative = false
    if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
      isNegative = text[index] == UInt8(ascii: "-")
      index += 1
    }
    var ascii: [UInt8] = []
    var fractionDigits = 0
    var sawPoint = false
    scan: while index < text.count {
      switch text[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        ascii.append(text[index])
        if sawPoint { fractionDigits += 1 }
      case UInt8(ascii: ".") where !sawPoint: sawPoint = true
      default: break scan
      }
      index += 1
    }
    // Longer numbers are not written by people, and reading them takes quadratic time.
    guard !ascii.isEmpty, ascii.count <= 20_000 else { return nil }
    var power = 0
    if index < text.count {
      guard text[index] == UInt8(ascii: "e") || text[index] == UInt8(ascii: "E") else { return nil }
      let rest = String(decoding: text[(index + 1)...], as: UTF8.self)
      guard let value = Int(rest) else { return nil }
      power = value
    }
    let (exponent, overflow) = power.subtractingReportingOverflow(fractionDigits)
    guard !overflow else { return nil }
    let magnitude = BigUInt(decimalDigits: ascii)
    digits = BigInt(isNegative: isNegative, magnitude: magnitude)
    self.exponent = magnitude.isZero ? 0 : exponent
  }
}

// MARK: Writing
extension Number: CustomStringConvertible {
  /// The shortest decimal text that stands for this number at its precision, without an exponent.
  public var description: String {
    if let small = int { return String(small) }
    if exponent >= 0, significand.magnitude.bitWidth + exponent <= precisionBits {
      return (significand << exponent).text()
    }
    let (digits, power) = shortestDigits()
    let sign = significand.isNegative ? "-" : ""
    if power >= 0 { return sign + digits + String(repeating: "0", count: power) }
    let places = -power
    if digits.count > places {
      return sign + digits.dropLast(places) + "." + digits.suffix(places)
    }
    return sign + "0." + String(repeating: "0", count: places - digits.count) + digits
  }

  /// Digits and a power of ten: the decimal with the fewest digits that rounds to this number, and
  /// among those the nearest to it.
  func shortestDigits() -> (digits: String, power: Int) {
    // In units of a quarter of the last bit, everything below is a whole number.
    let spare = max(0, precisionBits - significand.magnitude.bitWidth)
    let scaled = significand.magnitude << spare
    let isPowerOfTwo = significand.magnitude == 1
    var unitExponent = exponent - spare - 2
    var value = scaled << 2
    var low = value - (isPowerOfTwo ? 1 : 2)
    var high = value + 2
    let isEven = scaled.trailingZeroBitCount > 0
    var places = 0
    if unitExponent >= 0 {
      (value, low, high) = (value << unitExponent, low << unitExponent, high << unitExponent)
    } else {
      places = -unitExponent
      let factor = BigUInt(5).power(places)
      (value, low, high) = (value * factor, low * factor, high * factor)
      unitExponent = 0
    }
    func candidate(_ zeros: Int) -> BigUInt? {
      let step = BigUInt(10).power(zeros)
      let below = value / step * step
      let above = below + step
      let fitsBelow = isEven ? below >= low : below > low
      let fitsAbove = isEven ? above <= high : above < high
      switch (fitsBelow && !below.isZero, fitsAbove) {
      case (true, true): return value - below <= above - value ? below : above
      case (true, false): return below
      case (false, true): return above
      case (false, false): return nil
      }
    }
    // Fewer zeros always fit when more do, so the largest count is found by halving.
    var fits = 0
    var tooMany = high.text().utf8.count + 1
    while tooMany - fits > 1 {
      let middle = (fits + tooMany) / 2
      if candidate(middle) != nil { fits = middle } else { tooMany = middle }
    }
    var digits = (candidate(fits) ?? value).text()
    var power = -places
    while digits.hasSuffix("0"), digits.count > 1 {
      digits.removeLast()
      power += 1
    }
    return (digits, power)
  }
}
