import Agent
import Jobs
import Lifecycle
import Runner

/// Follows the output of the tasks that run. For one reader, on a thread that may block.
struct OutputFollower {
  private struct Followed {
    var identity: AllocationIdentity
    var stdout: LogTail
    var stderr: LogTail
    /// Whether the task has ended since it was started last, and all that it wrote until then was given.
    var isRead = false
    /// Whether the task is dead: it may be started again while its allocation lives.
    var isOver = false
  }

  /// How much of one task is shown before others have their turn.
  private static let turnBytes: Int64 = 1 << 20

  private let run: JobRun
  /// By allocation and task, until the allocation has ended.
  private var followed: [String: [String: Followed]] = [:]

  /// Prepares to follow the tasks of a run; follows none yet.
  init(_ run: JobRun) {
    self.run = run
  }

  /// Follows a task that starts, and gives what is left of one that has ended.
  mutating func take(_ change: JobChange, _ body: (OutputLine) -> Void) throws(FileError) {
    let allocation = change.allocation.id
    switch change.change {
    case .taskEvent(let task, let event) where event.kind == .started: follow(task, of: change.allocation)
    case .taskEvent(let task, let event) where event.kind == .terminated:
      guard var entry = followed[allocation]?[task] else { return }
      _ = try Self.read(&entry, task: task, upTo: .max, body)
      // The end is told when the output is in its files.
      entry.isRead = true
      followed[allocation]?[task] = entry
    case .taskChanged(let task, let state) where state.phase == .dead:
      guard var entry = followed[allocation]?[task], !entry.isOver else { return }
      if !entry.isRead { _ = try Self.read(&entry, task: task, upTo: .max, body) }
      entry.stdout.finish {
        body(OutputLine(allocation: entry.identity, task: task, stream: .stdout, piece: $0))
      }
      entry.stderr.finish {
        body(OutputLine(allocation: entry.identity, task: task, stream: .stderr, piece: $0))
      }
      entry.isOver = true
      followed[allocation]?[task] = entry
    case .ended: followed[allocation] = nil
    default: break
    }
  }

  /// Gives of what all followed tasks have written since the last time.
  ///
  /// - Returns: whether there is more to be read at once.
  mutating func readAll(_ body: (OutputLine) -> Void) throws(FileError) -> Bool {
    var hasMore = false
    for (allocation, tasks) in followed {
      for (task, var entry) in tasks where !entry.isOver {
        if try Self.read(&entry, task: task, upTo: Self.turnBytes, body) { hasMore = true }
        followed[allocation]?[task] = entry
      }
    }
    return hasMore
  }

  private mutating func follow(_ task: String, of allocation: AllocationIdentity) {
    guard followed[allocation.id]?[task] == nil else {
      followed[allocation.id]?[task]?.isOver = false
      followed[allocation.id]?[task]?.isRead = false
      return
    }
    guard let logs = allocation.group.tasks.first(where: { $0.name == task })?.logs, !logs.disabled
    else { return }
    let directory = run.directory(of: allocation).logs
    let limit = Int64(logs.maxFileSizeMB) << 20
    followed[allocation.id, default: [:]][task] = Followed(
      identity: allocation,
      stdout: LogTail(directory: directory, name: task + ".stdout", fileLimitBytes: limit),
      stderr: LogTail(directory: directory, name: task + ".stderr", fileLimitBytes: limit))
  }

  private static func read(
    _ entry: inout Followed, task: String, upTo bytes: Int64, _ body: (OutputLine) -> Void
  ) throws(FileError) -> Bool {
    let identity = entry.identity
    let more = try entry.stdout.read(upTo: bytes) {
      body(OutputLine(allocation: identity, task: task, stream: .stdout, piece: $0))
    }
    let moreErrors = try entry.stderr.read(upTo: bytes) {
      body(OutputLine(allocation: identity, task: task, stream: .stderr, piece: $0))
    }
    return more || moreErrors
  }
}
