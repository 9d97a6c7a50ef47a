import Agent
import Jobs
import Lifecycle
import Logging
import Runner

/// What happens, as it happens.
extension API {
  private static let heartbeatTime = Duration.seconds(10)

  /// `GET /v1/event/stream`
  func streamEvents(_ request: APIRequest) async throws -> APIResponse {
    let topics = EventTopics(request.query.all("topic"))
    guard let first = UInt64(request.query.text("index") ?? "0") else {
      throw APIError.badRequest("Invalid index")
    }
    let namespace = request.namespace
    let isAll = request.query["namespace"] == nil
    let (known, changes) = jobs.follow(from: first)
    let source = ElementSource(
      elements: changes.withHeartbeats(after: known, every: Self.heartbeatTime),
      heartbeat: Array("{}\n".utf8)
    ) { event in
      let about = subject(of: event)
      guard topics.wants(about.topic, [about.key] + about.otherKeys),
        isAll || namespace == nil || about.namespace.isEmpty || about.namespace == namespace
      else { return nil }
      let json: JSON = ["Events": [about.json(event)], "Index": .number(event.index)]
      return JSONWriter.bytes(json) + [UInt8(ascii: "\n")]
    }
    return .stream(source, contentType: "application/json")
  }

  private func subject(of event: HostEvent) -> EventSubject {
    switch event.payload {
    case .job(let job):
      EventSubject(
        topic: "Job", key: job.job.id, namespace: job.job.namespace,
        payload: ["Job": job.json()])
    case .allocation(let allocation):
      EventSubject(
        topic: "Allocation", key: allocation.id, otherKeys: [allocation.identity.job.id],
        namespace: allocation.identity.job.namespace,
        payload: ["Allocation": allocation.json(on: node, withJob: false)])
    case .evaluation(let evaluation):
      EventSubject(
        topic: "Evaluation", key: evaluation.id, otherKeys: [evaluation.key.id],
        namespace: evaluation.key.namespace,
        payload: ["Evaluation": evaluation.json(placed: [:], on: node)])
    case .driver, .node:
      EventSubject(topic: "Node", key: node.id, namespace: "", payload: ["Node": nodeJSON])
    }
  }

  /// `GET /v1/agent/monitor`
  func monitor(_ request: APIRequest) async throws -> APIResponse {
    let name = request.query.text("log_level") ?? "info"
    guard let level = AgentConfiguration.logLevel(named: name).flatMap({ Logger.Level(rawValue: $0) }) else {
      throw APIError.badRequest("Unknown log level: \(name)")
    }
    let isJSON = try request.query.flag("log_json") ?? false
    let isPlain = try request.query.flag("plain") ?? false
    let source = ElementSource(
      elements: agent.log.follow(level).withHeartbeats(every: .seconds(1)),
      heartbeat: isPlain ? [] : StreamFrame.heartbeat
    ) { line in
      let text = Array((isJSON ? line.json : line.text).utf8) + [UInt8(ascii: "\n")]
      return isPlain ? text : StreamFrame(file: "", data: text, offset: 0).bytes
    }
    return .stream(source, contentType: isPlain ? "text/plain" : "application/json")
  }
}

/// What an event is about.
private struct EventSubject {
  var topic: String
  var key: String
  var otherKeys: [String] = []
  var namespace: String
  var payload: JSON

  func json(_ event: HostEvent) -> JSON {
    [
      "FilterKeys": otherKeys.isEmpty ? .null : .strings(otherKeys), "Index": .number(event.index),
      "Key": .string(key), "Namespace": .string(namespace), "Payload": payload, "Topic": .string(topic),
      "Type": .string(event.type),
    ]
  }
}
