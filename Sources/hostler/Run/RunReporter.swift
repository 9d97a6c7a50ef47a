import Agent
import Lifecycle
import Runner

/// Shows a run to whoever started it.
protocol RunReporter {
  /// The run begins.
  mutating func begin(_ run: JobRun)
  /// Something changed.
  mutating func change(_ change: JobChange)
  /// A task wrote a line.
  mutating func output(_ line: OutputLine)
  /// Something that the person should know, and that is about no task.
  mutating func notice(_ text: String)
  /// Time has passed.
  mutating func tick()
  /// Nothing runs any more.
  mutating func end(_ outcome: JobOutcome, interrupted: Bool)
}

/// A line that a task wrote.
struct OutputLine: Sendable {
  enum Stream: String, Sendable {
    case stdout, stderr
  }

  var allocation: AllocationIdentity
  var task: String
  var stream: Stream
  var text: String
}

extension TaskEvent {
  /// The event in a few words, as the plain and the live view show it.
  var summary: String {
    message.isEmpty ? kind.rawValue : "\(kind.rawValue): \(message)"
  }

  /// Whether the event tells of something that went wrong.
  var isBad: Bool {
    switch kind {
    case .artifactDownloadFailed, .validationFailed, .setupFailure, .driverFailure, .notRestarting,
      .siblingFailed,
      .hookFailed, .restoreFailed, .diskExceeded, .pluginUnhealthy:
      true
    case .terminated: details["exit_code"] != "0" || details["signal"] ?? "0" != "0"
    default: false
    }
  }
}
