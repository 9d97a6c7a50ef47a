import Foundation
import HCL
import Testing

/// A request that was made to a reference implementation, with what that answered.
struct RecordedExchange {
  let name: String
  let method: String
  let path: String
  let body: String?
  let status: Int
  let answer: Value?
  let hasIndex: Bool

  init(_ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/exchanges")
    let bytes = try Data(contentsOf: folder.appendingPathComponent(name + ".json"))
    let record = try Value(json: Array(bytes))
    let request = try #require(record["request"])
    let response = try #require(record["response"])
    self.name = name
    method = request["method"]?.text ?? ""
    path = request["path"]?.text ?? ""
    switch request["body"] {
    case nil: body = nil
    case .string(let text): body = text
    case let value?: body = jsonText(value)
    }
    status = response["status"]?.int ?? 0
    answer = response["json"]
    hasIndex = response["headers"]?["X-Nomad-Index"] != nil
  }

  /// What a client that knows the recorded answer would miss in another.
  func differences(from answer: HTTPClient.Answer) -> [String] {
    var found: [String] = []
    let isExact = [403, 404, 405, 409].contains(status)
    if isExact ? answer.status != status : answer.status / 100 != status / 100 {
      found.append("\(name): status \(answer.status) for \(status)")
    }
    if hasIndex, (answer.headers["x-nomad-index"].flatMap { Int($0) } ?? 0) < 1 {
      found.append("\(name): no index")
    }
    if status < 300, let wanted = self.answer {
      if let have = answer.json {
        Self.compare(wanted, have, name, into: &found)
      } else {
        found.append("\(name): no JSON")
      }
    }
    return found
  }

  /// Objects whose names are data.
  private static let maps: Set<String> = [
    "Attributes", "Meta", "Env", "Links", "Labels", "Details", "Items", "Tasks", "Config", "config", "stats",
    "NodesAvailable",
  ]

  private static func compare(_ want: Value, _ have: Value, _ path: String, into found: inout [String]) {
    if want.isNull || have.isNull && (want.elements != nil || want.attributes != nil) { return }
    if let attributes = want.attributes, let others = have.attributes {
      let isMap = maps.contains(String(path.split(separator: ".").last ?? ""))
      for (name, value) in attributes {
        if let other = others[name] {
          compare(value, other, path + "." + name, into: &found)
        } else if !isMap, !value.isEmptyJSON {
          found.append("\(path).\(name) is missing")
        }
      }
    } else if let elements = want.elements, let others = have.elements {
      if let first = elements.first, let other = others.first {
        compare(first, other, path + "[]", into: &found)
      }
    } else if want.kind != have.kind {
      found.append("\(path) is \(have.kind) for \(want.kind)")
    }
  }
}

extension Value {
  /// A member of an object.
  subscript(_ name: String) -> Value? { attributes?[name] }

  /// The string that this is.
  var text: String? { if case .string(let text) = self { text } else { nil } }

  /// The number that this is.
  var int: Int? { if case .number(let number) = self { number.int } else { nil } }

  fileprivate var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .list, .set, .tuple: "a list"
    case .map, .object: "an object"
    }
  }

  fileprivate var isEmptyJSON: Bool {
    switch self {
    case .null, .bool(false), .string(""), .number(0): true
    default: elements?.isEmpty ?? attributes?.isEmpty ?? false
    }
  }
}
