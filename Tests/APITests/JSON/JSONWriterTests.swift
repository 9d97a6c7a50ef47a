import HCL
import Testing

@testable import API

@Suite("JSON texts")
struct JSONWriterTests {
  private func text(_ json: JSON, isPretty: Bool = false) -> String {
    String(decoding: JSONWriter.bytes(json, isPretty: isPretty), as: UTF8.self)
  }

  @Test("are written as Go writes them")
  func writesLikeGo() {
    let json: JSON = [
      "b": .int(-1), "a": [.null, .bool(true), .double(0.5)], "t": .string("<\"\u{1}é\n>"),
      "v": .value(.object(["z": .number(1), "y": .string("x")])), "e": [:], "l": [],
    ]
    #expect(
      text(json)
        == #"{"b":-1,"a":[null,true,0.5],"t":"\u003c\"\u0001é\n\u003e","v":{"y":"x","z":1},"e":{},"l":[]}"#)
  }

  @Test("are put on lines when people read them")
  func writesPretty() {
    #expect(
      text(["a": [.int(1)], "b": [:]], isPretty: true)
        == "{\n    \"a\": [\n        1\n    ],\n    \"b\": {}\n}")
  }

  @Test("are read again as they were", arguments: 0..<100 as Range<UInt64>)
  func roundTrips(seed: UInt64) throws {
    var random = SeededBytes(seed: seed)
    let original = String(decoding: random.bytes(upTo: 80), as: UTF8.self)
    let bytes = JSONWriter.bytes(["a": .string(original)])
    let value = try Value(json: bytes)
    #expect(value.attributes?["a"] == .normalized(original))
  }
}
