import Agent
import Jobs
import Runner

/// The names under which a run's tasks are shown: short where that is clear.
struct TaskLabels {
  private let showsGroup: Bool
  private let manyAllocations: Set<String>
  private let places: [String: Int]
  /// The width of the longest label.
  let width: Int

  init(_ job: Job) {
    showsGroup = job.groups.count > 1
    manyAllocations = Set(job.groups.filter { $0.count > 1 }.map(\.name))
    var places: [String: Int] = [:]
    var width = 0
    for group in job.groups {
      let index = group.count > 1 ? "[\(group.count - 1)]".count : 0
      for task in group.tasks {
        places["\(group.name)/\(task.name)"] = places.count
        width = max(width, (job.groups.count > 1 ? group.name.count + 1 : 0) + task.name.count + index)
      }
    }
    self.places = places
    self.width = width
  }

  /// `TASK`, `GROUP/TASK`, `TASK[3]`.
  func label(of task: String, in allocation: AllocationIdentity) -> String {
    let group = allocation.group.name
    let name = (showsGroup ? "\(group)/" : "") + task
    return name.withoutControlCharacters
      + (manyAllocations.contains(group) ? "[\(allocation.index)]" : "")
  }

  /// A number that tells the task from others of the job; the same in each allocation.
  func place(of task: String, in allocation: AllocationIdentity) -> Int {
    places["\(allocation.group.name)/\(task)"] ?? 0
  }
}
