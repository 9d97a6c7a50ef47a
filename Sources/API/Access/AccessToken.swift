import HCL
import Lifecycle

/// A token: whoever has its secret may do what its policies allow. The secret itself is not kept.
struct AccessToken: Hashable, Sendable {
  /// The two kinds of token.
  enum Kind: String, Sendable {
    /// May do what its policies say.
    case client
    /// May do everything.
    case management
  }

  /// What it is called by those who look after tokens.
  var accessorID: String
  /// The SHA-256 digest of the secret.
  var digest: [UInt8]
  var name: String
  var kind: Kind
  var policies: [String]
  var createdAt: Timestamp
  /// When it can be used no more; nil for never.
  var expiresAt: Timestamp?
  var createIndex: UInt64
  var modifyIndex: UInt64

  /// The digest of a secret.
  static func digest(of secret: String) -> [UInt8] { SHA256.digest(Array(secret.utf8)) }

  /// Whether a digest is that of this token's secret. Takes the same time whatever differs.
  func matches(_ other: [UInt8]) -> Bool {
    guard digest.count == other.count else { return false }
    return zip(digest, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// The token as lists show it.
  var stub: JSON { .object(members) }

  /// The token with everything.
  ///
  /// - Parameter secret: The secret, where it has just been made; nobody hears of it later.
  func json(secret: String = "") -> JSON {
    .object(members + [JSON.Member("ExpirationTTL", .string("")), JSON.Member("SecretID", .string(secret))])
  }

  private var members: [JSON.Member] {
    [
      JSON.Member("AccessorID", .string(accessorID)), JSON.Member("CreateIndex", .number(createIndex)),
      JSON.Member("CreateTime", .time(createdAt)), JSON.Member("ExpirationTime", .time(expiresAt)),
      JSON.Member("Global", .bool(kind == .management)),
      JSON.Member("Hash", .string(Base64.text(SHA256.digest(Array("\(accessorID)\(modifyIndex)".utf8))))),
      JSON.Member("ModifyIndex", .number(modifyIndex)), JSON.Member("Name", .string(name)),
      JSON.Member("Policies", policies.isEmpty ? .null : .strings(policies)), JSON.Member("Roles", .null),
      JSON.Member("Type", .string(kind.rawValue)),
    ]
  }
}
