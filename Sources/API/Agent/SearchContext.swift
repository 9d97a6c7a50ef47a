/// A kind of thing that can be searched for, spelled as clients do.
enum SearchContext: String, CaseIterable, Sendable {
  case allocations = "allocs"
  case jobs
  case nodes
  case nodePools = "node_pools"
  case evaluations = "evals"
  case deployment
  case plugins
  case volumes
  case scalingPolicies = "scaling_policy"
  case variables = "vars"
  case namespaces
  case hostVolumes = "host_volumes"

  /// How many matches of a kind are told.
  static let limit = 20

  /// The kinds that a client asks for.
  static func named(_ name: String?) throws(APIError) -> [SearchContext] {
    guard let name, !name.isEmpty, name != "all" else { return allCases }
    guard let context = SearchContext(rawValue: name) else {
      throw .badRequest("context must be all or one of \(allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return [context]
  }
}

/// What was found of each kind.
struct SearchMatches {
  private var matches: [JSON.Member] = []
  private var truncations: [JSON.Member] = []

  /// Adds what was found of a kind, as much as is told.
  mutating func add(_ kind: String, _ found: [JSON]) {
    matches.append(
      JSON.Member(kind, found.isEmpty ? .null : .array(Array(found.prefix(SearchContext.limit)))))
    truncations.append(JSON.Member(kind, .bool(found.count > SearchContext.limit)))
  }

  func json(index: UInt64) -> JSON {
    [
      "Index": .number(index), "KnownLeader": .bool(true), "LastContact": .int(0),
      "Matches": .object(matches), "NextToken": .string(""), "Truncations": .object(truncations),
    ]
  }
}
