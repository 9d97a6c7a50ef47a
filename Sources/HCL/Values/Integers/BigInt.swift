/// A whole number of any size.
struct BigInt: Hashable, Sendable {
  /// Whether the number is below zero; never for zero.
  let isNegative: Bool
  let magnitude: BigUInt

  init(isNegative: Bool, magnitude: BigUInt) {
    self.isNegative = isNegative && !magnitude.isZero
    self.magnitude = magnitude
  }

  init(_ value: Int) { self.init(isNegative: value < 0, magnitude: BigUInt(UInt64(value.magnitude))) }

  var isZero: Bool { magnitude.isZero }

  /// -1, 0 or 1.
  var signum: Int { isZero ? 0 : isNegative ? -1 : 1 }

  /// The number as an `Int`, or nil when it does not fit.
  var int: Int? {
    guard magnitude.bitWidth <= 64 else { return nil }
    let low = magnitude.low64
    if isNegative { return low <= 1 << 63 ? Int(truncatingIfNeeded: 0 &- low) : nil }
    return Int(exactly: low)
  }

  func text() -> String { (isNegative ? "-" : "") + magnitude.text() }
}

extension BigInt: ExpressibleByIntegerLiteral {
  init(integerLiteral value: Int) { self.init(value) }
}

extension BigInt: Comparable {
  static func < (left: BigInt, right: BigInt) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    return left.isNegative ? right.magnitude < left.magnitude : left.magnitude < right.magnitude
  }
}

// MARK: Arithmetic
extension BigInt {
  static prefix func - (value: BigInt) -> BigInt {
    BigInt(isNegative: !value.isNegative, magnitude: value.magnitude)
  }

  static func + (left: BigInt, right: BigInt) -> BigInt {
    if left.isNegative == right.isNegative {
      return BigInt(isNegative: left.isNegative, magnitude: left.magnitude + right.magnitude)
    }
    if left.magnitude >= right.magnitude {
      return BigInt(isNegative: left.isNegative, magnitude: left.magnitude - right.magnitude)
    }
    return BigInt(isNegative: right.isNegative, magnitude: right.magnitude - left.magnitude)
  }

  static func - (left: BigInt, right: BigInt) -> BigInt { left + -right }

  static func * (left: BigInt, right: BigInt) -> BigInt {
    BigInt(isNegative: left.isNegative != right.isNegative, magnitude: left.magnitude * right.magnitude)
  }

  static func << (value: BigInt, count: Int) -> BigInt {
    BigInt(isNegative: value.isNegative, magnitude: value.magnitude << count)
  }
}
