import Agent
import Jobs
import Lifecycle

extension EvaluationSnapshot {
  /// The evaluation as clients read it.
  ///
  /// - Parameter placed: How many allocations it has placed, by group.
  func json(placed: [String: Int], on node: NodeState) -> JSON {
    var members: [JSON.Member] = [
      JSON.Member("CreateIndex", .number(createIndex)), JSON.Member("CreateTime", .nanoseconds(createdAt)),
      JSON.Member("DeploymentID", .string("")),
      JSON.Member("ID", .string(id)), JSON.Member("JobID", .string(key.id)),
      JSON.Member("JobModifyIndex", .number(jobModifyIndex)),
      JSON.Member("ModifyIndex", .number(modifyIndex)),
      JSON.Member("ModifyTime", .nanoseconds(createdAt)), JSON.Member("Namespace", .string(key.namespace)),
      JSON.Member(
        "PlanAnnotations",
        ["DesiredTGUpdates": .map(placed) { Self.updates(placed: $0) }, "PreemptedAllocs": .null]),
      JSON.Member("Priority", .number(priority)),
      JSON.Member(
        "QueuedAllocations",
        .map(placed.mapValues { _ in 0 }.merging(refusals.mapValues { _ in 1 }) { $1 }) { .int(Int64($0)) }),
      JSON.Member("SnapshotIndex", .number(createIndex)),
      JSON.Member("Status", .string(isBlocked ? "blocked" : "complete")),
      JSON.Member("TriggeredBy", .string(trigger.rawValue)), JSON.Member("Type", .string(type.rawValue)),
    ]
    if !refusals.isEmpty {
      members.append(
        JSON.Member(
          "FailedTGAllocs",
          .map(refusals) {
            PlacementMetrics(refusal: $0, datacenter: node.datacenter, nodeID: node.id).json
          }))
    }
    return .object(members)
  }

  private static func updates(placed: Int) -> JSON {
    var updates = GroupUpdates()
    updates.placed = placed
    return .value(updates.json)
  }
}
