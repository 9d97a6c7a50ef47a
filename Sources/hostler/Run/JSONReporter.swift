import Agent
import HCL
import Jobs
import Lifecycle
import Runner
import State

/// One JSON object a line, for programs. Each has `type` and `time` (nanoseconds since 1970).
struct JSONReporter: RunReporter {
  private let terminal: Terminal
  private let clock: any RunnerClock

  init(terminal: Terminal, clock: any RunnerClock) {
    self.terminal = terminal
    self.clock = clock
  }

  private func write(_ record: [String: Value]) {
    terminal.write(jsonText(.object(record)) + "\n")
  }

  private func record(
    _ type: String, _ allocation: AllocationIdentity? = nil, task: String? = nil, at time: Timestamp? = nil
  ) -> [String: Value] {
    let time = time ?? clock.now()
    var record: [String: Value] = [
      "type": .string(type), "time": .number(Number(Int(time.nanosecondsSinceEpoch))),
    ]
    if let allocation {
      record["job"] = .string(allocation.job.id)
      record["allocation"] = .string(allocation.id)
      record["allocation_name"] = .string(allocation.name)
    }
    record["task"] = task.map { .string($0) }
    return record
  }

  mutating func begin(_ run: JobRun) {
    var record = record("begin", at: run.beganAt)
    record["job"] = .string(run.job.id)
    record["allocations"] = .tuple(run.identities.map { .string($0.id) })
    write(record)
  }

  mutating func change(_ change: JobChange) {
    switch change.change {
    case .taskEvent(let task, let event):
      var record = record("event", change.allocation, task: task, at: event.time)
      record["event"] = .string(event.kind.rawValue)
      record["message"] = .string(event.message)
      record["details"] = .object(event.details.mapValues { .string($0) })
      write(record)
    case .taskChanged(let task, let state):
      var record = record("task", change.allocation, task: task, at: change.time)
      record["state"] = .string(state.phase.rawValue)
      record["failed"] = .bool(state.failed)
      record["restarts"] = .number(Number(state.restarts))
      write(record)
    case .statusChanged(let status, let description):
      var record = record("allocation", change.allocation, at: change.time)
      record["status"] = .string(status.rawValue)
      record["description"] = .string(description)
      write(record)
    case .ended: break
    }
  }

  mutating func output(_ line: OutputLine) {
    var record: [String: Value]
    switch line.piece {
    case .line(let text):
      record = self.record("output", line.allocation, task: line.task)
      record["line"] = .string(text)
    case .skipped(let bytes):
      record = self.record("skipped", line.allocation, task: line.task)
      record["bytes"] = .number(Number(Int(bytes)))
    }
    record["stream"] = .string(line.stream.rawValue)
    write(record)
  }

  mutating func notice(_ text: String) {
    var record = record("notice")
    record["message"] = .string(text)
    write(record)
  }

  mutating func tick() {}

  /// What the agent's store has done, after everything else.
  func state(_ counts: StoreCounts) {
    var record = record("state")
    record["changes"] = .number(Number(Int(counts.changes)))
    record["commits"] = .number(Number(Int(counts.commits)))
    record["failed_commits"] = .number(Number(Int(counts.failedCommits)))
    write(record)
  }

  mutating func end(_ outcome: JobOutcome, interrupted: Bool) {
    let summary = RunSummary(outcome, interrupted: interrupted)
    var record = record("end")
    record["message"] = .string(summary.sentence)
    record["exit_code"] = .number(Number(Int(summary.exitCode)))
    write(record)
  }
}
