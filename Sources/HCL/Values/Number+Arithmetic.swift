/// Arithmetic that cannot be done.
enum ArithmeticError: Error {
  case divisionByZero
  case outOfRange
}

/// Each operation rounds to the larger precision of its operands.
extension Number {
  static prefix func - (number: Number) -> Number {
    Number(
      normalizing: -number.significand, exponent: number.exponent, precisionBits: number.precisionBits)
  }

  /// The value without its sign.
  var magnitude: Number { significand.isNegative ? -self : self }

  func adding(_ other: Number) throws(ArithmeticError) -> Number {
    let shared = min(exponent, other.exponent)
    let sum =
      (significand << (exponent - shared)) + (other.significand << (other.exponent - shared))
    return try Number.checked(sum, shared, max(precisionBits, other.precisionBits))
  }

  func subtracting(_ other: Number) throws(ArithmeticError) -> Number { try adding(-other) }

  func multiplied(by other: Number) throws(ArithmeticError) -> Number {
    try Number.checked(
      significand * other.significand, exponent + other.exponent,
      max(precisionBits, other.precisionBits))
  }

  func divided(by other: Number) throws(ArithmeticError) -> Number {
    guard !other.significand.isZero else { throw .divisionByZero }
    let precision = max(precisionBits, other.precisionBits)
    // Two bits more than the precision and a sticky bit decide the rounding.
    let shift = max(0, precision + 2 + other.significand.magnitude.bitWidth - significand.magnitude.bitWidth)
    let (quotient, remainder) = (significand.magnitude << shift).quotientAndRemainder(
      dividingBy: other.significand.magnitude)
    let sticky = (quotient << 1) + (remainder.isZero ? BigUInt(0) : BigUInt(1))
    let isNegative = significand.isNegative != other.significand.isNegative
    return try Number.checked(
      BigInt(isNegative: isNegative, magnitude: sticky),
      exponent - other.exponent - shift - 1, precision)
  }

  /// The rest of the division whose quotient is cut off to a whole number; has this number's sign.
  func remainder(dividingBy other: Number) throws(ArithmeticError) -> Number {
    let quotient = Number(exact: try divided(by: other).truncated)
    return try subtracting(other.multiplied(by: quotient))
  }

  /// The nearest whole number that is not above.
  var floor: Number {
    guard exponent < 0 else { return self }
    return Number(exact: signum < 0 ? truncated - 1 : truncated)
  }

  /// The nearest whole number that is not below.
  var ceiling: Number { -(-self).floor }

  private static func checked(
    _ significand: BigInt, _ exponent: Int, _ precision: Int
  ) throws(ArithmeticError) -> Number {
    let result = Number(rounding: significand, exponent: exponent, precisionBits: precision)
    guard result.isWithinLimits else { throw .outOfRange }
    return result
  }
}
