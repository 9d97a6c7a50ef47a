import Agent
import HCL
import Lifecycle
import Logging
import Runner

/// Tokens and policies.
extension API {
  /// The list of tokens and policies; an error where there is none.
  private var list: KeptValue<AccessList> {
    get throws(APIError) {
      guard let access else { throw .badRequest("ACL support disabled") }
      return access
    }
  }

  /// Checks that a request may be made.
  func authorize(_ policy: RoutePolicy, token: String?) throws(APIError) {
    guard let access, policy != .anonymous else { return }
    let list = access.value
    guard let client = list.client(secret: token, at: agent.clock.now()), list.allows(client, policy) else {
      throw .forbidden()
    }
  }

  /// `PUT /v1/acl/bootstrap`
  func bootstrapAccess(_ request: APIRequest) async throws -> APIResponse {
    let fields = try request.fields()
    let wanted = try fields.string("BootstrapSecret")
    if let wanted { try checkSecret(wanted) }
    let secret = wanted ?? randomUUID()
    let now = agent.clock.now()
    let token = try await list.change { list throws(APIError) in
      if let index = list.bootstrapIndex {
        throw .badRequest("ACL bootstrap already done (reset index: \(index))")
      }
      let token = list.add(name: "Bootstrap Token", kind: .management, policies: [], secret, at: now)
      list.bootstrapIndex = token.createIndex
      return token
    }
    log.notice("the access list was bootstrapped", metadata: ["accessor": "\(token.accessorID)"])
    return .json(token.json(secret: secret), index: token.createIndex)
  }

  private func checkSecret(_ secret: String) throws(APIError) {
    guard secret.utf8.count >= 36 else { throw .badRequest("a secret has 36 characters at least") }
  }

  /// `GET /v1/acl/tokens`
  func listTokens(_ request: APIRequest) async throws -> APIResponse {
    let list = try list.value
    let query = try ListQuery(request.query)
    let page = try ListPage(
      list.tokens.values.filter { $0.accessorID.hasPrefix(query.prefix) }.sorted {
        $0.createIndex < $1.createIndex
      },
      query, token: { padded($0.createIndex) }, json: \.stub)
    return page.response(index: list.index)
  }

  /// `GET /v1/acl/token/ACCESSOR`
  func readToken(_ request: APIRequest) async throws -> APIResponse {
    let list = try list.value
    guard let token = list.tokens[request["accessor"]] else { throw APIError.notFound("ACL token not found") }
    return .json(token.json(), index: token.modifyIndex, isRead: true)
  }

  /// `GET /v1/acl/token/self`
  func readOwnToken(_ request: APIRequest) async throws -> APIResponse {
    guard case .token(let token)? = try list.value.client(secret: request.token, at: agent.clock.now()) else {
      throw APIError.forbidden()
    }
    return .json(token.json(secret: request.token ?? ""), index: token.modifyIndex, isRead: true)
  }

  /// `PUT /v1/acl/token`
  func createToken(_ request: APIRequest) async throws -> APIResponse {
    let list = try list
    let fields = try request.fields()
    let (name, kind, policies) = try tokenParts(fields)
    var expiry: Timestamp?
    let now = agent.clock.now()
    if let value = fields.value("ExpirationTTL") {
      let time: Duration?
      switch value {
      case .string(let text): time = try? Duration(goSyntax: text)
      case .number(let number): time = number.int.map { .nanoseconds(Int64($0)) }
      default: time = nil
      }
      guard let time, time >= .zero else { throw APIError.badRequest("ExpirationTTL must be a duration") }
      if time > .zero { expiry = now.advanced(by: time) }
    }
    let secret = randomUUID()
    let token = try await list.change { [expiry] list in
      list.add(name: name, kind: kind, policies: policies, secret, at: now, expiresAt: expiry)
    }
    return .json(token.json(secret: secret), index: token.createIndex)
  }

  private func tokenParts(_ fields: BodyFields) throws(APIError) -> (String, AccessToken.Kind, [String]) {
    guard let kind = AccessToken.Kind(rawValue: try fields.string("Type") ?? "") else {
      throw .badRequest("token type must be client or management")
    }
    let policies = try fields.strings("Policies") ?? []
    let name = try fields.string("Name") ?? ""
    guard name.utf8.count <= 256 else { throw .badRequest("token name too long") }
    if kind == .client, policies.isEmpty { throw .badRequest("client token missing policies or roles") }
    if kind == .management, !policies.isEmpty {
      throw .badRequest("management token cannot be associated with policies or roles")
    }
    return (name, kind, policies)
  }

  /// `PUT /v1/acl/token/ACCESSOR`
  func updateToken(_ request: APIRequest) async throws -> APIResponse {
    let list = try list
    let accessor = request["accessor"]
    let (name, kind, policies) = try tokenParts(try request.fields())
    let token = try await list.change { list throws(APIError) in
      guard var token = list.tokens[accessor] else { throw .notFound("ACL token not found") }
      guard token.kind == kind else { throw .badRequest("the type of a token cannot be changed") }
      list.index += 1
      token.name = name
      token.policies = policies
      token.modifyIndex = list.index
      list.tokens[accessor] = token
      return token
    }
    return .json(token.json(), index: token.modifyIndex)
  }

  /// `DELETE /v1/acl/token/ACCESSOR`
  func deleteToken(_ request: APIRequest) async throws -> APIResponse {
    let accessor = request["accessor"]
    let index = try await list.change { list throws(APIError) in
      guard list.tokens.removeValue(forKey: accessor) != nil else { throw .notFound("ACL token not found") }
      list.index += 1
      return list.index
    }
    return .changed(index)
  }

  /// `GET /v1/acl/policies`
  func listPolicies(_ request: APIRequest) async throws -> APIResponse {
    let list = try list.value
    let query = try ListQuery(request.query)
    let page = try ListPage(
      list.policies.values.filter { $0.name.hasPrefix(query.prefix) }.sorted { $0.name < $1.name }, query,
      token: \.name, json: \.stub)
    return page.response(index: list.index)
  }

  /// `GET /v1/acl/policy/NAME`
  func readPolicy(_ request: APIRequest) async throws -> APIResponse {
    let list = try list.value
    guard let policy = list.policies[request["policy"]] else {
      var response = APIResponse.error(.notFound("ACL policy not found"))
      response.index = list.index
      return response
    }
    return .json(policy.json, index: policy.modifyIndex, isRead: true)
  }

  /// `PUT /v1/acl/policy/NAME`
  func putPolicy(_ request: APIRequest) async throws -> APIResponse {
    let list = try list
    let fields = try request.fields()
    let name = request["policy"]
    if let named = try fields.string("Name"), !named.isEmpty, named != name {
      throw APIError.badRequest("ACL policy name does not match request path")
    }
    let description = try fields.string("Description") ?? ""
    let rules = try fields.string("Rules") ?? ""
    let index = try await list.change { list throws(APIError) in
      let index = list.index + 1
      list.policies[name] = try AccessPolicy(
        name: name, description: description, rules: rules,
        createIndex: list.policies[name]?.createIndex ?? index, modifyIndex: index)
      list.index = index
      return index
    }
    return .changed(index)
  }

  /// `DELETE /v1/acl/policy/NAME`
  func deletePolicy(_ request: APIRequest) async throws -> APIResponse {
    let name = request["policy"]
    let index = try await list.change { list throws(APIError) in
      guard list.policies.removeValue(forKey: name) != nil else { throw .notFound("ACL policy not found") }
      list.index += 1
      return list.index
    }
    return .changed(index)
  }
}

extension AccessList {
  /// Makes a token.
  fileprivate mutating func add(
    name: String, kind: AccessToken.Kind, policies: [String], _ secret: String, at now: Timestamp,
    expiresAt: Timestamp? = nil
  ) -> AccessToken {
    index += 1
    let token = AccessToken(
      accessorID: randomUUID(), digest: AccessToken.digest(of: secret), name: name, kind: kind,
      policies: policies, createdAt: now, expiresAt: expiresAt, createIndex: index, modifyIndex: index)
    tokens[token.accessorID] = token
    return token
  }
}

extension AccessPolicy {
  /// The policy as lists show it.
  fileprivate var stub: JSON { .object(members) }

  /// The policy with everything.
  fileprivate var json: JSON {
    .object(
      members + [
        JSON.Member("Rules", .string(rules)),
        JSON.Member(
          "RulesJSON",
          [
            "Agent": .null,
            "Namespaces": .array(
              namespaces.map { rule in
                [
                  "Capabilities": .strings(rule.capabilities), "Name": .string(rule.name),
                  "Policy": .string(rule.policy), "Variables": .null,
                ]
              }), "Node": .null, "Operator": .null, "Raw": .string(rules),
          ]),
      ])
  }

  private var members: [JSON.Member] {
    [
      JSON.Member("CreateIndex", .number(createIndex)), JSON.Member("Description", .string(description)),
      JSON.Member("Hash", .string(Base64.text(SHA256.digest(Array((name + description + rules).utf8))))),
      JSON.Member("JobACL", .null), JSON.Member("ModifyIndex", .number(modifyIndex)),
      JSON.Member("Name", .string(name)),
    ]
  }
}
