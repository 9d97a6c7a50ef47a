import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// Answers requests: finds the route, reads the body, asks the handler and writes what it says.
struct Responder: Sendable {
  /// The longest body that is taken, in bytes.
  static let bodyLimitBytes = 16 << 20
  /// How long a client may take to send a body.
  private static let bodyTime = Duration.seconds(60)

  let api: API
  let table: RouteTable
  let open: OpenRequests
  /// Whether the agent can be asked yet.
  let readiness: Readiness
  /// The names that this host may be called by; nil for any.
  let ownNames: [String]?

  /// Answers one request.
  func respond(
    to request: Request, through writer: consuming ResponseWriter, over channel: any Channel
  ) async throws {
    let target = Target(request.head.path ?? "/")
    let isPretty = target.query["pretty"] != nil
    let watch = Mutex<CloseWatch?>(nil)
    var entry: UInt64?
    defer { if let entry { open.remove(entry) } }
    if request.headers[.expect]?.lowercased() == "100-continue", !isTooLarge(request) {
      try await writer.writeInformationalHead(HTTPResponse(status: .continue))
    }
    let response: APIResponse
    do {
      let (route, parsed) = try await accept(request, target, over: channel)
      if parsed.mayTakeLong {
        let new = CloseWatch(channel)
        watch.withLock { $0 = new }
        entry = open.add(new)
        guard entry != nil else {
          throw APIError(status: 429, message: "too many requests wait for changes; try again later")
        }
        response = try await new.run { [api] in try await route.handler(api, parsed) }
      } else {
        response = try await route.handler(api, parsed)
      }
    } catch let error as APIError {
      response = .error(error)
    } catch is CancellationError {
      response = .error(APIError(status: 503, message: "the agent is shutting down"))
    } catch {
      api.log.error("a request failed", metadata: ["path": "\(target.path)", "reason": "\(error)"])
      response = .error(.failed("\(error)"))
    }
    var head = head(of: response)
    switch response.body {
    case .none:
      if response.status != 204 { head.headerFields[.contentLength] = "0" }
      try await writer.writeResponse(head)
    case .json(let json):
      try await write(JSONWriter.bytes(json, isPretty: isPretty), head, writer, for: request)
    case .bytes(let bytes):
      try await write(bytes, head, writer, for: request)
    case .stream where request.method == .head:
      try await writer.writeResponse(head)
    case .stream(let source):
      let watch = watch.withLock { $0 } ?? CloseWatch(channel)
      if entry == nil { entry = open.add(watch) }
      guard entry != nil else {
        var refusal = HTTPResponse(status: .tooManyRequests)
        refusal.headerFields[.contentLength] = "0"
        return try await writer.writeResponse(refusal)
      }
      try await stream(source, head, writer, watch)
    }
  }

  private func write(
    _ bytes: [UInt8], _ head: HTTPResponse, _ writer: consuming ResponseWriter, for request: Request
  ) async throws {
    var (head, bytes) = (head, bytes)
    head.headerFields[.vary] = "Accept-Encoding"
    if Compression.isAccepted(request.headers[.acceptEncoding]), let packed = Compression.gzip(bytes) {
      head.headerFields[.contentEncoding] = "gzip"
      bytes = packed
    }
    head.headerFields[.contentLength] = String(bytes.count)
    if request.method == .head { return try await writer.writeResponse(head) }
    try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  private func stream(
    _ source: any ByteSource, _ head: HTTPResponse, _ writer: consuming ResponseWriter, _ watch: CloseWatch
  ) async throws {
    let feed = StreamFeed(source)
    var body = try await writer.writeHead(head)
    do {
      while let piece = try await watch.run({ try await feed.next() }) {
        if !piece.isEmpty { try await body.write(ByteBuffer(bytes: piece)) }
      }
    } catch is CancellationError {
      // The client is gone, or the server closes: what there was of the stream was right.
    }
    try await body.finish(nil)
  }

  /// Finds who answers and reads the body.
  private func accept(
    _ request: Request, _ target: Target, over channel: any Channel
  ) async throws -> (Route, APIRequest) {
    guard readiness.isReady else { throw APIError(status: 503, message: "the agent is starting") }
    guard
      !BrowserCheck.isForeign(
        origin: HTTPField.Name("Origin").flatMap { request.headers[$0] }, host: request.head.authority,
        names: ownNames)
    else { throw APIError.forbidden("the request comes from a page of another site") }
    let method = request.method.rawValue
    switch table.find(method, target.path) {
    case .unknown: throw APIError.notFound("there is no \(target.path)")
    case .wrongMethod: throw APIError(status: 405, message: "Invalid method")
    case .route(let route, let parameters):
      let token = token(in: request.headers)
      try api.authorize(route.policy, token: token)
      let body = route.verb == .get ? [] : try await body(of: request, over: channel)
      return (
        route,
        APIRequest(
          method: method, parameters: parameters, query: target.query, body: body,
          token: token)
      )
    }
  }

  private func body(of request: Request, over channel: any Channel) async throws -> [UInt8] {
    if isTooLarge(request) {
      throw APIError(status: 413, message: "the body is larger than \(Self.bodyLimitBytes) bytes")
    }
    // A client that sends nothing is cut off: reading its body fails then.
    let timeout = channel.eventLoop.scheduleTask(in: TimeAmount(Self.bodyTime)) {
      channel.close(promise: nil)
    }
    defer { timeout.cancel() }
    do {
      return Array(buffer: try await request.body.collect(upTo: Self.bodyLimitBytes))
    } catch is NIOTooManyBytesError {
      throw APIError(status: 413, message: "the body is larger than \(Self.bodyLimitBytes) bytes")
    }
  }

  private func isTooLarge(_ request: Request) -> Bool {
    request.headers[.contentLength].flatMap { Int($0) }.map { $0 > Self.bodyLimitBytes } ?? false
  }

  private func token(in headers: HTTPFields) -> String? {
    if let name = HTTPField.Name("X-Nomad-Token"), let token = headers[name] { return token }
    guard let text = headers[.authorization] else { return nil }
    let words = text.split(separator: " ")
    return words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : nil
  }

  private func head(of response: APIResponse) -> HTTPResponse {
    var head = HTTPResponse(status: HTTPResponse.Status(code: response.status))
    if let type = response.contentType { head.headerFields[.contentType] = type }
    if let index = response.index { head.headerFields.set("X-Nomad-Index", String(max(1, index))) }
    if response.isRead {
      head.headerFields.set("X-Nomad-Knownleader", "true")
      head.headerFields.set("X-Nomad-Lastcontact", "0")
    }
    for header in response.headers { head.headerFields.set(header.name, header.value) }
    return head
  }
}

extension HTTPFields {
  fileprivate mutating func set(_ name: String, _ value: String) {
    guard let name = HTTPField.Name(name) else { return }
    self[name] = value
  }
}

/// What a request is for: its path and its parameters.
struct Target: Hashable, Sendable {
  var path: Substring
  var query: Query

  init(_ text: String) {
    let halves = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = halves[0]
    query = Query(halves.count > 1 ? halves[1] : "")
  }
}

/// Whether the agent can be asked yet.
final class Readiness: Sendable {
  private let state = Atomic<Bool>(false)

  /// Whether it can.
  var isReady: Bool { state.load(ordering: .acquiring) }

  /// It can from now on.
  func set() { state.store(true, ordering: .releasing) }
}

/// Lets pieces of a stream be asked for from one task after the other.
private actor StreamFeed {
  private var source: any ByteSource

  init(_ source: any ByteSource) {
    self.source = source
  }

  func next() async throws -> [UInt8]? {
    var source = source
    defer { self.source = source }
    return try await source.next()
  }
}

extension APIRequest {
  /// Whether the answer may wait for something to happen.
  fileprivate var mayTakeLong: Bool { query["index"] != nil }
}
