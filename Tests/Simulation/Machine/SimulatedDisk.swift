import Jobs
import Lifecycle
import State

/// The state file of a data directory: what was committed stays whatever is killed, the rest never was.
///
/// It does what the database does with a batch, constraints included.
struct SimulatedDisk {
  struct Row {
    var placement: StateBatch.Placement
    var record: AllocationRecord?
  }

  struct TaskRow {
    var record: TaskRecord
    var boot: Int
  }

  private(set) var definitions: [StateBatch.JobKey: StateBatch.Definition] = [:]
  private(set) var allocations: [String: Row] = [:]
  private(set) var tasks: [StateBatch.TaskKey: TaskRow] = [:]

  /// Whether nothing is stored.
  var isEmpty: Bool { definitions.isEmpty && allocations.isEmpty && tasks.isEmpty }

  func task(_ name: String, of allocation: String) -> TaskRecord? {
    tasks[StateBatch.TaskKey(allocation: allocation, task: name)]?.record
  }

  /// Commits a batch.
  ///
  /// - Returns: why the database would have refused it; nil when it would not.
  mutating func commit(_ batch: StateBatch, boot: Int) -> String? {
    for id in batch.removals {
      allocations[id] = nil
      for key in tasks.keys where key.allocation == id { tasks[key] = nil }
    }
    for key in batch.obsoleteDefinitions {
      if allocations.values.contains(where: { $0.placement.job == key }) {
        return "the definition of \(key.id) is removed while an allocation needs it"
      }
      definitions[key] = nil
    }
    for (key, definition) in batch.definitions where definitions[key] == nil { definitions[key] = definition }
    for placement in batch.placements where allocations[placement.id] == nil {
      guard definitions[placement.job] != nil else { return "\(placement.id) is placed without its job" }
      allocations[placement.id] = Row(placement: placement)
    }
    for (id, record) in batch.allocations { allocations[id]?.record = record }
    for (key, record) in batch.tasks {
      guard allocations[key.allocation] != nil else {
        return "\(key.task) is stored without its allocation \(key.allocation)"
      }
      tasks[key] = TaskRow(record: record, boot: boot)
    }
    return nil
  }

  // MARK: What an agent finds

  /// What is stored, after it went through its encoding.
  func contents() throws -> [StoredJob] {
    try definitions.sorted { ($0.key.id, $0.key.version) < ($1.key.id, $1.key.version) }.map {
      key, definition in
      let rows = allocations.values.filter { $0.placement.job == key }.sorted {
        $0.placement.index < $1.placement.index
      }
      return StoredJob(
        job: try definition.decoded(), version: key.version, artifactBase: definition.artifactBase,
        allocations: try rows.map { row in
          let id = row.placement.id
          let stored = tasks.filter { $0.key.allocation == id }.sorted { $0.key.task < $1.key.task }
          return StoredAllocation(
            id: id, group: row.placement.group, index: row.placement.index, record: try row.record?.reread(),
            tasks: try stored.map {
              StoredTask(
                name: $0.key.task, record: try $0.value.record.reread(), bootID: "boot \($0.value.boot)")
            })
        })
    }
  }

  /// What a store begins with.
  func index() -> AllocationIndex {
    var index = AllocationIndex()
    for (key, definition) in definitions.sorted(by: { $0.key.version < $1.key.version }) {
      index.add(key, digest: definition.digest)
    }
    for (id, row) in allocations { index.add(id, of: row.placement.job) }
    return index
  }
}
