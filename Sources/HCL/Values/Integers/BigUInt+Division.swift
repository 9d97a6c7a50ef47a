extension BigUInt {
  /// Quotient and remainder; the divisor must not be zero.
  func quotientAndRemainder(dividingBy divisor: BigUInt) -> (quotient: BigUInt, remainder: BigUInt) {
    guard self >= divisor else { return (0, self) }
    if divisor.limbs.count == 1 {
      let (quotient, remainder) = quotientAndRemainder(dividingBySmall: divisor.limbs[0])
      return (quotient, BigUInt(UInt64(remainder)))
    }
    return longDivision(divisor)
  }

  static func / (left: BigUInt, right: BigUInt) -> BigUInt {
    left.quotientAndRemainder(dividingBy: right).quotient
  }

  /// Division by one digit to base 2^32.
  func quotientAndRemainder(dividingBySmall divisor: UInt32) -> (quotient: BigUInt, remainder: UInt32) {
    var result = limbs
    var rest: UInt64 = 0
    for index in result.indices.reversed() {
      let value = rest << 32 | UInt64(result[index])
      result[index] = UInt32(truncatingIfNeeded: value / UInt64(divisor))
      rest = value % UInt64(divisor)
    }
    return (BigUInt(limbs: result), UInt32(truncatingIfNeeded: rest))
  }

  /// Long division, digit by digit (Knuth's algorithm D): each digit of the quotient is estimated from
  /// the leading digits, which is at most two too large when the divisor's first bit is set.
  private func longDivision(_ divisor: BigUInt) -> (quotient: BigUInt, remainder: BigUInt) {
    let shift = divisor.limbs[divisor.limbs.count - 1].leadingZeroBitCount
    let bottom = (divisor << shift).limbs
    var top = (self << shift).limbs
    while top.count <= limbs.count { top.append(0) }
    let count = bottom.count
    let (first, second) = (UInt64(bottom[count - 1]), UInt64(bottom[count - 2]))
    var quotient = [UInt32](repeating: 0, count: top.count - count)
    for place in quotient.indices.reversed() {
      let leading = UInt64(top[place + count]) << 32 | UInt64(top[place + count - 1])
      var digit = leading / first
      var rest = leading % first
      while digit >> 32 != 0 || digit * second > (rest << 32 | UInt64(top[place + count - 2])) {
        digit -= 1
        rest += first
        if rest >> 32 != 0 { break }
      }
      if subtract(bottom, times: digit, from: &top, at: place) {
        digit -= 1
        addBack(bottom, to: &top, at: place)
      }
      quotient[place] = UInt32(truncatingIfNeeded: digit)
    }
    return (BigUInt(limbs: quotient), BigUInt(limbs: top) >> shift)
  }

  /// Subtracts a multiple in place; true when the result is below zero.
  private func subtract(
    _ bottom: [UInt32], times digit: UInt64, from top: inout [UInt32], at place: Int
  ) -> Bool {
    var carry: UInt64 = 0
    var borrow: Int64 = 0
    for (index, limb) in bottom.enumerated() {
      let product = UInt64(limb) * digit + carry
      carry = product >> 32
      let difference = Int64(top[place + index]) - borrow - Int64(product & 0xFFFF_FFFF)
      top[place + index] = UInt32(truncatingIfNeeded: difference)
      borrow = difference < 0 ? 1 : 0
    }
    let difference = Int64(top[place + bottom.count]) - borrow - Int64(carry)
    top[place + bottom.count] = UInt32(truncatingIfNeeded: difference)
    return difference < 0
  }

  private func addBack(_ bottom: [UInt32], to top: inout [UInt32], at place: Int) {
    var carry: UInt64 = 0
    for (index, limb) in bottom.enumerated() {
      let sum = UInt64(top[place + index]) + UInt64(limb) + carry
      top[place + index] = UInt32(truncatingIfNeeded: sum)
      carry = sum >> 32
    }
    top[place + bottom.count] = top[place + bottom.count] &+ UInt32(truncatingIfNeeded: carry)
  }
}

// MARK: Text
extension BigUInt {
  /// Reads decimal digits and nothing else.
  init(decimalDigits digits: some Sequence<UInt8>) {
    var result: BigUInt = 0
    var pending: UInt64 = 0
    var scale: UInt64 = 1
    for digit in digits {
      pending = pending * 10 + UInt64(digit &- UInt8(ascii: "0"))
      scale *= 10
      // Nine digits at a time fit in one digit to base 2^32.
      if scale == 1_000_000_000 {
        result = result * BigUInt(scale) + BigUInt(pending)
        (pending, scale) = (0, 1)
      }
    }
    self = result * BigUInt(scale) + BigUInt(pending)
  }

  /// The digits in a base from 2 to 36.
  func text(radix: Int = 10, uppercase: Bool = false) -> String {
    // As many digits at a time as fit in one digit to base 2^32.
    var scale = UInt32(radix)
    var digitsAtATime = 1
    while UInt64(scale) * UInt64(radix) <= UInt64(UInt32.max) {
      scale *= UInt32(radix)
      digitsAtATime += 1
    }
    var groups: [String] = []
    var rest = self
    while !rest.isZero {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBySmall: scale)
      rest = quotient
      let digits = String(remainder, radix: radix, uppercase: uppercase)
      let missing = rest.isZero ? 0 : digitsAtATime - digits.utf8.count
      groups.append(String(repeating: "0", count: missing) + digits)
    }
    return groups.isEmpty ? "0" : groups.reversed().joined()
  }
}
