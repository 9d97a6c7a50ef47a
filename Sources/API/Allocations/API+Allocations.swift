import Agent
import Jobs
import Lifecycle
import Runner

/// Reading allocations.
extension API {
  /// The allocation that a path names.
  ///
  /// - Parameter missing: What the client is told when there is none.
  func allocation(_ request: APIRequest, missing: String? = nil) throws(APIError) -> AllocationSnapshot {
    let id = request["allocation"]
    try checkID(id, "alloc")
    guard let allocation = jobs.allocation(id.lowercased()) else {
      throw .notFound(missing ?? "Unknown allocation \"\(id)\"")
    }
    return allocation
  }

  /// `GET /v1/allocations`
  func listAllocations(_ request: APIRequest) async throws -> APIResponse {
    let query = try ListQuery(request.query)
    try checkIDPrefix(query.prefix)
    let namespace = request.namespace
    return try await read(request, .allocations) {
      let all = jobs.allocations.filter { allocation in
        allocation.id.hasPrefix(query.prefix.lowercased())
          && (namespace == nil || allocation.identity.job.namespace == namespace)
      }
      return try allocationList(all, query, request)
    }
  }

  /// A list of allocations as a client wants it.
  func allocationList(
    _ all: [AllocationSnapshot], _ query: ListQuery, _ request: APIRequest
  ) throws(APIError) -> Reading {
    let withResources = try request.query.flag("resources") ?? false
    let withTasks = try request.query.flag("task_states") ?? true
    let page = try ListPage(
      all, query, token: { "\(padded($0.createIndex)).\($0.id)" },
      json: { $0.stub(on: node, withResources: withResources, withTasks: withTasks) })
    return page.reading(index: all.map(\.modifyIndex).max() ?? jobs.index(of: .allocations))
  }

  /// A number as text that sorts as numbers do.
  func padded(_ index: UInt64) -> String {
    let text = String(index)
    return String(repeating: "0", count: max(0, 20 - text.count)) + text
  }

  /// `GET /v1/allocation/ID`
  func readAllocation(_ request: APIRequest) async throws -> APIResponse {
    try await read(request, .allocations) {
      let allocation = try allocation(request, missing: "alloc not found")
      return .json(allocation.json(on: node), index: allocation.modifyIndex)
    }
  }

  /// `GET /v1/evaluations`
  func listEvaluations(_ request: APIRequest) async throws -> APIResponse {
    let query = try ListQuery(request.query)
    try checkIDPrefix(query.prefix)
    let status = request.query.text("status")
    let job = request.query.text("job")
    let namespace = request.namespace
    return try await read(request, .evaluations) {
      try evaluationList(
        jobs.evaluations.filter { evaluation in
          evaluation.id.hasPrefix(query.prefix.lowercased()) && (job == nil || evaluation.key.id == job)
            && (status == nil || status == (evaluation.isBlocked ? "blocked" : "complete"))
            && (namespace == nil || evaluation.key.namespace == namespace)
        }, query)
    }
  }

  /// A list of evaluations as a client wants it.
  func evaluationList(_ all: [EvaluationSnapshot], _ query: ListQuery) throws(APIError) -> Reading {
    let page = try ListPage(
      all, query, token: { "\(padded($0.createIndex)).\($0.id)" },
      json: { $0.json(placed: placed(by: $0), on: node) })
    return page.reading(index: all.map(\.modifyIndex).max() ?? jobs.index(of: .evaluations))
  }

  /// How many allocations an evaluation has placed, by group.
  private func placed(by evaluation: EvaluationSnapshot) -> [String: Int] {
    jobs.allocations(of: evaluation.key).reduce(into: [:]) { counts, allocation in
      if allocation.evaluation == evaluation.id { counts[allocation.identity.group.name, default: 0] += 1 }
    }
  }

  private func evaluation(_ request: APIRequest) throws(APIError) -> EvaluationSnapshot {
    let id = request["evaluation"]
    try checkID(id, "eval")
    guard let evaluation = jobs.evaluations.first(where: { $0.id == id.lowercased() }) else {
      throw .notFound("eval not found")
    }
    return evaluation
  }

  /// `GET /v1/evaluation/ID`
  func readEvaluation(_ request: APIRequest) async throws -> APIResponse {
    try await read(request, .evaluations) {
      let evaluation = try evaluation(request)
      return .json(evaluation.json(placed: placed(by: evaluation), on: node), index: evaluation.modifyIndex)
    }
  }

  /// `GET /v1/evaluation/ID/allocations`
  func listEvaluationAllocations(_ request: APIRequest) async throws -> APIResponse {
    let query = try ListQuery(request.query)
    return try await read(request, .allocations) {
      let id = request["evaluation"]
      try checkID(id, "eval")
      return try allocationList(jobs.allocations.filter { $0.evaluation == id.lowercased() }, query, request)
    }
  }
}
