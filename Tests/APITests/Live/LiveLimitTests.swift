import API
import Agent
import HCL
import Testing

@Suite("Limits of the API")
struct LiveLimitTests {
  @Test("keep one client from having too many connections, until it gives some back")
  func connections() async throws {
    try await LiveAgent.with(HTTPConfiguration(port: 0, connectionsPerClient: 2)) { live in
      let first = try await live.client.open("GET", "/v1/event/stream")
      _ = try await first.read(until: "{}")
      let second = try await live.client.open("GET", "/v1/event/stream")
      _ = try await second.read(until: "{}")
      let refused = try await live.client.status("GET", "/v1/jobs")
      #expect(refused == nil)
      first.close()
      while try await live.client.status("GET", "/v1/jobs") != 200 { try Task.checkCancellation() }
      second.close()
    }
  }

  @Test("keep the number of streams down, and count only those that are open")
  func streams() async throws {
    try await LiveAgent.with(HTTPConfiguration(port: 0, streamLimit: 1)) { live in
      let first = try await live.client.open("GET", "/v1/event/stream")
      _ = try await first.read(until: "{}")
      let refused = try await live.client.status("GET", "/v1/event/stream")
      #expect(refused == 429)
      let waiting = try await live.client.status("GET", "/v1/jobs?index=99999&wait=1ms")
      #expect(waiting == 429)
      let short = try await live.client.status("GET", "/v1/jobs")
      #expect(short == 200)
      first.close()
      while try await live.client.status("GET", "/v1/jobs?index=99999&wait=1ms") != 200 {
        try Task.checkCancellation()
      }
    }
  }

  @Test("let clients ask before they send a body")
  func continues() async throws {
    try await LiveAgent.with { live in
      let small = try await live.client.status(
        "POST", "/v1/jobs", headers: ["Expect": "100-continue", "Content-Length": "10"])
      #expect(small == 100)
      let large = try await live.client.status(
        "POST", "/v1/jobs", headers: ["Expect": "100-continue", "Content-Length": "99999999"])
      #expect(large == 413)
    }
  }

  @Test("cut long headers off")
  func headers() async throws {
    try await LiveAgent.with { live in
      let long = String(repeating: "x", count: 100_000)
      let status = try await live.client.status("GET", "/v1/jobs", headers: ["X-Long": long])
      #expect(status == nil || status == 400 || status == 431)
      let after = try await live.client.status("GET", "/v1/jobs")
      #expect(after == 200)
    }
  }
}

extension HTTPClient {
  /// The status of an answer; nil when the connection was closed without one.
  fileprivate func status(
    _ method: String, _ path: String, headers: [String: String] = [:]
  ) async throws -> Int? {
    guard let connection = try? await open(method, path, headers: headers) else { return nil }
    defer { connection.close() }
    guard let text = try? await connection.read(until: "\r\n") else { return nil }
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  }
}
