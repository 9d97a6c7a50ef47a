import Agent
import Jobs

/// What a cluster of one host truthfully answers.
extension API {
  private static let namespace: JSON = [
    "Capabilities": .null, "ConsulConfiguration": .null, "CreateIndex": .int(1),
    "Description": .string("Default shared namespace"), "Hash": .string(""), "Meta": .null,
    "ModifyIndex": .int(1), "Name": .string("default"), "NodePoolConfiguration": .null,
    "OptionalExtraClaims": .null, "Quota": .string(""), "RequiredExtraClaims": .null,
    "VaultConfiguration": .null,
  ]

  /// `GET /v1/namespaces`
  func listNamespaces(_ request: APIRequest) async throws -> APIResponse {
    let prefix = request.query["prefix"] ?? ""
    return fixed("default".hasPrefix(prefix) ? [Self.namespace] : [])
  }

  /// `GET /v1/namespace/NAME`
  func readNamespace(_ request: APIRequest) async throws -> APIResponse {
    guard request["namespace"] == "default" else { return missing("Namespace not found") }
    return fixed(Self.namespace)
  }

  private static func nodePool(_ name: String, _ description: String) -> JSON {
    [
      "CreateIndex": .int(1), "Description": .string(description), "Hash": .null, "Meta": .null,
      "ModifyIndex": .int(1), "Name": .string(name), "NodeIdentityTTL": .int(0),
      "SchedulerConfiguration": .null,
    ]
  }

  private static let nodePools = [
    "all": nodePool("all", "Node pool with all nodes in the cluster."),
    "default": nodePool("default", "Default node pool."),
  ]

  /// `GET /v1/node/pools`
  func listNodePools(_ request: APIRequest) async throws -> APIResponse {
    let prefix = request.query["prefix"] ?? ""
    return fixed(
      .array(Self.nodePools.sorted { $0.key < $1.key }.filter { $0.key.hasPrefix(prefix) }.map(\.value)))
  }

  /// `GET /v1/node/pool/NAME`
  func readNodePool(_ request: APIRequest) async throws -> APIResponse {
    guard let pool = Self.nodePools[request["pool"]] else { return missing("node pool not found") }
    return fixed(pool)
  }

  /// `GET /v1/node/pool/NAME/nodes`
  func listNodePoolNodes(_ request: APIRequest) async throws -> APIResponse {
    guard Self.nodePools[request["pool"]] != nil else { return missing("node pool not found") }
    return try await listNodes(request)
  }

  /// `GET /v1/node/pool/NAME/jobs`
  func listNodePoolJobs(_ request: APIRequest) async throws -> APIResponse {
    guard Self.nodePools[request["pool"]] != nil else { return missing("node pool not found") }
    return try await listJobs(request)
  }

  /// `GET /v1/operator/scheduler/configuration`
  func readSchedulerConfiguration(_ request: APIRequest) async throws -> APIResponse {
    fixed([
      "Index": .int(1), "KnownLeader": .bool(true), "LastContact": .int(0), "NextToken": .string(""),
      "SchedulerConfig": [
        "CreateIndex": .int(1), "MemoryOversubscriptionEnabled": .bool(false), "ModifyIndex": .int(1),
        "NodeLimitForFeasibilityChecks": .int(0), "PauseEvalBroker": .bool(false),
        "PreemptionConfig": [
          "BatchSchedulerEnabled": .bool(false), "ServiceSchedulerEnabled": .bool(false),
          "SysBatchSchedulerEnabled": .bool(false), "SystemSchedulerEnabled": .bool(false),
        ], "RejectJobRegistration": .bool(false), "SchedulerAlgorithm": .string("binpack"),
      ],
    ])
  }

  /// `GET /v1/operator/autopilot/configuration`
  func readAutopilot(_ request: APIRequest) async throws -> APIResponse {
    .json([
      "LastContactThreshold": .string("0s"), "ServerStabilizationTime": .string("0s"),
      "CleanupDeadServers": .bool(false), "MaxTrailingLogs": .int(0), "MinQuorum": .int(0),
      "EnableRedundancyZones": .bool(false), "DisableUpgradeMigration": .bool(false),
      "EnableCustomUpgrades": .bool(false), "CreateIndex": .int(1), "ModifyIndex": .int(1),
    ])
  }

  /// `GET /v1/operator/raft/configuration`
  func readRaft(_ request: APIRequest) async throws -> APIResponse {
    .json([
      "Index": .int(0),
      "Servers": [
        [
          "Address": .string("\(address.host):\(address.port)"), "ID": .string(node.id),
          "Leader": .bool(true), "Node": .string("\(node.name).\(agent.configuration.region)"),
          "RaftProtocol": .string("3"), "Voter": .bool(true),
        ]
      ],
    ])
  }

  /// Lists of things that this agent has none of.
  func listNothing(_ request: APIRequest) async throws -> APIResponse { fixed([]) }

  /// What never changes, and so is as it was at the start.
  private func fixed(_ json: JSON) -> APIResponse { .json(json, index: 1, isRead: true) }

  private func missing(_ message: String) -> APIResponse {
    var response = APIResponse.error(.notFound(message))
    response.index = 1
    response.isRead = true
    return response
  }

  /// Changes that only make sense in a cluster.
  func refuseClusterChange(_ request: APIRequest) async throws -> APIResponse {
    throw APIError.notOnOneHost("this")
  }

  /// What this version cannot do yet.
  func refuseForNow(_ request: APIRequest) async throws -> APIResponse {
    throw APIError(status: 501, message: "this version of hostler cannot do that yet")
  }

  /// `PUT /v1/system/gc` and others that are done by themselves, too.
  func acknowledge(_ request: APIRequest) async throws -> APIResponse { .empty() }
}
