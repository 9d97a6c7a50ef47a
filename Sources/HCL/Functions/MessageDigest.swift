#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The digests that expressions can compute. Not for secrets: nothing here runs in constant time.
enum MessageDigest {
  // MARK: MD5 and SHA-1
  static func md5(_ message: [UInt8]) -> [UInt8] {
    let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
    let padded = padded(message, blockBytes: 64, isBigEndian: false)
    for start in stride(from: 0, to: padded.count, by: 64) {
      let words = (0..<16).map { word in
        (0..<4).reduce(UInt32(0)) { $0 | UInt32(padded[start + word * 4 + $1]) << UInt32(8 * $1) }
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      for round in 0..<64 {
        let (mix, word): (UInt32, Int) =
          switch round / 16 {
          case 0: (b & c | ~b & d, round)
          case 1: (d & b | ~d & c, (5 * round + 1) % 16)
          case 2: (b ^ c ^ d, (3 * round + 5) % 16)
          default: (c ^ (b | ~d), 7 * round % 16)
          }
        let sum = a &+ mix &+ sineTable[round] &+ words[word]
        (a, d, c, b) = (d, c, b, b &+ rotated(sum, left: shifts[round / 16 * 4 + round % 4]))
      }
      state = [state[0] &+ a, state[1] &+ b, state[2] &+ c, state[3] &+ d]
    }
    return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
  }

  static func sha1(_ message: [UInt8]) -> [UInt8] {
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    let padded = padded(message, blockBytes: 64, isBigEndian: true)
    for start in stride(from: 0, to: padded.count, by: 64) {
      var words: [UInt32] = bigEndianWords(padded[start..<(start + 64)])
      for index in 16..<80 {
        let mixed = words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]
        words.append(rotated(mixed, left: 1))
      }
      var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
      for round in 0..<80 {
        let (mix, constant): (UInt32, UInt32) =
          switch round / 20 {
          case 0: (b & c | ~b & d, 0x5A82_7999)
          case 1: (b ^ c ^ d, 0x6ED9_EBA1)
          case 2: (b & c | b & d | c & d, 0x8F1B_BCDC)
          default: (b ^ c ^ d, 0xCA62_C1D6)
          }
        let next = rotated(a, left: 5) &+ mix &+ e &+ constant &+ words[round]
        (e, d, c, b, a) = (d, c, rotated(b, left: 30), a, next)
      }
      state = zip(state, [a, b, c, d, e]).map { $0 &+ $1 }
    }
    return bigEndianBytes(state)
  }

  // MARK: SHA-2
  static func sha256(_ message: [UInt8]) -> [UInt8] { SHA256.digest(message) }

  static func sha512(_ message: [UInt8]) -> [UInt8] {
    var state = roots(ofPrimes: 8, cubic: false)
    compress(
      &state, roots(ofPrimes: 80, cubic: true), padded(message, blockBytes: 128, isBigEndian: true),
      scheduleShifts: ([1, 8, 7], [19, 61, 6]), roundShifts: ([14, 18, 41], [28, 34, 39]))
    return bigEndianBytes(state)
  }

  /// The rounds of the SHA-2 functions; they differ in word size, constants and shifts.
  private static func compress<Word: FixedWidthInteger & UnsignedInteger>(
    _ state: inout [Word], _ constants: [Word], _ padded: [UInt8],
    scheduleShifts: ([Int], [Int]), roundShifts: ([Int], [Int])
  ) {
    func mixed(_ word: Word, _ shifts: [Int], keepsAll: Bool) -> Word {
      let last = keepsAll ? rotated(word, right: shifts[2]) : word >> Word(shifts[2])
      return rotated(word, right: shifts[0]) ^ rotated(word, right: shifts[1]) ^ last
    }
    let blockBytes = 16 * Word.bitWidth / 8
    for start in stride(from: 0, to: padded.count, by: blockBytes) {
      var words: [Word] = bigEndianWords(padded[start..<(start + blockBytes)])
      for index in 16..<constants.count {
        words.append(
          words[index - 16] &+ mixed(words[index - 15], scheduleShifts.0, keepsAll: false)
            &+ words[index - 7] &+ mixed(words[index - 2], scheduleShifts.1, keepsAll: false))
      }
      var v = state
      for round in constants.indices {
        let choice = v[4] & v[5] ^ ~v[4] & v[6]
        let first =
          v[7] &+ mixed(v[4], roundShifts.0, keepsAll: true) &+ choice &+ constants[round] &+ words[round]
        let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
        let second = mixed(v[0], roundShifts.1, keepsAll: true) &+ majority
        v = [first &+ second, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
      }
      state = zip(state, v).map { $0 &+ $1 }
    }
  }

  /// The first 64 bits of the fractions of the square or cube roots of the first primes: the
  /// constants of SHA-2.
  static func roots(ofPrimes count: Int, cubic: Bool) -> [UInt64] {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < count {
      if !primes.contains(where: { candidate.isMultiple(of: $0) }) { primes.append(candidate) }
      candidate += 1
    }
    return primes.map { prime in rootFraction(prime, power: cubic ? 3 : 2) }
  }

  /// Finds a root bit by bit, as a whole number with 64 fractional bits.
  private static func rootFraction(_ prime: UInt64, power: Int) -> UInt64 {
    let target = BigUInt(prime) << (64 * power)
    var root = BigUInt(0)
    for bit in stride(from: 68, through: 0, by: -1) {
      let next = root + (BigUInt(1) << bit)
      if (1..<power).reduce(next, { product, _ in product * next }) <= target { root = next }
    }
    return root.low64
  }

  /// The constants of MD5: the first 32 bits of the fractions of sines.
  private static let sineTable = (1...64).map { UInt32(abs(sin(Double($0))) * 4_294_967_296) }

  // MARK: Words
  static func rotated<Word: FixedWidthInteger>(_ word: Word, left: Word) -> Word {
    word << left | word >> (Word(Word.bitWidth) - left)
  }

  private static func rotated<Word: FixedWidthInteger>(_ word: Word, right: Int) -> Word {
    word >> Word(right) | word << Word(Word.bitWidth - right)
  }

  private static func padded(_ message: [UInt8], blockBytes: Int, isBigEndian: Bool) -> [UInt8] {
    let lengthBytes = blockBytes / 8
    var result = message + [0x80]
    while result.count % blockBytes != blockBytes - lengthBytes { result.append(0) }
    let bits = UInt64(message.count) * 8
    let length = (0..<lengthBytes).map { $0 < 8 ? UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) : 0 }
    return result + (isBigEndian ? length.reversed() : length)
  }

  private static func bigEndianWords<Word: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>) -> [Word] {
    let size = Word.bitWidth / 8
    return stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map { start in
      bytes[start..<(start + size)].reduce(0) { $0 << 8 | Word($1) }
    }
  }

  private static func bigEndianBytes<Word: FixedWidthInteger>(_ words: [Word]) -> [UInt8] {
    words.flatMap { word in
      stride(from: Word.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> Word($0)) }
    }
  }
}
