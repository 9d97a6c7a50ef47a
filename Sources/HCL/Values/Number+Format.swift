/// The forms that `format` knows.
extension Number {
  /// The number with a fixed count of decimal places, rounded to the nearest.
  func fixedText(places: Int) -> String {
    let sign = significand.isNegative ? "-" : ""
    var digits = scaledAndRounded(power: places).text()
    guard places > 0 else { return sign + digits }
    if digits.count <= places { digits = String(repeating: "0", count: places - digits.count + 1) + digits }
    return sign + digits.dropLast(places) + "." + digits.suffix(places)
  }

  /// One digit, a fixed count of decimal places, and an exponent of two digits or more.
  func exponentText(places: Int) -> String {
    let sign = significand.isNegative ? "-" : ""
    let (digits, power) = roundedDigits(places + 1)
    return sign + Number.exponentForm(digits, power)
  }

  /// The shorter of the forms with and without an exponent.
  /// - Parameters:
  ///   - digits: how many digits are meant; nil for as many as needed.
  ///   - exponentFrom: from which exponent on the shortest form uses one.
  func generalText(digits count: Int?, exponentFrom: Int) -> String {
    guard !significand.isZero else { return "0" }
    let sign = significand.isNegative ? "-" : ""
    var (digits, power) =
      count.map { roundedDigits(max(1, $0)) }
      ?? {
        let (digits, power) = shortestDigits()
        return (digits, power + digits.count - 1)
      }()
    while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
    let limit = count.map { max(1, $0) } ?? exponentFrom
    if power < -4 || power >= limit { return sign + Number.exponentForm(digits, power) }
    if power < 0 { return sign + "0." + String(repeating: "0", count: -power - 1) + digits }
    if digits.count <= power + 1 {
      return sign + digits + String(repeating: "0", count: power + 1 - digits.count)
    }
    return sign + digits.prefix(power + 1) + "." + digits.dropFirst(power + 1)
  }

  private static func exponentForm(_ digits: String, _ power: Int) -> String {
    let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
    let exponent = String(abs(power))
    let padded = exponent.count < 2 ? "0" + exponent : exponent
    return digits.prefix(1) + fraction + "e" + (power < 0 ? "-" : "+") + padded
  }

  /// A count of digits and the power of ten of the first, rounded to the nearest.
  private func roundedDigits(_ count: Int) -> (String, Int) {
    guard !significand.isZero else { return (String(repeating: "0", count: count), 0) }
    let (shortest, lowest) = shortestDigits()
    var power = shortest.count + lowest - 1
    var digits = scaledAndRounded(power: count - 1 - power).text()
    if digits.count > count {
      power += 1
      digits.removeLast()
    }
    return (digits, power)
  }

  /// The magnitude times a power of ten, as the nearest whole number; even when two are as near.
  private func scaledAndRounded(power: Int) -> BigUInt {
    var top = significand.magnitude * BigUInt(10).power(max(0, power))
    var bottom = BigUInt(10).power(max(0, -power))
    if exponent >= 0 { top <<= exponent } else { bottom <<= -exponent }
    let (quotient, remainder) = top.quotientAndRemainder(dividingBy: bottom)
    let double = remainder << 1
    let roundsUp =
      double > bottom || (double == bottom && quotient.trailingZeroBitCount == 0 && !quotient.isZero)
    return roundsUp ? quotient + BigUInt(1) : quotient
  }
}
