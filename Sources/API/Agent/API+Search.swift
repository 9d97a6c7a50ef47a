import Agent
import Jobs
import Lifecycle
import Runner

/// Finding things by the beginning of their id, or by a part of their name.
extension API {
  /// `POST /v1/search`
  func search(_ request: APIRequest) async throws -> APIResponse {
    let fields = try request.fields()
    let prefix = try fields.string("Prefix") ?? ""
    let wanted = try SearchContext.named(fields.string("Context"))
    var matches = SearchMatches()
    for context in wanted {
      matches.add(
        context.rawValue,
        ids(context, request.namespace).filter { $0.lowercased().hasPrefix(prefix.lowercased()) }
          .map { .string($0) })
    }
    let index = jobs.index
    return .json(matches.json(index: index), index: index, isRead: true)
  }

  /// The ids of everything of a kind.
  private func ids(_ context: SearchContext, _ namespace: String?) -> [String] {
    switch context {
    case .allocations:
      jobs.allocations.filter { namespace == nil || $0.key.namespace == namespace }.map(\.id)
    case .jobs: jobs.jobs.filter { namespace == nil || $0.key.namespace == namespace }.map(\.job.id)
    case .evaluations:
      jobs.evaluations.filter { namespace == nil || $0.key.namespace == namespace }.map(\.id)
    case .nodes: [node.id]
    case .nodePools: ["all", "default"]
    case .namespaces: ["default"]
    case .deployment, .plugins, .volumes, .scalingPolicies, .variables, .hostVolumes: []
    }
  }

  /// `POST /v1/search/fuzzy`
  func searchFuzzily(_ request: APIRequest) async throws -> APIResponse {
    let fields = try request.fields()
    let text = (try fields.string("Text") ?? "").lowercased()
    guard text.utf8.count >= 2 else {
      throw APIError.badRequest("fuzzy search query must be at least 2 characters, got \(text.utf8.count)")
    }
    let context = try fields.string("Context")
    // Of things that have only an id, the beginning counts.
    var found: [String: [JSON]] = [:]
    func add(_ kind: String, _ name: String, _ scope: [String]) {
      guard name.lowercased().contains(text) else { return }
      found[kind, default: []].append(["ID": .string(name), "Scope": .strings(scope)])
    }
    for snapshot in jobs.jobs where request.namespace == nil || snapshot.key.namespace == request.namespace {
      let job = snapshot.job
      add("jobs", job.name, [job.namespace, job.id])
      for group in job.groups {
        add("groups", group.name, [job.namespace, job.id])
        for service in group.services { add("services", service.name, [job.namespace, job.id, group.name]) }
        for task in group.tasks {
          add("tasks", task.name, [job.namespace, job.id, group.name])
          for service in task.services {
            add("services", service.name, [job.namespace, job.id, group.name, task.name])
          }
        }
      }
    }
    add("nodes", node.name, [node.id])
    add("namespaces", "default", [])
    for pool in ["all", "default"] { add("node_pools", pool, []) }
    for allocation in jobs.allocations
    where request.namespace == nil || allocation.key.namespace == request.namespace {
      add("allocs", allocation.identity.name, [allocation.key.namespace, allocation.id])
    }
    var matches = SearchMatches()
    let isAll = context == nil || context == "" || context == "all"
    for kind in found.keys.sorted() where isAll || kind == context { matches.add(kind, found[kind] ?? []) }
    let index = jobs.index
    return .json(matches.json(index: index), index: index, isRead: true)
  }
}
