import Agent
import Jobs
import Lifecycle
import Runner

/// Follows the output of the tasks that run. For one reader, on a thread that may block.
struct OutputFollower {
  private struct Key: Hashable {
    var allocation: String
    var task: String
  }

  private struct Followed {
    var identity: AllocationIdentity
    var stdout: LogTail
    var stderr: LogTail
  }

  private let logDirectories: [String: String]
  private var followed: [Key: Followed] = [:]

  /// Prepares to follow the tasks of a run; follows none yet.
  init(_ run: JobRun) {
    logDirectories = Dictionary(
      uniqueKeysWithValues: run.allocations.map { ($0.identity.id, $0.directory.logs) })
  }

  /// How many tasks are followed.
  var count: Int { followed.count }

  /// Follows a task that starts, and gives what is left of one that has ended.
  mutating func take(_ change: JobChange, _ body: (OutputLine) -> Void) throws(FileError) {
    switch change.change {
    case .taskEvent(let task, let event) where event.kind == .started: follow(task, of: change.allocation)
    case .taskEvent(let task, let event) where event.kind == .terminated:
      let key = Key(allocation: change.allocation.id, task: task)
      guard var entry = followed[key] else { return }
      try read(&entry, task: task, body)
      followed[key] = entry
    case .taskChanged(let task, let state) where state.phase == .dead:
      let key = Key(allocation: change.allocation.id, task: task)
      guard var entry = followed[key] else { return }
      try read(&entry, task: task, body)
      entry.stdout.finish {
        body(OutputLine(allocation: entry.identity, task: task, stream: .stdout, text: $0))
      }
      entry.stderr.finish {
        body(OutputLine(allocation: entry.identity, task: task, stream: .stderr, text: $0))
      }
      followed[key] = entry
      ended.insert(key)
    default: break
    }
  }

  private var ended: Set<Key> = []

  /// Gives what all followed tasks have written since the last time.
  mutating func readAll(_ body: (OutputLine) -> Void) throws(FileError) {
    for (key, var entry) in followed where !ended.contains(key) {
      try read(&entry, task: key.task, body)
      followed[key] = entry
    }
  }

  private mutating func follow(_ task: String, of allocation: AllocationIdentity) {
    let key = Key(allocation: allocation.id, task: task)
    ended.remove(key)
    guard followed[key] == nil, let logs = logDirectories[allocation.id],
      let definition = allocation.group.tasks.first(where: { $0.name == task }), !definition.logs.disabled
    else { return }
    followed[key] = Followed(
      identity: allocation, stdout: LogTail(directory: logs, name: task + ".stdout"),
      stderr: LogTail(directory: logs, name: task + ".stderr"))
  }

  private func read(_ entry: inout Followed, task: String, _ body: (OutputLine) -> Void) throws(FileError) {
    let identity = entry.identity
    try entry.stdout.readLines {
      body(OutputLine(allocation: identity, task: task, stream: .stdout, text: $0))
    }
    try entry.stderr.readLines {
      body(OutputLine(allocation: identity, task: task, stream: .stderr, text: $0))
    }
  }
}
