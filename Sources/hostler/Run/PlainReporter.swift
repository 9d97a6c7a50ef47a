import Agent
import Jobs
import Lifecycle
import Runner

/// One line for each event and each line of output: for pipes, files and logs.
struct PlainReporter: RunReporter {
  private var buffer: OutputBuffer
  private let clock: any RunnerClock
  private var labels = TaskLabels(.init(id: ""))
  private var beganAt = Timestamp(nanosecondsSinceEpoch: 0)

  init(terminal: Terminal, clock: any RunnerClock) {
    buffer = OutputBuffer(terminal)
    self.clock = clock
  }

  mutating func begin(_ run: JobRun) {
    labels = TaskLabels(run.job)
    beganAt = run.beganAt
    let count = run.identities.count
    buffer.write(
      "job \(run.job.id.withoutControlCharacters): \(count) allocation\(count == 1 ? "" : "s")\n")
  }

  mutating func change(_ change: JobChange) {
    guard case .taskEvent(let task, let event) = change.change, event.kind != .received else { return }
    let label = labels.label(of: task, in: change.allocation).padded(to: labels.width)
    let elapsed = beganAt.durationUntil(event.time)
    buffer.write("\(shortText(elapsed).padded(to: 6)) \(label) * \(event.summary)\n")
  }

  mutating func output(_ line: OutputLine) {
    let label = labels.label(of: line.task, in: line.allocation).padded(to: labels.width)
    let elapsed = shortText(beganAt.durationUntil(clock.now())).padded(to: 6)
    buffer.write(
      "\(elapsed) \(label) \(line.stream == .stderr ? "!" : "|") \(line.shownText)\n")
  }

  mutating func notice(_ text: String) {
    buffer.write("hostler: \(text.withoutControlCharacters)\n")
  }

  mutating func flush() { buffer.flush() }

  mutating func tick() {}

  mutating func end(_ outcome: JobOutcome, interrupted: Bool) {
    let elapsed = shortText(beganAt.durationUntil(clock.now()))
    buffer.write("\(RunSummary(outcome, interrupted: interrupted).sentence) after \(elapsed)\n")
    buffer.flush()
  }
}

/// How a run came out, in words and as an exit code.
struct RunSummary {
  let sentence: String
  let exitCode: Int32

  init(_ outcome: JobOutcome, interrupted: Bool) {
    if interrupted {
      let left = outcome.notBegun
      sentence = "interrupted" + (left == 0 ? "" : "; \(left) allocation\(left == 1 ? "" : "s") not begun")
      exitCode = 130
    } else if outcome.succeeded {
      sentence = "all tasks succeeded"
      exitCode = 0
    } else {
      let names = outcome.failed.prefix(5).map(\.name.withoutControlCharacters).joined(separator: ", ")
      let more = outcome.failed.count > 5 ? " and \(outcome.failed.count - 5) more" : ""
      sentence = "failed: \(names)\(more)"
      exitCode = 1
    }
  }
}
