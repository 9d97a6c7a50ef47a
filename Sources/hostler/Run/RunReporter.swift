import Agent
import Lifecycle
import Runner

/// Shows a run to whoever started it.
protocol RunReporter {
  /// The run begins.
  mutating func begin(_ run: JobRun)
  /// Something changed.
  mutating func change(_ change: JobChange)
  /// A task wrote a line, or lines of it are lost.
  mutating func output(_ line: OutputLine)
  /// Something that the person should know, and that is about no task.
  mutating func notice(_ text: String)
  /// What was told so far is to be seen now.
  mutating func flush()
  /// Time has passed.
  mutating func tick()
  /// Nothing runs any more.
  mutating func end(_ outcome: JobOutcome, interrupted: Bool)
}

/// A line that a task wrote, or a gap in its output.
struct OutputLine: Sendable {
  enum Stream: String, Sendable {
    case stdout, stderr
  }

  var allocation: AllocationIdentity
  var task: String
  var stream: Stream
  var piece: LogTail.Piece
}

extension OutputLine {
  /// The line or the gap as a person sees it.
  var shownText: String {
    switch piece {
    case .line(let text): text.withoutControlCharacters
    case .skipped(let bytes): "… \(bytes) bytes skipped, rotated away before they were shown"
    }
  }
}

extension TaskEvent {
  /// The event in a few words, as the plain and the live view show it.
  var summary: String {
    let words = messageForPeople.withoutControlCharacters
    return words.isEmpty ? kind.rawValue : "\(kind.rawValue): \(words)"
  }

  /// The message, with a delay as people read it rather than to the nanosecond.
  private var messageForPeople: String {
    guard kind == .restarting, let nanoseconds = details["start_delay"].flatMap(Int64.init) else {
      return message
    }
    let delay = Duration.nanoseconds(nanoseconds)
    return message.replacing(delay.goText, with: shortText(delay))
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
