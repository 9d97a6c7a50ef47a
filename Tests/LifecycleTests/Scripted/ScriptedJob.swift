import HCL
import Jobs
import Lifecycle

/// What the drivers of the recordings can be told.
struct ScriptedConfig {
  var command: String?
  var args: [String] = []
  var startError: String?
  var startErrorRecoverable = false
  var startBlockSeconds: Double?
  var runSeconds: Double?
  var exitCode: Int?
  var exitSignal: Int?
  var killAfterSeconds: Double?

  init() {}

  /// Reads a `config` block.
  init(_ value: LocatedValue) {
    guard case .object(let entries) = value.content else { return }
    for entry in entries {
      let content = entry.value.content
      switch entry.key {
      case "command": command = content.text
      case "args": args = content.texts
      case "start_error": startError = content.text
      case "start_error_recoverable": startErrorRecoverable = content.isTrue
      case "start_block_for": startBlockSeconds = content.seconds
      case "run_for": runSeconds = content.seconds
      case "exit_code": exitCode = content.integer
      case "exit_signal": exitSignal = content.integer
      case "kill_after": killAfterSeconds = content.seconds
      default: break
      }
    }
  }
}

extension ScriptedHost {
  /// A host for the first group of a job.
  init?(job: Job) {
    guard let group = job.groups.first else { return nil }
    self.init(
      plan: AllocationPlan(group: group, jobType: job.type, seed: 7),
      configs: group.tasks.map { ScriptedConfig($0.config) })
  }
}

extension LocatedValue.Content {
  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }

  fileprivate var texts: [String] {
    if case .list(let values) = self { values.compactMap { $0.content.text } } else { [] }
  }

  fileprivate var isTrue: Bool {
    switch self {
    case .bool(let value): value
    case .string(let text): text == "true"
    case .null, .number, .list, .object: false
    }
  }

  fileprivate var integer: Int? {
    switch self {
    case .number(let number): number.int
    case .string(let text): Int(text)
    case .null, .bool, .list, .object: nil
    }
  }

  /// A duration of one unit, such as `500ms` or `10s`.
  fileprivate var seconds: Double? {
    guard let text else { return nil }
    for (unit, seconds) in [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)] where text.hasSuffix(unit)
    {
      if let value = Double(text.dropLast(unit.count)) { return value * seconds }
    }
    return nil
  }
}
