import Agent
import Lifecycle
import Runner

/// Whether this host takes allocations.
extension API {
  /// `PUT /v1/node/ID/eligibility`
  func setEligibility(_ request: APIRequest) async throws -> APIResponse {
    try checkNode(request)
    let fields = try request.fields()
    let isEligible: Bool
    switch try fields.string("Eligibility") {
    case "eligible": isEligible = true
    case "ineligible": isEligible = false
    case let other: throw APIError.badRequest("invalid scheduling eligibility \"\(other ?? "")\"")
    }
    let drain = jobs.availability.drain
    if isEligible, drain != nil {
      throw APIError.badRequest("can not set node's scheduling eligibility to eligible while it is draining")
    }
    return nodeChanged(try await set(NodeAvailability(isEligible: isEligible, drain: drain)))
  }

  /// `PUT /v1/node/ID/drain`
  func drainNode(_ request: APIRequest) async throws -> APIResponse {
    try checkNode(request)
    let fields = try request.fields()
    guard let specification = try fields.fields("DrainSpec") else {
      let isEligible = try fields.bool("MarkEligible") ?? false
      return nodeChanged(
        try await set(NodeAvailability(isEligible: isEligible || jobs.availability.isEligible)))
    }
    let nanoseconds = try specification.int("Deadline") ?? 0
    let deadline: Duration? =
      switch nanoseconds {
      case ..<0: .zero
      case 0: nil
      default: .nanoseconds(Int64(nanoseconds))
      }
    let drain = NodeDrain(
      deadline: deadline, ignoresSystemJobs: try specification.bool("IgnoreSystemJobs") ?? false,
      startedAt: agent.clock.now())
    return nodeChanged(try await set(NodeAvailability(isEligible: false, drain: drain)))
  }

  private func set(_ new: NodeAvailability) async throws(APIError) -> UInt64 {
    try await availability.change { $0 = new }
    return jobs.setAvailability(new)
  }

  /// `PUT /v1/node/ID/evaluate`
  func evaluateNode(_ request: APIRequest) async throws -> APIResponse {
    try checkNode(request)
    let evaluations = jobs.jobs.compactMap { try? jobs.evaluate($0.key) }.filter { !$0.isEmpty }
    return nodeChanged(jobs.index(of: .evaluations), evaluations: evaluations)
  }

  private func nodeChanged(_ index: UInt64, evaluations: [String] = []) -> APIResponse {
    .json(
      [
        "EvalCreateIndex": evaluations.isEmpty ? .int(0) : .number(index),
        "EvalIDs": evaluations.isEmpty ? .null : .strings(evaluations), "Index": .number(index),
        "NodeModifyIndex": .number(index),
      ], index: index)
  }
}

extension NodeDrain {
  /// The drain as clients read it.
  var json: JSON {
    [
      "Deadline": deadline.map { $0 == .zero ? .int(-1) : .duration($0) } ?? .int(0),
      "ForceDeadline": .time(deadline.map { startedAt.advanced(by: $0) } ?? startedAt),
      "IgnoreSystemJobs": .bool(ignoresSystemJobs), "StartedAt": .time(startedAt),
    ]
  }
}

extension NodeAvailability {
  /// What is stored.
  var stored: JSON {
    [
      "isEligible": .bool(isEligible),
      "drain": drain.map { drain -> JSON in
        [
          "deadline": drain.deadline.map { .duration($0) } ?? .null,
          "ignoresSystemJobs": .bool(drain.ignoresSystemJobs), "startedAt": .nanoseconds(drain.startedAt),
        ]
      } ?? .null,
    ]
  }

  /// Reads what was stored.
  init(stored bytes: [UInt8]) throws(APIError) {
    let fields = try BodyFields(body: bytes)
    self.init(isEligible: try fields.bool("isEligible") ?? true)
    guard let stored = try fields.fields("drain") else { return }
    drain = NodeDrain(
      deadline: try stored.int("deadline").map { .nanoseconds(Int64($0)) },
      ignoresSystemJobs: try stored.bool("ignoresSystemJobs") ?? false,
      startedAt: Timestamp(nanosecondsSinceEpoch: Int64(try stored.int("startedAt") ?? 0)))
  }
}
