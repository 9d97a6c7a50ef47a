import Agent
import DriverHost
import Lifecycle
import Runner

/// This host as a node.
extension API {
  /// `GET /v1/nodes`
  func listNodes(_ request: APIRequest) async throws -> APIResponse {
    let query = try ListQuery(request.query)
    try checkIDPrefix(query.prefix)
    let withResources = try request.query.flag("resources") ?? false
    let withSystem = try request.query.flag("os") ?? false
    return try await read(request, .node) {
      let page = try ListPage(
        node.id.hasPrefix(query.prefix.lowercased()) ? [0] : [], query, token: { _ in node.id },
        json: { _ in nodeStub(withResources: withResources, withSystem: withSystem) },
        subject: { _ in nodeJSON })
      return page.reading(index: jobs.index(of: .node))
    }
  }

  /// Checks that a path names this node.
  func checkNode(_ request: APIRequest) throws(APIError) {
    let id = request["node"]
    try checkID(id, "node")
    guard id.lowercased() == node.id else { throw .notFound("node not found") }
  }

  /// `GET /v1/node/ID`
  func readNode(_ request: APIRequest) async throws -> APIResponse {
    try await read(request, .node) {
      try checkNode(request)
      return .json(nodeJSON, index: jobs.index(of: .node))
    }
  }

  /// `GET /v1/node/ID/allocations`
  func listNodeAllocations(_ request: APIRequest) async throws -> APIResponse {
    try await read(request, .allocations) {
      // Clients rely on it: a node that is not there has no allocations.
      let isThisNode = request["node"].lowercased() == node.id
      let all = isThisNode ? jobs.allocations : []
      return .json(
        .array(all.map { $0.json(on: node) }),
        index: all.map(\.modifyIndex).max() ?? jobs.index(of: .allocations))
    }
  }

  private func nodeStub(withResources: Bool, withSystem: Bool) -> JSON {
    var stub: JSON = .object(
      commonMembers + [
        JSON.Member("Address", .string(address.host)), JSON.Member("Version", .string(version)),
      ])
    if withResources {
      stub = stub.adding([
        JSON.Member("NodeResources", node.resources.json),
        JSON.Member("ReservedResources", NodeResources.reserved),
      ])
    }
    if withSystem {
      stub = stub.adding([
        JSON.Member("Attributes", .pairs(node.facts.attributes.filter { $0.key == "os.name" }))
      ])
    }
    return stub
  }

  /// What the list and the node itself tell both.
  private var commonMembers: [JSON.Member] {
    [
      JSON.Member("CreateIndex", .number(node.createIndex)),
      JSON.Member("Datacenter", .string(node.datacenter)),
      JSON.Member("Drain", .bool(jobs.availability.drain != nil)), JSON.Member("Drivers", drivers),
      JSON.Member("HostVolumes", [:]),
      JSON.Member("ID", .string(node.id)), JSON.Member("LastDrain", .null),
      JSON.Member("ModifyIndex", .number(jobs.index(of: .node))), JSON.Member("Name", .string(node.name)),
      JSON.Member("NodeClass", .string(node.facts.nodeClass)), JSON.Member("NodePool", .string("default")),
      JSON.Member("SchedulingEligibility", .string(jobs.availability.isEligible ? "eligible" : "ineligible")),
      JSON.Member("Status", .string("ready")), JSON.Member("StatusDescription", .string("")),
    ]
  }

  /// The node with everything.
  var nodeJSON: JSON {
    var attributes = node.facts.attributes
    for driver in agent.drivers.all {
      attributes.merge(driver.fingerprint?.attributes ?? [:]) { $1 }
      attributes["driver.\(driver.name)"] = driver.health == .healthy ? "1" : nil
    }
    attributes["cpu.totalcompute"] = String(node.resources.processorMHz)
    attributes["cpu.modelname"] = node.resources.processorModel
    attributes["unique.network.ip-address"] = node.resources.address
    attributes["hostler.version"] = version
    return .object(
      commonMembers + [
        JSON.Member("Attributes", .pairs(attributes)), JSON.Member("CSIControllerPlugins", [:]),
        JSON.Member("CSINodePlugins", [:]), JSON.Member("CgroupParent", .string("hostler")),
        JSON.Member("ComputedClass", .string("v1:host")),
        JSON.Member("DrainStrategy", jobs.availability.drain?.json ?? .null),
        JSON.Member(
          "Events",
          [
            [
              "CreateIndex": .int(0), "Details": .null, "Message": .string("Node registered"),
              "Subsystem": .string("Cluster"), "Timestamp": .time(startedAt),
            ]
          ]),
        JSON.Member("GCVolumesOnNodeGC", .bool(false)),
        JSON.Member("HTTPAddr", .string("\(address.host):\(address.port)")),
        JSON.Member("HostNetworks", .null),
        JSON.Member("IdentitySigningKeyID", .string("")),
        JSON.Member("LastAllocUpdateIndex", .number(jobs.index(of: .allocations))),
        JSON.Member("LastMissedHeartbeatIndex", .int(0)), JSON.Member("Links", [:]),
        JSON.Member("Meta", .pairs(node.facts.meta)), JSON.Member("NodeMaxAllocs", .int(0)),
        JSON.Member("NodeResources", node.resources.json),
        JSON.Member("ReservedResources", NodeResources.reserved), JSON.Member("SecretID", .string("")),
        JSON.Member("StatusUpdatedAt", .int(startedAt.nanosecondsSinceEpoch / 1_000_000_000)),
        JSON.Member("TLSEnabled", .bool(false)),
      ])
  }

  /// The address of the API, as it was configured.
  var address: (host: String, port: Int) {
    (agent.configuration.http.host, agent.configuration.http.port ?? 0)
  }

  /// The drivers as clients read them.
  private var drivers: JSON {
    .object(
      agent.drivers.all.sorted { $0.name < $1.name }.map { JSON.Member($0.name, $0.json(since: startedAt)) })
  }

  /// `GET /v1/client/stats`
  func readHostUsage(_ request: APIRequest) async throws -> APIResponse {
    if let id = request.query.text("node_id"), !node.id.hasPrefix(id.lowercased()) {
      throw APIError.notFound("Unknown node \"\(id)\"")
    }
    let path = agent.dataDirectory.path
    let usage = await onDiskThread { HostUsage(diskOf: path) }
    let before = node.exchange(usage.processors)
    var ticks = 0.0
    let processors = usage.processors.enumerated().map { place, processor -> JSON in
      let shares = processor.shares(since: place < before.count ? before[place] : nil)
      let total = max(0, 100 - shares.idle)
      let used = total / 100 * Double(node.resources.coreMHz)
      ticks += used
      return [
        "CPU": .string(processor.name), "Idle": .double(shares.idle), "System": .double(shares.system),
        "TotalPercent": .double(total), "TotalTicks": .double(used), "User": .double(shares.user),
      ]
    }
    let disk = { (mount: String, device: String) -> JSON in
      [
        "Available": .number(usage.disk.availableBytes), "Device": .string(device),
        "InodesUsedPercent": .double(usage.disk.inodesUsedPercent), "Mountpoint": .string(mount),
        "Size": .number(usage.disk.sizeBytes), "Used": .number(usage.disk.usedBytes),
        "UsedPercent": .double(usage.disk.usedPercent),
      ]
    }
    return .json([
      "AllocDirStats": disk("", ""), "CPU": .array(processors), "CPUTicksConsumed": .double(ticks),
      "DeviceStats": .null, "DiskStats": [disk(path, "")],
      "Memory": [
        "Available": .number(usage.memoryAvailableBytes), "Free": .number(usage.memoryFreeBytes),
        "Total": .number(usage.memoryTotalBytes),
        "Used": .number(usage.memoryTotalBytes - min(usage.memoryTotalBytes, usage.memoryAvailableBytes)),
      ],
      "Timestamp": .nanoseconds(agent.clock.now()), "Uptime": .number(usage.uptimeSeconds),
    ])
  }
}

extension DriverInfo {
  /// The driver as clients read it.
  func json(since time: Timestamp) -> JSON {
    let description =
      failure?.description
      ?? fingerprint.flatMap { $0.description.isEmpty ? nil : $0.description }
      ?? (health == .healthy ? "Healthy" : "")
    var attributes = fingerprint?.attributes ?? [:]
    attributes["driver.\(name)"] = "true"
    return [
      "Attributes": .pairs(attributes), "Detected": .bool(health != .undetected),
      "HealthDescription": .string(description), "Healthy": .bool(health == .healthy),
      "UpdateTime": .time(time),
    ]
  }
}
