import Foundation
import HCL
import Jobs
import Testing

/// A job file with what Nomad reads in it.
struct RecordedJobFile: Sendable, CustomTestStringConvertible {
  var name: String
  var text: [UInt8]
  /// The recording's JSON.
  var recording: Value

  var testDescription: String { name }

  /// The files that Nomad accepts.
  static let right = load("jobspec")
  /// The files that Nomad refuses.
  static let wrong = load("jobspec/wrong")

  private static func load(_ folder: String) -> [RecordedJobFile] {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(folder)")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return files.filter { $0.hasSuffix(".nomad.hcl") }.sorted().compactMap { file in
      let name = String(file.dropLast(".nomad.hcl".count))
      guard let text = try? Data(contentsOf: url.appending(path: file)),
        let json = try? Data(contentsOf: url.appending(path: name + ".json")),
        let recording = try? Value(json: Array(json))
      else { return nil }
      return RecordedJobFile(name: name, text: Array(text), recording: recording)
    }
  }

  func parse() -> JobFile.Result { JobFile.parse(text, fileName: "\(name).nomad.hcl") }
}

extension Value {
  /// A step into recorded JSON; null where there is nothing.
  subscript(_ key: String) -> Value { attributes?[key] ?? .null }

  var list: [Value] { elements ?? [] }
  var integer: Int? {
    if case .number(let number) = self { return number.int }
    return nil
  }
  var string: String? {
    if case .string(let text) = self { return text }
    return nil
  }
  var flag: Bool? {
    if case .bool(let flag) = self { return flag }
    return nil
  }
  var stringMap: [String: String] { (attributes ?? [:]).compactMapValues(\.string) }
  /// Recorded durations count nanoseconds.
  var duration: Duration? { integer.map { .nanoseconds($0) } }
}
