import HCL
import Jobs
import Lifecycle
import State

/// What a state file holds, for people.
struct StatePage {
  private let contents: StateContents
  private let path: String
  /// How many of a task's newest events are shown.
  private static let shownEvents = 5

  init(_ contents: StateContents, path: String) {
    self.contents = contents
    self.path = path
  }

  var text: String {
    var lines = [
      "\(path)",
      "schema \(contents.schema), node \(contents.meta["node_id"] ?? "?"), last opened by hostler "
        + "\(contents.meta["last_opened_by"] ?? "?")",
    ]
    for job in contents.jobs { lines += ["", title(of: job)] + job.allocations.flatMap(self.lines) }
    if contents.jobs.isEmpty { lines += ["", "No job is stored."] }
    return lines.map(\.withoutControlCharacters).joined(separator: "\n")
  }

  private func title(of job: StoredJob) -> String {
    let count = job.allocations.count
    let namespace = job.job.namespace == "default" ? "" : " in namespace \"\(job.job.namespace)\""
    return "job \"\(job.job.id)\"\(namespace), version \(job.version), \(job.job.type.rawValue): "
      + "\(count) allocation\(count == 1 ? "" : "s")"
  }

  private func lines(_ allocation: StoredAllocation) -> [String] {
    var lines = [
      "", "  \(allocation.id)  \(allocation.group)[\(allocation.index)]  \(status(of: allocation))",
    ]
    guard !allocation.tasks.isEmpty else { return lines }
    var table = TextTable(["TASK", "STATE", "FAILED", "EXIT", "RESTARTS", "POSITION", "RUN", "HANDLE"])
    for task in allocation.tasks {
      let record = task.record
      table.add([
        task.name, record.state.phase.rawValue, record.state.failed ? "yes" : "no",
        record.exitCode.map { "\($0)" } ?? "-", "\(record.state.restarts)", position(of: record),
        "\(record.invocation.rawValue)", record.handle.map { hexadecimal($0.driverState) } ?? "-",
      ])
    }
    lines += table.text.split(separator: "\n").map { "  " + $0 }
    for task in allocation.tasks {
      for event in task.record.state.events.suffix(Self.shownEvents) {
        let message = event.message.isEmpty ? "" : ": \(event.message)"
        lines.append("    \(text(event.time))  \(task.name)  \(event.kind.rawValue)\(message)")
      }
    }
    return lines
  }

  private func status(of allocation: StoredAllocation) -> String {
    guard let record = allocation.record else { return "placed" }
    let state = record.ended ? "ended" : record.stop != nil ? "stopping" : "running"
    return "\(state), began \(text(record.beganAt))"
  }

  private func text(_ time: Timestamp) -> String {
    rfc3339Text(nanosecondsSinceEpoch: time.nanosecondsSinceEpoch)
  }

  private func position(of record: TaskRecord) -> String {
    let name = record.position.storedName
    return record.intent == .run ? name : "\(name), to \(record.intent.storedName)"
  }
}

/// Bytes as hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
