import Testing

@testable import API

@Suite("Compressed answers")
struct CompressionTests {
  @Test("are given to clients that can read them")
  func accepts() {
    for header in ["gzip", "deflate, gzip", "gzip;q=0.5", "*", "br , GZIP"] {
      #expect(Compression.isAccepted(header), "\(header)")
    }
    for header in [nil, "", "br", "gzip;q=0", "gzip; q=0.0", "x-gzip2"] {
      #expect(!Compression.isAccepted(header), "\(header ?? "none")")
    }
  }

  @Test("are smaller, or not made")
  func sizes() throws {
    let packed = try #require(Compression.gzip(Array(repeating: UInt8(ascii: "a"), count: 100_000)))
    #expect(packed.count < 1_000)
    #expect(packed.prefix(2) == [0x1F, 0x8B])
    #expect(Compression.gzip(Array("short".utf8)) == nil)
    var random = SeededBytes(seed: 7)
    let noise = (0..<5000).map { _ in UInt8(truncatingIfNeeded: random.next() >> 20) }
    #expect(Compression.gzip(noise) == nil)
  }
}
