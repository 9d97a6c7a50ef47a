/// A repeatable source of random numbers; the shell gives the seed.
public struct RandomSource: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  /// Makes a source; the same seed gives the same numbers.
  public init(seed: UInt64) { state = seed }

  /// The next number (SplitMix64).
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to, but not including, 1.
  public mutating func nextFraction() -> Double {
    Double(next() >> 11) * (1.0 / Double(1 << 53))
  }
}
