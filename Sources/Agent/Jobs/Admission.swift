/// How many allocations may go on at once.
struct AdmissionLimits {
  /// Allocations that have begun and of which no task has run yet.
  var starting: Int
  /// Tasks of allocations that have begun and not ended.
  var tasks: Int
}

/// Decides which allocations begin when: a few at a time, and no more than there is room for. They begin in the
/// order in which they were added.
struct Admission<ID: Hashable> {
  private let limits: AdmissionLimits
  private var taskCounts: [ID: Int] = [:]
  private var queue: [ID] = []
  private var next = 0
  private var tasks = 0
  private var starting: Set<ID> = []

  /// Makes an admission to which nothing was added yet.
  init(limits: AdmissionLimits) {
    self.limits = limits
  }

  /// How many wait to begin.
  var waiting: Int { queue.count - next }

  /// Adds an allocation of so many tasks to those that wait.
  mutating func add(_ id: ID, tasks: Int) {
    taskCounts[id] = tasks
    queue.append(id)
  }

  /// Adds an allocation that has begun already, whatever the limits say.
  mutating func addBegun(_ id: ID, tasks count: Int) {
    taskCounts[id] = count
    tasks += count
  }

  /// The allocations that begin now.
  mutating func admit() -> [ID] {
    var admitted: [ID] = []
    while next < queue.count, starting.count < limits.starting {
      let count = taskCounts[queue[next]] ?? 0
      // An allocation that is larger than the limit runs alone.
      guard tasks == 0 || tasks + count <= limits.tasks else { break }
      tasks += count
      starting.insert(queue[next])
      admitted.append(queue[next])
      next += 1
    }
    if next == queue.count {
      queue.removeAll(keepingCapacity: true)
      next = 0
    }
    return admitted
  }

  /// A task of the allocation has run, or waits for its next try.
  mutating func hasStarted(_ id: ID) { starting.remove(id) }

  /// The allocation has ended.
  mutating func hasEnded(_ id: ID) {
    starting.remove(id)
    tasks -= taskCounts.removeValue(forKey: id) ?? 0
  }

  /// Takes an allocation out that has not begun.
  /// - Returns: whether it was still waiting.
  mutating func remove(_ id: ID) -> Bool {
    guard let place = queue[next...].firstIndex(of: id) else { return false }
    queue.remove(at: place)
    taskCounts[id] = nil
    return true
  }

  /// Admits nothing of what waits now.
  /// - Returns: those that were waiting.
  @discardableResult
  mutating func stop() -> [ID] {
    defer {
      queue.removeAll()
      next = 0
    }
    return Array(queue[next...])
  }
}
