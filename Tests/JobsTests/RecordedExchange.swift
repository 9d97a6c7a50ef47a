import Foundation
import HCL
import Testing

/// A request with what Nomad answered.
struct RecordedExchange {
  /// The request's body.
  var request: Value
  /// The answer's JSON; null for text.
  var answer: Value
  var status: Int

  init(_ name: String) throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Fixtures/api/\(name).json")
    let recording = try Value(json: Array(try Data(contentsOf: url)))
    request = recording["request"]["body"]
    answer = recording["response"]["json"]
    status = try #require(recording["response"]["status"].integer)
  }
}
