/// The SHA-256 digest of bytes that come in pieces.
///
/// Here and not from a library because swift-crypto brings 11 MB into a statically linked program, for
/// one function that expressions and driver checksums need.
public struct SHA256: Sendable {
  private var state: [UInt32]
  /// The bytes that do not fill a block yet.
  private var rest: [UInt8] = []
  private var byteCount: UInt64 = 0

  private static let blockBytes = 64
  private static let initialState = MessageDigest.roots(ofPrimes: 8, cubic: false).map {
    UInt32(truncatingIfNeeded: $0 >> 32)
  }
  private static let constants = MessageDigest.roots(ofPrimes: 64, cubic: true).map {
    UInt32(truncatingIfNeeded: $0 >> 32)
  }

  /// Begins a digest.
  public init() { state = Self.initialState }

  /// The digest of a whole message: 32 bytes.
  public static func digest(_ message: [UInt8]) -> [UInt8] {
    var digest = SHA256()
    message.withUnsafeBytes { digest.update($0) }
    return digest.finish()
  }

  /// Adds bytes to the message.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    var bytes = bytes[...]
    if !rest.isEmpty {
      let taken = bytes.prefix(Self.blockBytes - rest.count)
      rest += taken
      bytes = bytes.dropFirst(taken.count)
      guard rest.count == Self.blockBytes else { return }
      let block = rest
      rest.removeAll(keepingCapacity: true)
      block.withUnsafeBytes { compress(blocks: $0) }
    }
    let whole = bytes.count / Self.blockBytes * Self.blockBytes
    if whole > 0 { compress(blocks: UnsafeRawBufferPointer(rebasing: bytes.prefix(whole))) }
    rest += bytes.dropFirst(whole)
  }

  /// The digest of everything that was added: 32 bytes.
  public consuming func finish() -> [UInt8] {
    let bitCount = byteCount &* 8
    var padding: [UInt8] = [0x80]
    while (rest.count + padding.count) % Self.blockBytes != Self.blockBytes - 8 { padding.append(0) }
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bitCount >> shift))
    }
    padding.withUnsafeBytes { update($0) }
    return state.flatMap { word in
      stride(from: UInt32(24), through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
    }
  }

  private mutating func compress(blocks: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      Self.constants.withUnsafeBufferPointer { constants in
        var total = (
          state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
        )
        for start in stride(from: 0, to: blocks.count, by: Self.blockBytes) {
          for index in 0..<16 {
            let word = blocks.loadUnaligned(fromByteOffset: start + index * 4, as: UInt32.self)
            schedule[index] = UInt32(bigEndian: word)
          }
          for index in 16..<64 {
            let early = schedule[index - 15]
            let late = schedule[index - 2]
            let first = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3
            let second = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10
            schedule[index] = schedule[index - 16] &+ first &+ schedule[index - 7] &+ second
          }
          var (a, b, c, d, e, f, g, h) = total
          for round in 0..<64 {
            let mixed = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
            let choice = e & f ^ ~e & g
            let first = h &+ mixed &+ choice &+ constants[round] &+ schedule[round]
            let majority = a & b ^ a & c ^ b & c
            let second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ majority
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
          }
          total = (
            total.0 &+ a, total.1 &+ b, total.2 &+ c, total.3 &+ d, total.4 &+ e, total.5 &+ f,
            total.6 &+ g, total.7 &+ h
          )
        }
        state = [total.0, total.1, total.2, total.3, total.4, total.5, total.6, total.7]
      }
    }
  }
}

/// A word turned to the right.
@inline(__always)
private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
  word >> count | word << (32 &- count)
}
