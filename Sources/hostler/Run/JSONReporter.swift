import Agent
import FoundationEssentials
import Jobs
import Lifecycle
import Runner

/// One JSON object a line, for programs. Each has `type` and `time` (nanoseconds since 1970).
struct JSONReporter: RunReporter {
  private let terminal: Terminal
  private let clock: any RunnerClock
  private let encoder = JSONEncoder()

  init(terminal: Terminal, clock: any RunnerClock) {
    self.terminal = terminal
    self.clock = clock
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  }

  private struct Record: Encodable {
    var type: String
    var time: Int64
    var job: String?
    var allocation: String?
    var allocationName: String?
    var task: String?
    var event: String?
    var message: String?
    var details: [String: String]?
    var state: String?
    var failed: Bool?
    var restarts: Int?
    var status: String?
    var description: String?
    var stream: String?
    var line: String?
    var allocations: [String]?
    var exitCode: Int32?

    enum CodingKeys: String, CodingKey {
      case type, time, job, allocation, task, event, message, details, state, failed, restarts, status
      case description, stream, line, allocations
      case allocationName = "allocation_name"
      case exitCode = "exit_code"
    }
  }

  private func write(_ record: Record) {
    do {
      terminal.write(String(decoding: try encoder.encode(record), as: UTF8.self) + "\n")
    } catch {
      Terminal.writeError("hostler: a record could not be written as JSON: \(error)")
    }
  }

  private func record(_ type: String, _ allocation: AllocationIdentity? = nil, task: String? = nil) -> Record
  {
    Record(
      type: type, time: clock.now().nanosecondsSinceEpoch, job: allocation?.job.id,
      allocation: allocation?.id,
      allocationName: allocation?.name, task: task)
  }

  mutating func begin(_ run: JobRun) {
    var record = record("begin")
    record.job = run.job.id
    record.allocations = run.allocations.map { $0.identity.id }
    write(record)
  }

  mutating func change(_ change: JobChange) {
    switch change.change {
    case .taskEvent(let task, let event):
      var record = record("event", change.allocation, task: task)
      record.time = event.time.nanosecondsSinceEpoch
      record.event = event.kind.rawValue
      record.message = event.message
      record.details = event.details
      write(record)
    case .taskChanged(let task, let state):
      var record = record("task", change.allocation, task: task)
      record.state = state.phase.rawValue
      record.failed = state.failed
      record.restarts = state.restarts
      write(record)
    case .statusChanged(let status, let description):
      var record = record("allocation", change.allocation)
      record.status = status.rawValue
      record.description = description
      write(record)
    case .ended: break
    }
  }

  mutating func output(_ line: OutputLine) {
    var record = record("output", line.allocation, task: line.task)
    record.stream = line.stream.rawValue
    record.line = line.text
    write(record)
  }

  mutating func notice(_ text: String) {
    var record = record("notice")
    record.message = text
    write(record)
  }

  mutating func tick() {}

  mutating func end(_ outcome: JobOutcome, interrupted: Bool) {
    let summary = RunSummary(outcome, interrupted: interrupted)
    var record = record("end")
    record.message = summary.sentence
    record.exitCode = summary.exitCode
    write(record)
  }
}
