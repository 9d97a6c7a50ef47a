import HCL
import Lifecycle
import Logging

/// How a message of the log is written.
enum LogFormat {
  static func line(
    _ time: Timestamp, _ level: Logger.Level, _ label: String, _ message: String, _ pairs: [(String, String)]
  ) -> AgentLog.Line {
    let stamp = rfc3339Text(nanosecondsSinceEpoch: time.nanosecondsSinceEpoch)
    var fields: [String: Value] = [:]
    for (name, value) in pairs { fields[name] = .string(value) }
    fields["@timestamp"] = .string(stamp)
    fields["@level"] = .string(level.rawValue)
    fields["@module"] = .string(label)
    fields["@message"] = .string(message)
    let shown = pairs.map { " \($0)=\(quoted($1))" }.joined()
    let name = "[\(level.rawValue.uppercased())]"
    let padding = String(repeating: " ", count: max(0, 7 - name.count))
    return AgentLog.Line(
      level: level, text: "\(stamp) \(name)\(padding) \(label): \(message)\(shown)",
      json: jsonText(.object(fields)))
  }

  /// A value as it stands beside others on a line.
  private static func quoted(_ value: String) -> String {
    let isPlain =
      !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 < 0x7F }
    return isPlain ? value : jsonText(.string(value))
  }
}
