import API
import Agent
import HCL
import Lifecycle
import Runner
import Testing

@Suite("Recorded exchanges")
struct RecordingTests {
  /// In the order in which they are made: some change what later ones read.
  private static let names = """
    agent-health agent-members agent-servers agent-schedulers agent-self client-stats status-leader status-peers
    regions namespaces namespace namespace-missing node-pools node-pool scheduler-configuration
    autopilot-configuration raft-configuration jobs jobs-meta jobs-filter jobs-filter-bad jobs-statuses
    jobs-namespace-star jobs-page job job-versions job-submission job-allocations job-evaluations job-deployments
    job-summary job-scale-status job-actions job-missing job-summary-missing job-allocations-missing evaluations
    evaluation evaluation-missing evaluation-allocations node-allocations services scaling-policies volumes plugins
    jobs-index-bad jobs-wait-bad unknown-route job-method-wrong allocations allocations-resources allocation
    allocation-missing allocation-stats fs-ls fs-ls-task fs-ls-missing fs-stat fs-stat-no-path logs-no-task
    logs-unknown-task logs-bad-type logs-missing-alloc search search-fuzzy jobs-parse jobs-parse-canonical
    jobs-parse-error jobs-parse-empty jobs-parse-bad-json job-plan-id-differs validate-job
    validate-job-wrong job-register-no-job job-register-bad-json job-register-wrong-type restart-unknown-task
    restart-missing-alloc signal-unknown-task var-put var-get vars var-put-conflict var-missing var-delete
    job-scale-negative job-scale-no-group job-stable job-evaluate job-stop-missing system-gc acl-tokens-disabled
    acl-bootstrap-disabled
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  @Test("come out with the same status and the same fields")
  func agree() async throws {
    try await LiveAgent.with { live in
      let registration = try RecordedExchange("job-register")
      let registered = try await live.client.send("POST", "/v1/jobs", body: registration.body)
      #expect(registration.differences(from: registered) == [])
      let allocation = try await live.wait(for: "web") {
        $0.status == .running && $0.tasks["check"]?.phase == .dead
      }
      // Ids differ from one host to the next.
      let recorded = try #require(try RecordedExchange("job-allocations").answer?.elements?.first)
      let nodes = try await live.client.send("GET", "/v1/nodes")
      let pairs: [(String?, String?)] = [
        (recorded["ID"]?.text, allocation.id),
        (recorded["NodeID"]?.text, nodes.json?.elements?.first?["ID"]?.text),
        (registration.answer?["EvalID"]?.text, registered.json?["EvalID"]?.text),
      ]
      func own(_ text: String) -> String {
        pairs.reduce(text) { text, pair in
          guard let old = pair.0, let new = pair.1 else { return text }
          return text.replacing(old, with: new)
            .replacing("\"Prefix\":\"\(old.prefix(4))\"", with: "\"Prefix\":\"\(new.prefix(4))\"")
        }
      }
      for name in Self.names {
        let exchange = try RecordedExchange(name)
        let answer = try await live.client.send(
          exchange.method, own(exchange.path), body: exchange.body.map(own))
        #expect(exchange.differences(from: answer) == [], "\(answer.text.prefix(300))")
      }
    }
  }
}
