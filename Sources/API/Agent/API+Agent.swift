import Agent
import DriverHost
import Lifecycle
import Runner

/// What the agent says of itself.
extension API {
  /// `GET /v1/agent/self`
  func readAgent(_ request: APIRequest) async throws -> APIResponse {
    let configuration = agent.configuration
    let http = "\(address.host):\(address.port)"
    let all = jobs.allocations
    return .json([
      "config": [
        "ACL": [
          "Enabled": .bool(access != nil), "PolicyTTL": .int(0), "RoleTTL": .int(0), "TokenTTL": .int(0),
        ],
        "Addresses": [
          "HTTP": .string(address.host), "RPC": .string(address.host), "Serf": .string(address.host),
        ],
        "AdvertiseAddrs": ["HTTP": .string(http), "RPC": .string(http), "Serf": .string(http)],
        "BindAddr": .string(address.host), "DataDir": .string(agent.dataDirectory.path),
        "Datacenter": .string(configuration.datacenter), "LogJson": .bool(configuration.logsJSON),
        "LogLevel": .string(configuration.logLevel.uppercased()), "NodeName": .string(node.name),
        "PluginDir": .string(configuration.drivers.pluginDirectory ?? ""),
        "Ports": ["HTTP": .number(address.port), "RPC": .int(0), "Serf": .int(0)],
        "Region": .string(configuration.region),
        "Version": [
          "BuildDate": .null, "Revision": .string(""), "Version": .string(version),
          "VersionMetadata": .string(""), "VersionPrerelease": .string(""),
        ],
      ],
      "member": member,
      "stats": [
        "client": [
          "node_id": .string(node.id), "known_servers": .string(http),
          "heartbeat_ttl": .string("0s"), "last_heartbeat": .string("0s"),
          "num_allocations": .string(String(all.count { !$0.hasEnded })),
        ],
        "hostler": ["leader": .string("true"), "server": .string("true"), "version": .string(version)],
        "nomad": [
          "bootstrap": .string("true"), "leader": .string("true"), "server": .string("true"),
          "leader_addr": .string(http), "known_regions": .string("1"),
        ],
        "runtime": [
          "arch": .string(node.facts.attributes["cpu.arch"] ?? ""),
          "cpu_count": .string(String(node.resources.cores)),
          "goroutines": .string("0"), "max_procs": .string(String(node.resources.cores)),
          "version": .string("Swift"),
          "kernel.name": .string(node.facts.attributes["kernel.name"] ?? ""),
        ],
      ],
    ])
  }

  /// `GET /`: the way to what the agent says of itself.
  func redirectToAgent(_ request: APIRequest) async throws -> APIResponse {
    var response = APIResponse.text("the API is below /v1\n")
    response.status = 307
    response.headers.append(APIResponse.Header(name: "Location", value: "/v1/agent/self?pretty"))
    return response
  }

  /// This agent as a member of a cluster of one.
  private var member: JSON {
    [
      "Addr": .string(address.host), "DelegateCur": .int(4), "DelegateMax": .int(5), "DelegateMin": .int(2),
      "Name": .string("\(node.name).\(agent.configuration.region)"), "Port": .number(address.port),
      "ProtocolCur": .int(2), "ProtocolMax": .int(5), "ProtocolMin": .int(1), "Status": .string("alive"),
      "Tags": [
        "bootstrap": .string("1"), "build": .string(version), "dc": .string(node.datacenter),
        "expect": .string("1"), "id": .string(node.id),
        "port": .string(String(address.port)), "region": .string(agent.configuration.region),
        "role": .string("nomad"), "raft_vsn": .string("3"),
        "rpc_addr": .string(address.host), "vsn": .string("1"),
      ],
    ]
  }

  /// `GET /v1/agent/health`
  func readHealth(_ request: APIRequest) async throws -> APIResponse {
    let ok: JSON = ["message": .string("ok"), "ok": .bool(true)]
    return switch request.query.text("type") {
    case "client": .json(["client": ok])
    case "server": .json(["server": ok])
    case nil: .json(["client": ok, "server": ok])
    case let type?: throw APIError.badRequest("type must be client or server, and is \"\(type)\"")
    }
  }

  /// `GET /v1/agent/members`
  func listMembers(_ request: APIRequest) async throws -> APIResponse {
    .json([
      "Members": [member], "ServerDC": .string(node.datacenter), "ServerName": .string(node.name),
      "ServerRegion": .string(agent.configuration.region),
    ])
  }

  /// `GET /v1/agent/servers` and `GET /v1/status/peers`
  func listServers(_ request: APIRequest) async throws -> APIResponse {
    .json([.string("\(address.host):\(address.port)")])
  }

  /// `GET /v1/status/leader`
  func readLeader(_ request: APIRequest) async throws -> APIResponse {
    .json(.string("\(address.host):\(address.port)"))
  }

  /// `GET /v1/agent/schedulers`
  func listSchedulers(_ request: APIRequest) async throws -> APIResponse {
    .json([
      "schedulers": [
        [
          "enabled_schedulers": .strings(["service", "batch", "system", "sysbatch"]), "id": .string(node.id),
          "started": .time(startedAt), "status": .string("Started"),
          "workload_status": .string("WaitingToDequeue"),
        ]
      ], "server_id": .string("\(node.name).\(agent.configuration.region)"),
    ])
  }

  /// `GET /v1/regions`
  func listRegions(_ request: APIRequest) async throws -> APIResponse {
    .json([.string(agent.configuration.region)])
  }
}
