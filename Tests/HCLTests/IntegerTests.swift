import Testing

@testable import HCL

@Suite("Integers of any size")
struct IntegerTests {
  /// Digits that lie at the edges of what the algorithms estimate.
  private static let edges: [UInt32] = [
    0, 1, 2, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFE, 0xFFFF_FFFF,
  ]

  private func random(_ limbs: ClosedRange<Int>, _ generator: inout SeededGenerator) -> BigUInt {
    BigUInt(
      limbs: (0..<Int.random(in: limbs, using: &generator)).map { _ in
        Bool.random(using: &generator)
          ? UInt32.random(in: 0...UInt32.max, using: &generator)
          : Self.edges.randomElement(using: &generator) ?? 0
      })
  }

  @Test("quotient, divisor and remainder make the dividend again", arguments: 0..<4)
  func divisionIsExact(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<800 {
      let dividend = random(0...12, &generator)
      let divisor = random(1...6, &generator)
      guard !divisor.isZero else { continue }
      let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
      #expect(remainder < divisor)
      #expect(quotient * divisor + remainder == dividend)
    }
  }

  @Test("sums, differences, products and shifts agree with each other", arguments: 0..<4)
  func arithmeticAgrees(_ seed: UInt64) {
    var generator = SeededGenerator(seed: 100 + seed)
    for _ in 0..<200 {
      let (first, second, third) = (
        random(0...8, &generator), random(0...8, &generator), random(0...8, &generator)
      )
      #expect(first + second - second == first)
      #expect((first + second) * third == first * third + second * third)
      let count = Int.random(in: 0...100, using: &generator)
      #expect(first << count == first * BigUInt(2).power(count))
      #expect((first << count) >> count == first)
      #expect(first >> count == first / BigUInt(2).power(count))
    }
  }

  @Test("text in any base is read back", arguments: 0..<2)
  func textRoundTrips(_ seed: UInt64) {
    var generator = SeededGenerator(seed: 200 + seed)
    for _ in 0..<80 {
      let value = random(0...10, &generator)
      #expect(BigUInt(decimalDigits: value.text().utf8) == value)
      for radix in [2, 8, 16, 36] {
        let digits = value.text(radix: radix)
        let read = digits.reduce(BigUInt(0)) {
          $0 * BigUInt(UInt64(radix)) + BigUInt(UInt64($1.hexDigitValue ?? Int(($1.asciiValue ?? 0) - 87)))
        }
        #expect(read == value)
      }
    }
  }

  @Test("signed numbers keep their sign through arithmetic")
  func signs() {
    for left in -20...20 {
      for right in -20...20 {
        #expect((BigInt(left) + BigInt(right)).int == left + right)
        #expect((BigInt(left) - BigInt(right)).int == left - right)
        #expect((BigInt(left) * BigInt(right)).int == left * right)
        #expect((BigInt(left) < BigInt(right)) == (left < right))
      }
    }
    #expect(BigInt(Int.min).int == Int.min)
    #expect(BigInt(Int.max).int == Int.max)
    #expect((BigInt(Int.max) + 1).int == nil)
    #expect((BigInt(Int.min) - 1).int == nil)
    #expect(BigInt(Int.min).text() == String(Int.min))
  }
}
