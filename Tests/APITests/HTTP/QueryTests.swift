import Testing

@testable import API

@Suite("Parameters of a request")
struct QueryTests {
  @Test("are decoded, and the first of a name counts")
  func decodes() {
    let query = Query("prefix=a%2Fb&name=x+y&name=z&flag&empty=")
    #expect(query["prefix"] == "a/b")
    #expect(query["name"] == "x y")
    #expect(query.all("name") == ["x y", "z"])
    #expect(query["flag"] == "")
    #expect(query.text("empty") == nil)
    #expect(query["missing"] == nil)
  }

  @Test("keep what only looks like an escape")
  func keepsBrokenEscapes() {
    #expect(Query("a=100%&b=%zz&c=%4")["a"] == "100%")
    #expect(Query("a=100%&b=%zz&c=%4")["b"] == "%zz")
    #expect(Query("a=100%&b=%zz&c=%4")["c"] == "%4")
  }

  @Test("that must be true or false are nothing else")
  func readsFlags() throws {
    #expect(try Query("a").flag("a") == true)
    #expect(try Query("a=false").flag("a") == false)
    #expect(try Query("").flag("a") == nil)
    #expect(throws: APIError.self) { try Query("a=maybe").flag("a") }
  }

  @Test("that must be numbers are within their bounds")
  func readsNumbers() throws {
    #expect(try Query("a=7").int("a", in: 0...9) == 7)
    #expect(throws: APIError.self) { try Query("a=-1").int("a", in: 0...9) }
    #expect(throws: APIError.self) { try Query("a=99999999999999999999").int("a") }
    #expect(throws: APIError.self) { try Query("a=x").int("a") }
  }

  @Test("say how long a read may wait")
  func readsWait() throws {
    #expect(try Wait(Query("")) == nil)
    #expect(try Wait(Query("index=0")) == nil)
    let plain = try Wait(Query("index=7"))
    #expect(plain?.index == 7)
    #expect(plain?.time == .seconds(300))
    let short = try Wait(Query("index=7&wait=2s"))
    #expect(short?.time == .seconds(2))
    let long = try Wait(Query("index=7&wait=2h"))
    #expect(long?.time == .seconds(600))
    for wrong in ["index=abc", "index=-1", "index=1&wait=xyz", "index=1&wait=-1s"] {
      #expect(throws: APIError.self) { try Wait(Query(wrong[...])) }
    }
  }

  @Test("of any bytes are read without harm", arguments: 0..<200 as Range<UInt64>)
  func survivesAnything(seed: UInt64) {
    var random = SeededBytes(seed: seed)
    let text = String(decoding: random.bytes(upTo: 200), as: UTF8.self)
    let query = Query(text[...])
    for pair in query.pairs {
      _ = try? query.flag(pair.name)
      _ = try? query.int(pair.name)
    }
    _ = try? ListQuery(query)
    _ = try? Wait(query)
  }
}

/// Bytes that are the same for the same seed, among them many that mean something.
struct SeededBytes {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func bytes(upTo count: Int) -> [UInt8] {
    let special = Array("=&%+?/\"'()[]{}.,:<>!~ anditconotrue0123456789\\".utf8)
    return (0..<Int(next() % UInt64(count))).map { _ in
      next() % 4 == 0 ? UInt8(truncatingIfNeeded: next()) : special[Int(next() % UInt64(special.count))]
    }
  }
}
