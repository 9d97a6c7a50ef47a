import API
import Agent
import DriverHost
import Foundation
import HCL
import Jobs
import Lifecycle
import Runner
import Testing

/// An agent with the real drivers of this build, served on a free port.
struct LiveAgent: Sendable {
  let agent: HostAgent
  let server: APIServer
  let client: HTTPClient

  /// Runs a body with an agent, and removes its data directory after it.
  static func with(
    _ http: HTTPConfiguration = HTTPConfiguration(port: 0), hasAccessControl: Bool = false,
    _ body: (LiveAgent) async throws -> Void
  ) async throws {
    let path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/hostler-api-test-")
    defer { try? FileSystem.remove(path) }
    let executable = try #require(FileSystem.resolved("/proc/self/exe"))
    let folder = executable[..<(try #require(executable.lastIndex(of: "/")))]
    var configuration = AgentConfiguration(
      dataDirectory: path,
      drivers: DriversConfiguration(
        plugins: ["raw_exec", "mock_driver"].map { PluginBlock(name: $0, path: "\(folder)/lib\($0).so") }),
      http: http)
    configuration.hasAccessControl = hasAccessControl
    let agent = try await HostAgent(configuration, log: AgentLog { _ in })
    let server = try await APIServer(agent, version: "test")
    try await agent.start()
    server.ready()
    let address = try #require(server.addresses.first { $0.description.contains(":") })
    let port = try #require(UInt16(address.description.split(separator: ":").last ?? ""))
    let live = LiveAgent(agent: agent, server: server, client: HTTPClient(port: port))
    let result: Result<Void, any Error>
    do { result = .success(try await body(live)) } catch { result = .failure(error) }
    await agent.stopTasks(StopRequest(urgency: .immediate))
    await server.shutdown()
    _ = await agent.shutdown()
    try result.get()
  }

  /// Registers a job file over HTTP.
  func register(_ text: String) async throws {
    let parsed = try await client.send(
      "POST", "/v1/jobs/parse",
      body: jsonText(.object(["JobHCL": .string(text), "Canonicalize": .bool(true)])))
    try #require(parsed.status == 200, "\(parsed.text)")
    let answer = try await client.send("POST", "/v1/jobs", body: "{\"Job\":\(parsed.text)}")
    try #require(answer.status == 200, "\(answer.text)")
  }

  /// Waits until the only allocation of a job is like that.
  @discardableResult
  func wait(for job: String, _ condition: (AllocationSnapshot) -> Bool) async throws -> AllocationSnapshot {
    while true {
      let index = agent.jobs.index
      if let allocation = agent.jobs.allocations(of: JobKey(id: job)).first, condition(allocation) {
        return allocation
      }
      await agent.jobs.waitForChange(above: index)
      try Task.checkCancellation()
    }
  }

  static func job(_ id: String, _ script: String, type: String = "service") -> String {
    """
    job "\(id)" {
      type = "\(type)"
      group "app" {
        task "main" {
          driver = "raw_exec"
          config {
            command = "/bin/sh"
            args = ["-c", "\(script)"]
          }
        }
      }
    }
    """
  }
}

/// A client that says and hears plain HTTP/1.1, so that nothing between the test and the agent is clever.
struct HTTPClient: Sendable {
  struct Answer: Sendable {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: Value? { try? Value(json: body) }
  }

  let port: UInt16

  func send(
    _ method: String, _ path: String, body: String? = nil, headers: [String: String] = [:]
  ) async throws -> Answer {
    let connection = try await open(method, path, body: body, headers: headers)
    defer { connection.close() }
    return try Self.parse(try await connection.readAll())
  }

  /// Sends a request and leaves the answer to be read.
  func open(
    _ method: String, _ path: String, body: String? = nil, headers: [String: String] = [:]
  ) async throws -> Connection {
    var text = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
    text += "\r\n" + (body ?? "")
    let request = text
    return try await Connection.onThread {
      let connection = try Connection(port: port)
      try connection.write(Array(request.utf8))
      return connection
    }
  }

  static func parse(_ bytes: [UInt8]) throws -> Answer {
    let end = try #require(
      bytes.indices.dropLast(3).first { bytes[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }, "no answer")
    let lines = String(decoding: bytes[..<end], as: UTF8.self).components(separatedBy: "\r\n")
    var answer = Answer(status: 0, headers: [:], body: Array(bytes[(end + 4)...]))
    answer.status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
    for line in lines.dropFirst() {
      let halves = line.split(separator: ":", maxSplits: 1)
      if halves.count == 2 {
        answer.headers[halves[0].lowercased()] = halves[1].trimmingCharacters(in: .whitespaces)
      }
    }
    if answer.headers["transfer-encoding"] == "chunked" { answer.body = unchunked(answer.body) }
    return answer
  }

  private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes[...]
    while let line = rest.firstIndex(of: 10) {
      let size = Int(String(decoding: rest[..<line].filter { $0 != 13 }, as: UTF8.self), radix: 16) ?? 0
      if size == 0 { break }
      let start = line + 1
      result += rest[start..<min(rest.endIndex, start + size)]
      rest = rest[min(rest.endIndex, start + size + 2)...]
    }
    return result
  }
}

/// A connection to the agent's port.
final class Connection: Sendable {
  private let descriptor: Int32

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw POSIXError(.ECONNREFUSED) }
  }

  func write(_ bytes: [UInt8]) throws {
    guard Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      throw POSIXError(.EPIPE)
    }
  }

  /// Does what blocks on a thread of its own: the agent needs those that tests run on.
  static func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value
  {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
  }

  /// Some bytes; none at the end. Blocks.
  private func read() throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count >= 0 else { throw POSIXError(.EIO) }
    return Array(buffer[..<count])
  }

  /// Everything until the other side closes.
  func readAll() async throws -> [UInt8] {
    try await Self.onThread { [self] in
      var bytes: [UInt8] = []
      while true {
        let piece = try read()
        if piece.isEmpty { return bytes }
        bytes += piece
      }
    }
  }

  /// Reads until the bytes so far hold a text.
  func read(until text: String) async throws -> String {
    try await Self.onThread { [self] in
      var bytes: [UInt8] = []
      while !String(decoding: bytes, as: UTF8.self).contains(text) {
        let piece = try read()
        if piece.isEmpty { break }
        bytes += piece
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  func close() { _ = Foundation.close(descriptor) }
}
