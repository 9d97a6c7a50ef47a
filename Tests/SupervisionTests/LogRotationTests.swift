import Testing

@testable import Supervision

@Suite("Log rotation")
struct LogRotationTests {
  private func rotation(bytes: Int64, files: Int, existing: [Int] = [], newest: Int64 = 0) -> LogRotation {
    LogRotation(
      limits: LogLimits(maximumFileBytes: bytes, maximumFiles: files), existing: existing, newestBytes: newest
    )
  }

  @Test("a new stream begins with number 0")
  func begins() {
    let rotation = rotation(bytes: 10, files: 3)
    #expect(rotation.number == 0 && rotation.offsetBytes == 0 && rotation.roomBytes == 10)
  }

  @Test("a full file has no room, and the next number follows")
  func next() {
    var rotation = rotation(bytes: 10, files: 2)
    rotation.wrote(bytes: 10)
    #expect(rotation.roomBytes == 0)
    #expect(rotation.startNextFile() == nil)
    #expect(rotation.number == 1 && rotation.roomBytes == 10)
    #expect(rotation.startNextFile() == 0)
    #expect(rotation.startNextFile() == 1)
  }

  @Test("it goes on in the highest of the files that exist, gaps or not")
  func goesOn() {
    let rotation = rotation(bytes: 10, files: 3, existing: [7, 2, 9], newest: 4)
    #expect(rotation.number == 9 && rotation.roomBytes == 6)
    #expect(rotation.surplus(of: [7, 2, 9]) == [2])
  }

  @Test("an existing file above the limit has no room")
  func tooLarge() {
    #expect(rotation(bytes: 10, files: 3, existing: [0], newest: 25).roomBytes == 0)
  }

  @Test("a file that was cut is written from its new end")
  func cut() {
    var rotation = rotation(bytes: 10, files: 3)
    rotation.wrote(bytes: 8)
    rotation.wasCut(toBytes: 3)
    #expect(rotation.offsetBytes == 3)
    rotation.wasCut(toBytes: 9)
    #expect(rotation.offsetBytes == 3)
  }

  @Test("limits that make no sense become the least that does")
  func limits() {
    let limits = LogLimits(maximumFileBytes: -5, maximumFiles: 0)
    #expect(limits.maximumFileBytes == 1 && limits.maximumFiles == 1)
  }

  @Test(
    "only names of the stream with a number are its files",
    arguments: [
      ("a.stdout.0", 0), ("a.stdout.12", 12), ("a.stdout", nil), ("a.stdout.", nil), ("a.stdout.x", nil),
      ("a.stdout.1.2", nil), ("ab.stdout.1", nil), ("a.stderr.1", nil), ("a.stdout.-1", nil),
      ("a.stdout.99999999999999999999", nil),
    ] as [(String, Int?)])
  func names(file: String, number: Int?) {
    #expect(LogRotation.number(ofFile: file, stream: "a.stdout") == number)
  }

  @Test(
    "whatever is written, at most the wanted files are left and each but the last is full", arguments: 0..<50)
  func anything(seed: UInt64) {
    var random = SplitMix(state: seed)
    let limits = (bytes: Int64(random.next() % 20 + 1), files: Int(random.next() % 5 + 1))
    var rotation = rotation(bytes: limits.bytes, files: limits.files)
    var files: [Int: Int64] = [0: 0]
    for _ in 0..<200 {
      var left = Int64(random.next() % 30)
      while left > 0 {
        if rotation.roomBytes == 0 {
          if let surplus = rotation.startNextFile() { #expect(files.removeValue(forKey: surplus) != nil) }
          files[rotation.number] = 0
        }
        let bytes = min(left, rotation.roomBytes)
        rotation.wrote(bytes: bytes)
        files[rotation.number, default: 0] += bytes
        left -= bytes
      }
      #expect(files.count <= limits.files)
      #expect(files.allSatisfy { $0.key == rotation.number || $0.value == limits.bytes })
    }
  }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
