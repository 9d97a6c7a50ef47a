import Agent
import API
import Foundation
import HCL
import Lifecycle
import Runner
import Testing

@Suite("The API of an agent")
struct LiveJobTests {
  @Test("runs, restarts, shows and stops a job")
  func runsJob() async throws {
    try await LiveAgent.with { live in
      try await live.register(LiveAgent.job("web", "echo hello; exec sleep 1000"))
      let allocation = try await live.wait(for: "web") { $0.tasks["main"]?.phase == .running }

      let list = try await live.client.send("GET", "/v1/job/web/allocations")
      #expect(list.status == 200)
      #expect(list.json?.elements?.first?.attributes?["ID"] == .string(allocation.id))
      #expect(Int(list.headers["x-nomad-index"] ?? "") ?? 0 > 0)

      let restart = try await live.client.send(
        "PUT", "/v1/client/allocation/\(allocation.id)/restart", body: "{\"TaskName\":\"main\"}")
      #expect(restart.status == 200)
      try await live.wait(for: "web") {
        $0.tasks["main"]?.restarts == 1 && $0.tasks["main"]?.phase == .running
      }

      let read = try await live.client.send("GET", "/v1/allocation/\(allocation.id)")
      let events = read.json?.attributes?["TaskStates"]?.attributes?["main"]?.attributes?["Events"]?.elements
      #expect(events?.contains { $0.attributes?["Type"] == .string("Restart Signaled") } == true)

      let stop = try await live.client.send("DELETE", "/v1/job/web")
      #expect(stop.status == 200)
      try await live.wait(for: "web") { $0.hasEnded }
      let job = try await live.client.send("GET", "/v1/job/web")
      #expect(job.json?.attributes?["Status"] == .string("dead"))
      #expect(job.json?.attributes?["Stop"] == .bool(true))
    }
  }

  @Test("refuses what is wrong with the status that says so")
  func refusesWrongInput() async throws {
    try await LiveAgent.with { live in
      let id = "00000000-0000-0000-0000-000000000000"
      let expected: [(String, String, String?, Int)] = [
        ("GET", "/v1/none", nil, 404), ("PATCH", "/v1/jobs", nil, 405), ("GET", "/v1/job/none", nil, 404),
        ("POST", "/v1/jobs", "not json", 400), ("POST", "/v1/jobs", "[]", 400),
        ("POST", "/v1/jobs", "{}", 400),
        ("POST", "/v1/jobs", "{\"Job\":{\"ID\":5}}", 400),
        ("POST", "/v1/jobs/parse", "{\"JobHCL\":\"job\"}", 400),
        ("GET", "/v1/allocation/\(id)", nil, 404), ("GET", "/v1/allocation/xyz", nil, 400),
        ("PUT", "/v1/client/allocation/\(id)/restart", "{}", 404),
        ("GET", "/v1/jobs?filter=Name+%3D%3D", nil, 400), ("GET", "/v1/jobs?index=x", nil, 400),
        ("DELETE", "/v1/job/none", nil, 200), ("GET", "/v1/allocations?prefix=xyz", nil, 400),
      ]
      for (method, path, body, status) in expected {
        let answer = try await live.client.send(method, path, body: body)
        #expect(answer.status == status, "\(method) \(path): \(answer.text)")
      }
    }
  }

  @Test("refuses a body that is too large before it is sent")
  func refusesLargeBody() async throws {
    try await LiveAgent.with { live in
      let connection = try await live.client.open(
        "POST", "/v1/jobs", headers: ["Content-Length": "999999999"])
      defer { connection.close() }
      let text = try await connection.read(until: "\r\n")
      #expect(text.hasPrefix("HTTP/1.1 413"))
    }
  }

  @Test("answers a read that waits as soon as there is a change")
  func answersWaitingRead() async throws {
    try await LiveAgent.with { live in
      let before = try await live.client.send("GET", "/v1/jobs")
      let index = before.headers["x-nomad-index"] ?? ""
      async let waiting = live.client.send("GET", "/v1/jobs?index=\(index)&wait=5m")
      try await live.register(LiveAgent.job("once", "true", type: "batch"))
      let answer = try await waiting
      #expect(answer.json?.elements?.count == 1)
      let after = answer.headers["x-nomad-index"].flatMap { Int($0) } ?? 0
      #expect(after > Int(index) ?? 0)
    }
  }

  @Test("answers a read that waits when its time is over")
  func answersInTime() async throws {
    try await LiveAgent.with { live in
      let answer = try await live.client.send("GET", "/v1/jobs?index=99999&wait=10ms")
      #expect(answer.status == 200)
    }
  }

  @Test("ends streams when it is shut down")
  func endsStreams() async throws {
    try await LiveAgent.with { live in
      let connection = try await live.client.open("GET", "/v1/event/stream")
      defer { connection.close() }
      _ = try await connection.read(until: "{}")
      await live.server.shutdown()
      _ = try await connection.readAll()
    }
  }

  @Test("tells events as they happen, of the topics that are asked for")
  func tellsEvents() async throws {
    try await LiveAgent.with { live in
      let connection = try await live.client.open("GET", "/v1/event/stream?topic=Job:once")
      defer { connection.close() }
      _ = try await connection.read(until: "{}")
      try await live.register(LiveAgent.job("other", "true", type: "batch"))
      try await live.register(LiveAgent.job("once", "true", type: "batch"))
      let text = try await connection.read(until: "JobRegistered")
      #expect(text.contains("\"Key\":\"once\""))
      #expect(!text.contains("\"Key\":\"other\""))
    }
  }
}
