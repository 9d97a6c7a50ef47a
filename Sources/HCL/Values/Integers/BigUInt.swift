/// A natural number of any size: what exact numbers are made of.
///
/// Schoolbook arithmetic: HCL numbers have some hundreds of bits.
struct BigUInt: Hashable, Sendable {
  /// The digits to base 2^32, the least first; the last is not zero.
  private(set) var limbs: [UInt32]

  /// Makes a number from digits to base 2^32, the least first.
  init(limbs: [UInt32]) {
    self.limbs = limbs
    while self.limbs.last == 0 { self.limbs.removeLast() }
  }

  init(_ value: UInt64) {
    self.init(limbs: [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)])
  }

  var isZero: Bool { limbs.isEmpty }

  /// How many bits the number needs; 0 for zero.
  var bitWidth: Int {
    guard let last = limbs.last else { return 0 }
    return limbs.count * 32 - last.leadingZeroBitCount
  }

  /// How many zero bits there are below the lowest set bit; 0 for zero.
  var trailingZeroBitCount: Int {
    guard let index = limbs.firstIndex(where: { $0 != 0 }) else { return 0 }
    return index * 32 + limbs[index].trailingZeroBitCount
  }

  /// The lowest 64 bits.
  var low64: UInt64 {
    (limbs.first.map(UInt64.init) ?? 0) | (limbs.count > 1 ? UInt64(limbs[1]) << 32 : 0)
  }
}

extension BigUInt: ExpressibleByIntegerLiteral {
  init(integerLiteral value: UInt64) { self.init(value) }
}

extension BigUInt: Comparable {
  static func < (left: BigUInt, right: BigUInt) -> Bool {
    if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
    for index in left.limbs.indices.reversed() where left.limbs[index] != right.limbs[index] {
      return left.limbs[index] < right.limbs[index]
    }
    return false
  }
}

// MARK: Arithmetic
extension BigUInt {
  static func + (left: BigUInt, right: BigUInt) -> BigUInt {
    let (long, short) = left.limbs.count >= right.limbs.count ? (left, right) : (right, left)
    var result = long.limbs
    var carry: UInt64 = 0
    for index in result.indices {
      if index >= short.limbs.count, carry == 0 { break }
      let addend = index < short.limbs.count ? UInt64(short.limbs[index]) : 0
      let sum = UInt64(result[index]) + addend + carry
      result[index] = UInt32(truncatingIfNeeded: sum)
      carry = sum >> 32
    }
    if carry > 0 { result.append(UInt32(truncatingIfNeeded: carry)) }
    return BigUInt(limbs: result)
  }

  static func += (left: inout BigUInt, right: BigUInt) { left = left + right }

  /// The difference; the right side must not be larger.
  static func - (left: BigUInt, right: BigUInt) -> BigUInt {
    var result = left.limbs
    var borrow: Int64 = 0
    for index in result.indices {
      if index >= right.limbs.count, borrow == 0 { break }
      let subtrahend = index < right.limbs.count ? Int64(right.limbs[index]) : 0
      let difference = Int64(result[index]) - subtrahend - borrow
      result[index] = UInt32(truncatingIfNeeded: difference)
      borrow = difference < 0 ? 1 : 0
    }
    return BigUInt(limbs: result)
  }

  static func * (left: BigUInt, right: BigUInt) -> BigUInt {
    guard !left.isZero, !right.isZero else { return 0 }
    var result = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
    for (offset, factor) in left.limbs.enumerated() where factor != 0 {
      var carry: UInt64 = 0
      for (index, limb) in right.limbs.enumerated() {
        let sum = UInt64(factor) * UInt64(limb) + UInt64(result[offset + index]) + carry
        result[offset + index] = UInt32(truncatingIfNeeded: sum)
        carry = sum >> 32
      }
      result[offset + right.limbs.count] = UInt32(truncatingIfNeeded: carry)
    }
    return BigUInt(limbs: result)
  }

  static func << (value: BigUInt, count: Int) -> BigUInt {
    guard count > 0, !value.isZero else { return value }
    let (whole, part) = (count / 32, UInt64(count % 32))
    var result = [UInt32](repeating: 0, count: whole)
    result.reserveCapacity(whole + value.limbs.count + 1)
    var carry: UInt64 = 0
    for limb in value.limbs {
      let shifted = UInt64(limb) << part | carry
      result.append(UInt32(truncatingIfNeeded: shifted))
      carry = shifted >> 32
    }
    result.append(UInt32(truncatingIfNeeded: carry))
    return BigUInt(limbs: result)
  }

  static func <<= (left: inout BigUInt, count: Int) { left = left << count }

  static func >> (value: BigUInt, count: Int) -> BigUInt {
    let (whole, part) = (count / 32, UInt64(count % 32))
    guard count > 0, whole < value.limbs.count else { return count > 0 ? 0 : value }
    var result = Array(value.limbs[whole...])
    for index in result.indices {
      let high = index + 1 < result.count ? UInt64(result[index + 1]) << 32 : 0
      result[index] = UInt32(truncatingIfNeeded: (high | UInt64(result[index])) >> part)
    }
    return BigUInt(limbs: result)
  }

  /// The number multiplied with itself.
  func power(_ exponent: Int) -> BigUInt {
    var result: BigUInt = 1
    var base = self
    var left = exponent
    while left > 0 {
      if left & 1 == 1 { result = result * base }
      left >>= 1
      if left > 0 { base = base * base }
    }
    return result
  }
}
