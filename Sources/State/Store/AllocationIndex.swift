/// Which allocations there are and which definition of which job each was placed from; so that a
/// definition is stored once for all its allocations, and goes with the last of them.
public struct AllocationIndex: Sendable {
  private struct JobID: Hashable {
    var namespace: String
    var id: String
  }

  private struct Version {
    var number: Int
    var digest: [UInt8]
    var allocations: Int
  }

  private var versions: [JobID: [Version]] = [:]
  private var jobs: [String: StateBatch.JobKey] = [:]

  /// Makes an index of nothing.
  public init() {}

  /// Adds a definition that is stored.
  package mutating func add(_ key: StateBatch.JobKey, digest: [UInt8]) {
    versions[JobID(namespace: key.namespace, id: key.id), default: []]
      .append(Version(number: key.version, digest: digest, allocations: 0))
  }

  /// Adds an allocation that is stored.
  package mutating func add(_ allocation: String, of key: StateBatch.JobKey) {
    jobs[allocation] = key
    count(1, of: key)
  }

  package func contains(_ allocation: String) -> Bool { jobs[allocation] != nil }

  /// Adds new allocations; the key of their definition, and whether that is new too.
  mutating func place(
    _ allocations: [String], of job: EncodedJob
  ) -> (key: StateBatch.JobKey, isNew: Bool) {
    let id = JobID(namespace: job.namespace, id: job.id)
    let known = versions[id] ?? []
    let same = known.first { $0.digest == job.definition.digest }
    let number = same?.number ?? (known.map(\.number).max() ?? -1) + 1
    let key = StateBatch.JobKey(namespace: job.namespace, id: job.id, version: number)
    if same == nil { add(key, digest: job.definition.digest) }
    for allocation in allocations { add(allocation, of: key) }
    return (key, same == nil)
  }

  /// Takes an allocation out; the key of its definition when nobody needs that any more.
  mutating func remove(_ allocation: String) -> StateBatch.JobKey? {
    guard let key = jobs.removeValue(forKey: allocation), count(-1, of: key) == 0 else { return nil }
    versions[JobID(namespace: key.namespace, id: key.id)]?.removeAll { $0.number == key.version }
    return key
  }

  @discardableResult
  private mutating func count(_ change: Int, of key: StateBatch.JobKey) -> Int {
    let id = JobID(namespace: key.namespace, id: key.id)
    guard let place = versions[id]?.firstIndex(where: { $0.number == key.version }) else { return 0 }
    versions[id]?[place].allocations += change
    return versions[id]?[place].allocations ?? 0
  }
}
