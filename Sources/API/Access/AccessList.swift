import HCL
import Lifecycle

/// Tokens and policies: decides who may do what. A value, without I/O and clock.
struct AccessList: Hashable, Sendable {
  /// By accessor.
  var tokens: [String: AccessToken] = [:]
  /// By name.
  var policies: [String: AccessPolicy] = [:]
  /// The index of the first token; nil before there was one.
  var bootstrapIndex: UInt64?
  /// The index of the last change.
  var index: UInt64 = 1

  /// Who makes a request.
  enum Client: Hashable, Sendable {
    /// Nobody who says so.
    case anonymous
    case token(AccessToken)
  }

  /// Who has a secret; nil when nobody has.
  func client(secret: String?, at now: Timestamp) -> Client? {
    guard let secret, !secret.isEmpty else { return .anonymous }
    let digest = AccessToken.digest(of: secret)
    // All are looked at, so that the time tells nothing.
    var found: AccessToken?
    for token in tokens.values where token.matches(digest) { found = token }
    guard let found, found.expiresAt.map({ now < $0 }) ?? true else { return nil }
    return .token(found)
  }

  /// Whether a client may do something.
  func allows(_ client: Client, _ policy: RoutePolicy) -> Bool {
    if policy == .anonymous { return true }
    switch client {
    case .anonymous: return policies["anonymous"]?.grants.contains(policy) ?? false
    case .token(let token):
      if token.kind == .management { return true }
      return token.policies.contains { policies[$0]?.grants.contains(policy) ?? false }
    }
  }

  // MARK: Storage

  /// The list as it is stored.
  var stored: JSON {
    [
      "index": .number(index), "bootstrapIndex": bootstrapIndex.map { .number($0) } ?? .null,
      "tokens": .array(
        tokens.values.sorted { $0.createIndex < $1.createIndex }.map { token in
          [
            "accessor": .string(token.accessorID), "digest": .string(Base64.text(token.digest)),
            "name": .string(token.name), "kind": .string(token.kind.rawValue),
            "policies": .strings(token.policies), "createdAt": .nanoseconds(token.createdAt),
            "expiresAt": token.expiresAt.map { .nanoseconds($0) } ?? .null,
            "createIndex": .number(token.createIndex), "modifyIndex": .number(token.modifyIndex),
          ]
        }),
      "policies": .array(
        policies.values.sorted { $0.name < $1.name }.map { policy in
          [
            "name": .string(policy.name), "description": .string(policy.description),
            "rules": .string(policy.rules), "createIndex": .number(policy.createIndex),
            "modifyIndex": .number(policy.modifyIndex),
          ]
        }),
    ]
  }

  init() {}

  /// Reads what was stored.
  init(stored bytes: [UInt8]) throws(APIError) {
    let fields = try BodyFields(body: bytes)
    index = UInt64(clamping: try fields.int("index") ?? 1)
    bootstrapIndex = try fields.int("bootstrapIndex").map { UInt64(clamping: $0) }
    for entry in try fields.list("tokens") {
      guard let accessor = try entry.string("accessor"),
        let digest = try entry.string("digest").flatMap({ Base64.bytes($0) }),
        let kind = try entry.string("kind").flatMap({ AccessToken.Kind(rawValue: $0) })
      else { throw .failed("a token is stored wrongly") }
      tokens[accessor] = AccessToken(
        accessorID: accessor, digest: digest, name: try entry.string("name") ?? "", kind: kind,
        policies: try entry.strings("policies") ?? [],
        createdAt: Timestamp(nanosecondsSinceEpoch: Int64(try entry.int("createdAt") ?? 0)),
        expiresAt: try entry.int("expiresAt").map { Timestamp(nanosecondsSinceEpoch: Int64($0)) },
        createIndex: UInt64(clamping: try entry.int("createIndex") ?? 0),
        modifyIndex: UInt64(clamping: try entry.int("modifyIndex") ?? 0))
    }
    for entry in try fields.list("policies") {
      let name = try entry.string("name") ?? ""
      policies[name] = try AccessPolicy(
        name: name, description: try entry.string("description") ?? "",
        rules: try entry.string("rules") ?? "",
        createIndex: UInt64(clamping: try entry.int("createIndex") ?? 0),
        modifyIndex: UInt64(clamping: try entry.int("modifyIndex") ?? 0))
    }
  }
}
