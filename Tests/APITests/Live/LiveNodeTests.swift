import API
import Agent
import HCL
import Lifecycle
import Runner
import Testing

@Suite("The node over the API")
struct LiveNodeTests {
  private func node(_ live: LiveAgent) async throws -> (id: String, about: [String: Value]) {
    let list = try await live.client.send("GET", "/v1/nodes")
    let about = try #require(list.json?.elements?.first?.attributes)
    guard case .string(let id)? = about["ID"] else { throw CancellationError() }
    return (id, about)
  }

  @Test("takes no allocations while it is not eligible, and then those that wait")
  func eligibility() async throws {
    try await LiveAgent.with { live in
      let (id, _) = try await node(live)
      let path = "/v1/node/\(id)/eligibility"
      #expect(try await live.client.send("PUT", path, body: #"{"Eligibility":"maybe"}"#).status == 400)
      #expect(try await live.client.send("PUT", path, body: #"{"Eligibility":"ineligible"}"#).status == 200)
      #expect(try await node(live).about["SchedulingEligibility"] == .string("ineligible"))
      try await live.register(LiveAgent.job("late", "exec sleep 1000"))
      let job = try await live.client.send("GET", "/v1/job/late")
      #expect(job.json?.attributes?["Status"] == .string("pending"))
      #expect(live.agent.jobs.allocations(of: JobKey(id: "late")).isEmpty)
      #expect(try await live.client.send("PUT", path, body: #"{"Eligibility":"eligible"}"#).status == 200)
      try await live.wait(for: "late") { $0.status == .running }
    }
  }

  @Test("is drained, and used again when that is over")
  func drain() async throws {
    try await LiveAgent.with { live in
      let (id, _) = try await node(live)
      try await live.register(LiveAgent.job("service", "exec sleep 1000"))
      let first = try await live.wait(for: "service") { $0.status == .running }
      let path = "/v1/node/\(id)/drain"
      let drain = try await live.client.send("PUT", path, body: #"{"DrainSpec":{"Deadline":-1}}"#)
      #expect(drain.status == 200)
      try await live.wait(for: "service") { $0.id == first.id && $0.hasEnded }
      let back = try await live.client.send("PUT", path, body: #"{"DrainSpec":null,"MarkEligible":true}"#)
      #expect(back.status == 200)
      try await live.wait(for: "service") { $0.id != first.id && $0.status == .running }
    }
  }

  @Test("refuses other nodes' ids")
  func otherNodes() async throws {
    try await LiveAgent.with { live in
      let none = "00000000-0000-0000-0000-000000000000"
      let drain = try await live.client.send("PUT", "/v1/node/\(none)/drain", body: "{}")
      #expect(drain.status == 404)
      let read = try await live.client.send("GET", "/v1/node/xyz")
      #expect(read.status == 400)
    }
  }
}
