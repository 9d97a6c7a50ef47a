/// An HCL number: a binary float of 512 bits, so that integers of more than 150 digits are exact.
///
/// Two numbers are equal when their values are, whatever precision they were computed with.
public struct Number: Sendable {
  /// The value is `significand × 2^exponent`; the significand is odd, or zero with exponent zero.
  let significand: BigInt
  let exponent: Int
  /// How many bits of the significand are meaningful: decides how many digits are printed.
  let precisionBits: Int

  /// The precision of numbers that are written in a file.
  static let fullPrecisionBits = 512
  /// The precision of numbers that come out of floating point functions.
  static let doublePrecisionBits = 53
  /// Numbers at or above 2 to this power, or as small, are refused: they could not be printed in
  /// reasonable time.
  static let exponentLimit = 65536

  /// Makes a number from an integer.
  public init(_ value: Int) { self.init(exact: BigInt(value)) }

  /// Makes a number from a double; nil for infinities and NaN.
  public init?(_ value: Double) {
    guard value.isFinite else { return nil }
    let bits = BigUInt(value.significandBitPattern)
    let isNormal = value.exponentBitPattern != 0
    let magnitude = isNormal ? bits + (BigUInt(1) << 52) : bits
    let exponent = Int(value.exponentBitPattern) - 1075 + (isNormal ? 0 : 1)
    self.init(
      normalizing: BigInt(isNegative: value < 0, magnitude: magnitude), exponent: exponent,
      precisionBits: Number.doublePrecisionBits)
  }

  /// An integer of any size, exactly.
  init(exact value: BigInt) {
    self.init(
      normalizing: value, exponent: 0, precisionBits: max(Number.fullPrecisionBits, value.magnitude.bitWidth))
  }

  /// Makes the canonical form of a value that is already rounded.
  init(normalizing significand: BigInt, exponent: Int, precisionBits: Int) {
    self.precisionBits = precisionBits
    guard !significand.isZero else {
      self.significand = 0
      self.exponent = 0
      return
    }
    let zeros = significand.magnitude.trailingZeroBitCount
    self.significand =
      zeros == 0
      ? significand : BigInt(isNegative: significand.isNegative, magnitude: significand.magnitude >> zeros)
    self.exponent = exponent + zeros
  }

  /// Rounds to a precision, to the nearest and to even when two are as near.
  init(rounding significand: BigInt, exponent: Int, precisionBits: Int) {
    let excess = significand.magnitude.bitWidth - precisionBits
    guard excess > 0 else {
      self.init(normalizing: significand, exponent: exponent, precisionBits: precisionBits)
      return
    }
    let magnitude = significand.magnitude
    var kept = magnitude >> excess
    let rest = magnitude - (kept << excess)
    let half = BigUInt(1) << (excess - 1)
    if rest > half || (rest == half && !kept.isZero && kept.trailingZeroBitCount == 0) { kept += 1 }
    let value = BigInt(isNegative: significand.isNegative, magnitude: kept)
    self.init(normalizing: value, exponent: exponent + excess, precisionBits: precisionBits)
  }

  /// Whether the value is a whole number.
  public var isInteger: Bool { exponent >= 0 }

  /// -1, 0 or 1.
  public var signum: Int { significand.signum }

  /// The number as an integer, or nil when it has a fraction or does not fit.
  public var int: Int? {
    guard exponent >= 0, exponent < 64 else { return nil }
    return (significand << exponent).int
  }

  /// The number as the nearest double; infinite when it is out of a double's range.
  public var double: Double {
    let rounded = Number(
      rounding: significand, exponent: exponent, precisionBits: Number.doublePrecisionBits)
    let magnitude = Double(rounded.significand.int ?? 0)
    return Double(sign: .plus, exponent: 0, significand: magnitude).scaled(by: rounded.exponent)
  }

  /// The whole part, with the fraction cut off.
  var truncated: BigInt {
    if exponent >= 0 { return significand << exponent }
    return BigInt(isNegative: significand.isNegative, magnitude: significand.magnitude >> -exponent)
  }

  /// Whether the magnitude is small enough, and not too small, to work with.
  var isWithinLimits: Bool {
    significand.isZero
      || abs(exponent + significand.magnitude.bitWidth) <= Number.exponentLimit
  }
}

extension Double {
  /// This number times a power of two, without leaving the range on the way.
  fileprivate func scaled(by exponent: Int) -> Double {
    var result = self
    var left = exponent
    while left > 0, result.isFinite, result != 0 {
      let step = min(left, 1000)
      result *= Double(sign: .plus, exponent: step, significand: 1)
      left -= step
    }
    while left < 0, result != 0 {
      let step = min(-left, 1000)
      result *= Double(sign: .plus, exponent: -step, significand: 1)
      left += step
    }
    return result
  }
}

extension Number: Hashable {
  /// Whether two numbers have the same value.
  public static func == (left: Number, right: Number) -> Bool {
    left.exponent == right.exponent && left.significand == right.significand
  }

  /// Feeds the value, not its precision, to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(significand)
    hasher.combine(exponent)
  }
}

extension Number: Comparable {
  /// Whether one value is less than another.
  public static func < (left: Number, right: Number) -> Bool {
    if left.signum != right.signum { return left.signum < right.signum }
    let shared = min(left.exponent, right.exponent)
    return left.significand << (left.exponent - shared) < right.significand << (right.exponent - shared)
  }
}

extension Number: ExpressibleByIntegerLiteral {
  /// Makes a number from an integer literal.
  public init(integerLiteral value: Int) { self.init(value) }
}
