import Agent
import DriverHost
import HCL
import Jobs
import Lifecycle
import Runner

/// How the agent is doing, in numbers.
extension API {
  /// `GET /v1/metrics`
  func readMetrics(_ request: APIRequest) async throws -> APIResponse {
    let metrics = await metrics()
    switch request.query.text("format") {
    case "prometheus":
      return .text(metrics.prometheus, contentType: "text/plain; version=0.0.4; charset=utf-8")
    case nil, "json":
      let now = agent.clock.now()
      let text = rfc3339Text(nanosecondsSinceEpoch: now.nanosecondsSinceEpoch)
      return .json(metrics.json(at: now, "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) +0000 UTC"))
    case let format?: throw APIError.badRequest("format must be json or prometheus, and is \"\(format)\"")
    }
  }

  private func metrics() async -> Metrics {
    var metrics = Metrics()
    let labels = [
      "datacenter": node.datacenter, "host": node.name, "node_class": "none", "node_id": node.id,
      "node_pool": "default", "node_scheduling_eligibility": "eligible", "node_status": "ready",
    ]
    func add(_ name: String, _ help: String, _ value: Int, _ more: [String: String] = [:]) {
      metrics.gauges.append(
        Metrics.Gauge(name: name, help: help, value: Double(value), labels: labels.merging(more) { $1 }))
    }
    let allocations = jobs.allocations
    for status in ClientStatus.allCases {
      add(
        "nomad.client.allocs.\(status.rawValue)", "Allocations that are \(status.rawValue).",
        allocations.count { $0.status == status })
    }
    let open = allocations.filter { !$0.hasEnded }.flatMap(\.identity.group.tasks)
    add(
      "nomad.client.allocated.cpu", "Processor share of allocations in MHz.",
      open.reduce(0) { $0 + $1.resources.cpuMHz })
    add(
      "nomad.client.allocated.memory", "Memory of allocations in MB.",
      open.reduce(0) { $0 + $1.resources.memoryMB })
    let all = jobs.jobs
    for status in ["pending", "running", "dead"] {
      add(
        "nomad.nomad.job_status.\(status)", "Jobs that are \(status).",
        all.count { $0.status.rawValue == status })
    }
    let (memory, descriptors) = await onDiskThread {
      (HostUsage.ownMemoryBytes(), HostUsage.ownDescriptorCount())
    }
    add("hostler.agent.memory.resident_bytes", "Memory of the agent itself.", memory)
    add("hostler.agent.descriptors", "Descriptors that the agent has open.", descriptors)
    add("hostler.agent.index", "The index of the newest change.", Int(clamping: jobs.index))
    add(
      "hostler.agent.uptime_seconds", "How long the agent has run.",
      Int(startedAt.durationUntil(agent.clock.now()).components.seconds))
    for driver in agent.drivers.all {
      add(
        "hostler.driver.healthy", "Whether a driver takes tasks.", driver.health == .healthy ? 1 : 0,
        ["driver": driver.name])
    }
    return metrics
  }
}
