import Agent
import DriverHost
import Runner
import Synchronization

/// This host as a node that clients ask about.
final class NodeState: Sendable {
  /// The node's id, the same from one agent to the next.
  let id: String
  /// What is known of the host.
  let facts: HostFacts
  /// What the host has.
  let resources: NodeResources
  /// The last look at the processors, to tell what they did since.
  private let usage = Mutex<[HostUsage.Processor]>([])

  /// The node's name.
  var name: String { facts.nodeName }
  /// The node's datacenter.
  var datacenter: String { facts.datacenter }
  /// The index at which the node was registered.
  var createIndex: UInt64 { 1 }

  init(id: String, facts: HostFacts, resources: NodeResources) {
    self.id = id
    self.facts = facts
    self.resources = resources
  }

  /// Reads the node's id in the agent's data directory, and makes one when there is none.
  convenience init(_ agent: HostAgent) async throws(FileError) {
    let directory = agent.dataDirectory
    let (id, resources) = try await onDiskThread { () throws(FileError) in
      (try directory.nodeID(), NodeResources(diskOf: directory.path))
    }
    self.init(id: id, facts: agent.host, resources: resources)
  }

  /// Remembers a look at the processors.
  ///
  /// - Returns: the look before it.
  func exchange(_ processors: [HostUsage.Processor]) -> [HostUsage.Processor] {
    usage.withLock { before in
      defer { before = processors }
      return before
    }
  }
}

/// What a host has for tasks.
struct NodeResources: Sendable {
  var processorMHz: Int
  var coreMHz: Int
  var cores: Int
  var processorModel: String
  var memoryMB: Int
  var diskMB: Int
  var addresses: [HostAddress]

  /// Looks at this host. Blocks on small files.
  init(diskOf path: String) {
    let usage = HostUsage(diskOf: path)
    let processor = HostUsage.processorMHz()
    processorMHz = processor.total
    coreMHz = processor.each
    processorModel = processor.model
    cores = max(1, usage.processors.count)
    memoryMB = Int(usage.memoryTotalBytes >> 20)
    diskMB = Int(usage.disk.availableBytes >> 20)
    addresses = HostAddress.all()
  }

  /// The address that others reach this host at; nil when it has only its own.
  var address: String? { (addresses.first { !$0.isVersion6 } ?? addresses.first)?.address }

  /// What a node has, as clients read it.
  var json: JSON {
    [
      "Cpu": [
        "CpuShares": .number(processorMHz), "ReservableCpuCores": .array((0..<cores).map { .number($0) }),
        "TotalCpuCores": .number(cores),
      ],
      "Devices": .null, "Disk": ["DiskMB": .number(diskMB)], "MaxDynamicPort": .int(32_000),
      "Memory": ["MemoryMB": .number(memoryMB)], "MinDynamicPort": .int(20_000),
      "Networks": .array(
        addresses.map { address in
          [
            "CIDR": .string("\(address.address)/\(address.prefixBits)"), "Device": .string(address.device),
            "IP": .string(address.address), "MBits": .int(1000), "Mode": .string("host"),
          ]
        }),
      "NodeNetworks": .array(
        addresses.map { address in
          [
            "Addresses": [
              [
                "Address": .string(address.address), "Alias": .string("default"),
                "Family": .string(address.isVersion6 ? "ipv6" : "ipv4"), "Gateway": .string(""),
                "ReservedPorts": .string(""),
              ]
            ], "Device": .string(address.device), "MacAddress": .string(""), "Mode": .string("host"),
            "Speed": .int(1000),
          ]
        }),
      "Processors": [
        "Topology": [
          "Cores": .array(
            (0..<cores).map { core in
              [
                "BaseSpeed": .number(coreMHz), "Disable": .bool(false), "Grade": .bool(true),
                "GuessSpeed": .int(0), "ID": .number(core), "MaxSpeed": .int(0), "NodeID": .int(0),
                "SocketID": .int(0),
              ]
            }), "Distances": .null, "Nodes": [.int(0)], "OverrideTotalCompute": .number(processorMHz),
          "OverrideWitholdCompute": .int(0),
        ]
      ],
    ]
  }

  /// What is kept back for the host itself: nothing.
  static let reserved: JSON = [
    "Cpu": ["CpuShares": .int(0), "ReservedCpuCores": .null], "Disk": ["DiskMB": .int(0)],
    "Memory": ["MemoryMB": .int(0)], "Networks": ["ReservedHostPorts": .string("")],
  ]
}
