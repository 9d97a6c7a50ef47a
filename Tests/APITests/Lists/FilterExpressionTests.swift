import Testing

@testable import API

@Suite("Filters of lists")
struct FilterExpressionTests {
  private static let element: JSON = [
    "Name": .string("web"), "Status": .string("running"), "Priority": .int(50), "Stop": .bool(false),
    "Datacenters": ["dc1", "dc2"].map { JSON.string($0) }.json, "Meta": ["owner": .string("ops")],
    "Children": .null, "Empty": .string(""),
  ]

  @Test(
    "hold",
    arguments: [
      #"Name == "web""#, #"Name != "db""#, #"Name == web"#, "Priority == 50",
      "Priority >= 50 and Priority < 51",
      "Stop == false", #""dc1" in Datacenters"#, #"Datacenters contains "dc2""#, #""dc9" not in Datacenters"#,
      #"Meta.owner == "ops""#, #"Meta["owner"] == "ops""#, #""owner" in Meta"#, #"Name matches "^w.b$""#,
      #"Name not matches "^x""#, "Empty is empty", "Name is not empty", "Children is empty",
      #"Meta.none != "x""#, #"not (Name == "db" or Status == "dead")"#,
      #"Name == "db" or Name == "web" and Status == "running""#, #"Name contains "e""#, #"Name == `web`"#,
    ])
  func hold(text: String) throws {
    let filter = try FilterExpression(text)
    let holds = try filter.holds(for: Self.element)
    #expect(holds)
  }

  @Test(
    "do not hold",
    arguments: [
      #"Name == "db""#, "Priority > 50", "Stop == true", #""dc3" in Datacenters"#, #"Meta.none == "x""#,
      #"Name matches "^x""#, "Name is empty", #"not Name == "web""#, #"Name == "web" and Status == "dead""#,
    ])
  func doNotHold(text: String) throws {
    let filter = try FilterExpression(text)
    let holds = try filter.holds(for: Self.element)
    #expect(!holds)
  }

  @Test(
    "that are wrong are told so",
    arguments: [
      "Name ==", "Name", "== 5", #"Name == "open"#, "(Name == web", "Name == web)", #"Name matches "(""#,
      "and",
      "Name is", "Name..x == 5", "Name === 5", #"Meta[owner] == 5"#, "",
    ])
  func areRefused(text: String) {
    #expect(throws: FilterError.self) { try FilterExpression(text) }
  }

  @Test("of a name that elements do not have, or that cannot be compared so, are told so")
  func mismatches() throws {
    for text in [#"None == "x""#, "Datacenters == 5", "Priority > x", "Priority contains 5", "Stop > 1"] {
      let filter = try FilterExpression(text)
      #expect(throws: FilterError.self) { try filter.holds(for: Self.element) }
    }
  }

  @Test("nest only so deep")
  func nestOnlySoDeep() {
    let text = String(repeating: "(", count: 10_000) + "a == 1" + String(repeating: ")", count: 10_000)
    #expect(throws: FilterError.self) { try FilterExpression(text) }
    #expect(throws: FilterError.self) { try FilterExpression(String(repeating: "(", count: 1000)) }
  }

  @Test("of any bytes are read without harm", arguments: 0..<300 as Range<UInt64>)
  func surviveAnything(seed: UInt64) {
    var random = SeededBytes(seed: seed)
    let text = String(decoding: random.bytes(upTo: 120), as: UTF8.self)
    _ = try? FilterExpression(text).holds(for: Self.element)
  }
}

extension [JSON] {
  fileprivate var json: JSON { .array(self) }
}
