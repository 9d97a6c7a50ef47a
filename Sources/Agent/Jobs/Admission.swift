/// Decides which allocations of a job begin when: a few at a time, and no more than there is room for.
///
/// Allocations are known by their place in the job, and begin in that order.
struct Admission {
  /// How much may go on at once.
  struct Limits {
    /// Allocations that have begun and of which no task has run yet.
    var starting: Int
    /// Tasks of allocations that have begun and not ended.
    var tasks: Int
  }

  private let limits: Limits
  private let taskCounts: [Int]
  private var next = 0
  private var end: Int
  private var tasks = 0
  private var starting: Set<Int> = []

  /// Makes an admission to which nothing was admitted yet.
  ///
  /// - Parameter taskCounts: The number of tasks of each allocation.
  init(taskCounts: [Int], limits: Limits) {
    self.taskCounts = taskCounts
    self.limits = limits
    end = taskCounts.count
  }

  /// How many wait to begin.
  var waiting: Int { end - next }

  /// The places of the allocations that begin now.
  mutating func admit() -> Range<Int> {
    let first = next
    while next < end, starting.count < limits.starting {
      // An allocation that is larger than the limit runs alone.
      guard tasks == 0 || tasks + taskCounts[next] <= limits.tasks else { break }
      tasks += taskCounts[next]
      starting.insert(next)
      next += 1
    }
    return first..<next
  }

  /// A task of the allocation has run, or waits for its next try.
  mutating func hasStarted(_ place: Int) { starting.remove(place) }

  /// The allocation has ended.
  mutating func hasEnded(_ place: Int) {
    starting.remove(place)
    tasks -= taskCounts[place]
  }

  /// Admits no more.
  /// - Returns: the places that were waiting.
  @discardableResult
  mutating func stop() -> Range<Int> {
    defer { end = next }
    return next..<end
  }
}
