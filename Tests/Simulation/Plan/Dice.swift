/// Numbers that follow from a seed and from what they are for, not from what was asked before: leaving a
/// fault out of a run changes nothing else by chance.
struct Dice: Sendable {
  /// What a number is for.
  enum Purpose: UInt64 {
    case run, failure, exitCode, deafness, dying, preparation, callLatency, trouble, troubleLatency, fate
    case waitLatency, writeLatency, writeFate, collection, plan
  }

  let seed: UInt64

  /// A number for a purpose, and for what the numbers say.
  func roll(_ purpose: Purpose, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0) -> UInt64 {
    var mixed = seed &+ purpose.rawValue &* 0x9e37_79b9_7f4a_7c15
    mixed = Self.scramble(mixed ^ UInt64(bitPattern: Int64(a)))
    mixed = Self.scramble(mixed ^ UInt64(bitPattern: Int64(b)))
    return Self.scramble(mixed ^ UInt64(bitPattern: Int64(c)))
  }

  private static func scramble(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number of a range.
  func number(in range: ClosedRange<Int64>, _ purpose: Purpose, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0)
    -> Int64
  {
    let width = UInt64(range.upperBound - range.lowerBound) + 1
    return range.lowerBound + Int64(roll(purpose, a, b, c) % width)
  }

  /// Whether something happens that happens so often in a hundred times.
  func chance(_ percent: Int, _ purpose: Purpose, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0) -> Bool {
    roll(purpose, a, b, c) % 100 < UInt64(percent)
  }
}

extension Dice {
  /// Both in one word, for what is told apart by two small numbers.
  static func key(_ allocation: Int, _ task: Int) -> Int { allocation << 8 | task }
}
