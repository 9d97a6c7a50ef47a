/// A random source whose numbers follow from its seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
  mutating func flag() -> Bool { Bool.random(using: &self) }
  mutating func maybe<Value>(_ make: (inout SeededGenerator) -> Value) -> Value? {
    flag() ? make(&self) : nil
  }
  mutating func list<Value>(upTo count: Int, _ make: (inout SeededGenerator) -> Value) -> [Value] {
    (0..<number(0...count)).map { _ in make(&self) }
  }

  mutating func pick<Choice: CaseIterable>(_ type: Choice.Type) -> Choice {
    let all = Array(type.allCases)
    return all[number(0...(all.count - 1))]
  }

  /// Text with what breaks encodings: nothing, quotes, combining marks, emoji, zero bytes.
  mutating func text() -> String {
    let pieces = [
      "", "a", "web", "\"", "\\", "\u{0}", "e\u{301}", "é", "👩‍👩‍👧", "\n", "${attr.kernel.name}", "ß",
    ]
    return list(upTo: 4) { $0.number(0...(pieces.count - 1)) }.map { pieces[$0] }.joined()
  }

  mutating func pairs() -> [String: String] {
    Dictionary(list(upTo: 3) { ($0.text(), $0.text()) }) { $1 }
  }

  mutating func duration() -> Duration {
    Duration(
      secondsComponent: Int64(number(-5...100_000)), attosecondsComponent: Int64(number(0...999_999_999)))
  }

  mutating func integer() -> Int {
    switch number(0...3) {
    case 0: number(-1...1)
    case 1: .max
    case 2: .min
    default: number(-1_000_000...1_000_000)
    }
  }
}
