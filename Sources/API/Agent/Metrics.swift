import Agent
import Lifecycle

/// Numbers that tell how the agent is doing.
struct Metrics: Sendable {
  /// One number.
  struct Gauge: Sendable {
    var name: String
    var help: String
    var value: Double
    var labels: [String: String] = [:]
  }

  var gauges: [Gauge] = []

  /// Every number as clients of Nomad read them.
  func json(at time: Timestamp, _ timeText: String) -> JSON {
    [
      "Counters": [],
      "Gauges": .array(
        gauges.map { gauge in
          [
            "Labels": .pairs(gauge.labels), "Name": .string(gauge.name), "Value": .double(gauge.value),
          ]
        }), "Points": [], "PrecisionGauges": [], "Samples": [], "Timestamp": .string(timeText),
    ]
  }

  /// Every number as Prometheus reads them.
  var prometheus: String {
    var text = ""
    var told: Set<String> = []
    for gauge in gauges {
      let name = gauge.name.map { $0.isLetter || $0.isNumber ? $0 : "_" }.reduce(into: "") { $0.append($1) }
      if told.insert(name).inserted { text += "# HELP \(name) \(gauge.help)\n# TYPE \(name) gauge\n" }
      let labels = gauge.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
      text += name + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}") + " \(gauge.value)\n"
    }
    return text
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
  }
}
