import Agent
import Jobs
import Lifecycle
import Runner
import State

/// One JSON object a line, for programs. Each has `type` and `time` (nanoseconds since 1970).
struct JSONReporter: RunReporter {
  private var buffer: OutputBuffer
  private let clock: any RunnerClock

  init(terminal: Terminal, clock: any RunnerClock) {
    buffer = OutputBuffer(terminal)
    self.clock = clock
  }

  private func record(_ type: String, at time: Timestamp? = nil) -> JSONLine {
    var line = JSONLine("type", type)
    line.add("time", (time ?? clock.now()).nanosecondsSinceEpoch)
    return line
  }

  private func record(
    _ type: String, _ allocation: AllocationIdentity, task: String? = nil, at time: Timestamp? = nil
  ) -> JSONLine {
    var line = record(type, at: time)
    line.add("job", allocation.job.id)
    line.add("allocation", allocation.id)
    line.add("allocation_name", allocation.name)
    if let task { line.add("task", task) }
    return line
  }

  mutating func begin(_ run: JobRun) {
    var line = record("begin", at: run.beganAt)
    line.add("job", run.job.id)
    line.add("allocations", run.identities.map(\.id))
    buffer.write(line.finished())
  }

  mutating func change(_ change: JobChange) {
    var line: JSONLine
    switch change.change {
    case .taskEvent(let task, let event):
      line = record("event", change.allocation, task: task, at: event.time)
      line.add("event", event.kind.rawValue)
      line.add("message", event.message)
      line.add("details", event.details)
    case .taskChanged(let task, let state):
      line = record("task", change.allocation, task: task, at: change.time)
      line.add("state", state.phase.rawValue)
      line.add("failed", state.failed)
      line.add("restarts", state.restarts)
    case .statusChanged(let status, let description):
      line = record("allocation", change.allocation, at: change.time)
      line.add("status", status.rawValue)
      line.add("description", description)
    case .ended: return
    }
    buffer.write(line.finished())
  }

  mutating func output(_ output: OutputLine) {
    var line: JSONLine
    switch output.piece {
    case .line(let text):
      line = record("output", output.allocation, task: output.task)
      line.add("line", text)
    case .skipped(let bytes):
      line = record("skipped", output.allocation, task: output.task)
      line.add("bytes", bytes)
    }
    line.add("stream", output.stream.rawValue)
    buffer.write(line.finished())
  }

  mutating func notice(_ text: String) {
    var line = record("notice")
    line.add("message", text)
    buffer.write(line.finished())
  }

  mutating func flush() { buffer.flush() }

  mutating func tick() {}

  /// What the agent's store has done, after everything else.
  mutating func state(_ counts: StoreCounts) {
    var line = record("state")
    line.add("changes", counts.changes)
    line.add("commits", counts.commits)
    line.add("failed_commits", counts.failedCommits)
    buffer.write(line.finished())
    buffer.flush()
  }

  mutating func end(_ outcome: JobOutcome, interrupted: Bool) {
    let summary = RunSummary(outcome, interrupted: interrupted)
    var line = record("end")
    line.add("message", summary.sentence)
    line.add("exit_code", summary.exitCode)
    buffer.write(line.finished())
    buffer.flush()
  }
}
