import Lifecycle
import Testing

@testable import API

@Suite("Variables")
struct VariableListTests {
  private let key = VariableList.Key(namespace: "default", path: "app/db")
  private let now = Timestamp(nanosecondsSinceEpoch: 5)

  @Test("are put in place only when they are as expected")
  func checkAndSet() throws {
    var list = VariableList()
    let first = try list.put(key, ["a": "1"], expecting: 0, at: now)
    #expect(throws: VariableList.Refusal.conflict(first)) {
      try list.put(key, ["a": "2"], expecting: 0, at: now)
    }
    let second = try list.put(key, ["a": "2"], expecting: first.modifyIndex, at: now)
    #expect(second.createIndex == first.createIndex)
    #expect(throws: VariableList.Refusal.conflict(second)) {
      try list.remove(key, expecting: first.modifyIndex)
    }
    try list.remove(key, expecting: nil)
    #expect(list.variables.isEmpty)
  }

  @Test("stay the same when they are stored")
  func storage() throws {
    var list = VariableList()
    _ = try list.put(key, ["user": "u", "p\"": "\n"], expecting: nil, at: now)
    #expect(try VariableList(stored: JSONWriter.bytes(list.stored)) == list)
  }

  @Test("have plain paths, and hold something, though not too much")
  func checks() {
    for path in ["a b", "", "ä", String(repeating: "x", count: 129), "a?b"] {
      #expect(throws: APIError.self) { try VariableList.check(path, ["k": "v"]) }
    }
    #expect(throws: APIError.self) { try VariableList.check("a", [:]) }
    #expect(throws: APIError.self) {
      try VariableList.check("a", ["k": String(repeating: "v", count: 70_000)])
    }
    #expect(throws: Never.self) { try VariableList.check("app/db-1_x~", ["k": "v"]) }
  }
}
