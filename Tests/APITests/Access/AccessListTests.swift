import HCL
import Lifecycle
import Testing

@testable import API

@Suite("Who may do what")
struct AccessListTests {
  private let now = Timestamp(nanosecondsSinceEpoch: 1_000)

  private func list(_ rules: String, kind: AccessToken.Kind = .client, expiresAt: Timestamp? = nil) throws
    -> AccessList
  {
    var list = AccessList()
    list.policies["p"] = try AccessPolicy(
      name: "p", description: "", rules: rules, createIndex: 1, modifyIndex: 1)
    list.tokens["a"] = AccessToken(
      accessorID: "a", digest: AccessToken.digest(of: "secret"), name: "", kind: kind,
      policies: kind == .client ? ["p"] : [], createdAt: now, expiresAt: expiresAt, createIndex: 1,
      modifyIndex: 1)
    return list
  }

  private func allowed(_ rules: String) throws -> Set<RoutePolicy> {
    let list = try list(rules)
    let client = try #require(list.client(secret: "secret", at: now))
    return Set(RoutePolicy.allCases.filter { list.allows(client, $0) })
  }

  @Test("follows from the rules of the token's policies")
  func followsRules() throws {
    #expect(try allowed("") == [.anonymous])
    #expect(try allowed(#"namespace "default" { policy = "read" }"#) == [.anonymous, .read])
    #expect(
      try allowed(#"namespace "*" { policy = "write" }"#) == [.anonymous, .read, .files, .submit, .exec])
    #expect(try allowed(#"namespace "other" { policy = "write" }"#) == [.anonymous])
    #expect(
      try allowed(#"namespace "default" { capabilities = ["read-logs", "alloc-exec"] }"#)
        == [.anonymous, .files, .exec])
    #expect(
      try allowed("namespace \"*\" { policy = \"write\" }\nnamespace \"default\" { policy = \"deny\" }")
        == [.anonymous])
    #expect(try allowed(#"driver { policy = "write" }"#) == [.anonymous, .read, .driverAdmin])
  }

  @Test("is everything for a management token")
  func management() throws {
    let list = try list("", kind: .management)
    let client = try #require(list.client(secret: "secret", at: now))
    #expect(RoutePolicy.allCases.allSatisfy { list.allows(client, $0) })
  }

  @Test("is nothing for a secret that nobody has, or whose time is over")
  func unknownSecrets() throws {
    let list = try list("", kind: .management, expiresAt: now)
    #expect(list.client(secret: "secret", at: now) == nil)
    #expect(list.client(secret: "Secret", at: now) == nil)
    #expect(list.client(secret: nil, at: now) == .anonymous)
    #expect(!list.allows(.anonymous, .read))
    #expect(list.allows(.anonymous, .anonymous))
  }

  @Test(
    "is not told by rules that are wrong",
    arguments: [
      #"namespace "default" { policy = "nope" }"#, #"namespace "default" { capabilities = ["fly"] }"#,
      "namespace {", #"unknown "x" {}"#, #"agent { policy = "x" }"#,
      "namespace \"default\" { polcy = \"read\" }",
    ])
  func wrongRules(rules: String) {
    #expect(throws: APIError.self) {
      try AccessPolicy(name: "p", description: "", rules: rules, createIndex: 1, modifyIndex: 1)
    }
  }

  @Test("stays the same when it is stored, and no secret is in what is stored")
  func storage() throws {
    var list = try list(
      #"namespace "default" { policy = "read" }"#, expiresAt: Timestamp(nanosecondsSinceEpoch: 9))
    list.bootstrapIndex = 3
    list.index = 7
    let bytes = JSONWriter.bytes(list.stored)
    #expect(try AccessList(stored: bytes) == list)
    #expect(!String(decoding: bytes, as: UTF8.self).contains("secret"))
  }
}
