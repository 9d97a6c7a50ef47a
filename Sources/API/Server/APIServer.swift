public import Agent
import HummingbirdCore
import Lifecycle
import Logging
import NIOCore
import NIOPosix
import Runner
import Synchronization

/// Serves the HTTP API of an agent, on a port and on a Unix socket.
public final class APIServer: Sendable {
  /// Where the API can be reached.
  public struct Address: Hashable, Sendable, CustomStringConvertible {
    /// `127.0.0.1:4646`, or the path of a socket.
    public var description: String
  }

  /// Why the API cannot be served.
  public enum StartError: Error, Sendable, CustomStringConvertible {
    /// The port cannot be had.
    case port(host: String, port: Int, reason: String)
    /// What the API keeps in the data directory cannot be read or written.
    case kept(String)
    /// The socket cannot be made.
    case socket(path: String, reason: String)

    /// What cannot be had, and what to do.
    public var description: String {
      switch self {
      case .port(let host, let port, let reason):
        "the API cannot listen on \(host):\(port): \(reason); set another with ports { http = … }, or stop what has it"
      case .kept(let reason): "what the API keeps in the data directory cannot be used: \(reason)"
      case .socket(let path, let reason): "the API's socket \(path) cannot be made: \(reason)"
      }
    }
  }

  /// How long requests may go on after the server was told to close.
  private static let closingTime = Duration.seconds(5)

  private let log: Logger
  private let api: API
  private let open: OpenRequests
  private let readiness = Readiness()
  private let listeners = Mutex<[Listener]>([])
  /// Where the API can be reached.
  public let addresses: [Address]

  /// Listens. Requests are answered with status 503 until ``ready()``.
  ///
  /// - Parameters:
  ///   - agent: The agent.
  ///   - version: The version of the program.
  /// - Throws: when the port is in use, or the socket cannot be made.
  public init(_ agent: HostAgent, version: String) async throws(StartError) {
    let log = agent.log.logger("http")
    self.log = log
    let configuration = agent.configuration.http
    open = OpenRequests(limit: configuration.streamLimit)
    let api: API
    do { api = try await Self.makeAPI(agent, version: version, log) } catch { throw .kept("\(error)") }
    self.api = api
    let responder = Responder(
      api: api, table: .standard, open: open, readiness: readiness,
      ownNames: configuration.isLoopback && api.access == nil ? [api.node.name] : nil)
    let limiter = ConnectionLimiter(
      total: configuration.connectionLimit, perClient: configuration.connectionsPerClient)
    let channel = APIChannel(limiter: limiter) { request, writer, channel in
      try await responder.respond(to: request, through: writer, over: channel)
    }
    var made: [Listener] = []
    var addresses: [Address] = []
    do throws(StartError) {
      if let port = configuration.port {
        let listener = Listener(channel, .hostname(configuration.host, port: port))
        do {
          let address = try await listener.start()
          addresses.append(Address(description: "\(configuration.host):\(address?.port ?? port)"))
          made.append(listener)
        } catch {
          throw .port(host: configuration.host, port: port, reason: Self.reason(error))
        }
      }
      if let path = configuration.socketPath ?? Self.socketPath(in: agent) {
        made.append(try await Self.listen(on: path, channel))
        addresses.append(Address(description: path))
      }
    } catch {
      for listener in made { await listener.stop(within: .zero) }
      throw error
    }
    self.addresses = addresses
    listeners.withLock { $0 = made }
  }

  /// Answers requests from now on. To be called when the agent has gone on with what ran before.
  public func ready() {
    if api.availability.value.drain != nil { api.jobs.setAvailability(api.availability.value) }
    readiness.set()
  }

  /// Ends streams, lets short requests end, and closes.
  public func shutdown() async {
    open.close()
    let listeners = listeners.withLock { listeners in
      defer { listeners = [] }
      return listeners
    }
    await withDiscardingTaskGroup { group in
      for listener in listeners { group.addTask { await listener.stop(within: Self.closingTime) } }
    }
    if let path = addresses.last?.description, path.hasPrefix("/") { try? FileSystem.remove(path) }
  }

  /// What handlers work with.
  private static func makeAPI(_ agent: HostAgent, version: String, _ log: Logger) async throws -> API {
    let directory = agent.dataDirectory.path
    let hasAccess = agent.configuration.hasAccessControl
    let node = try await NodeState(agent)
    let access = try await onDiskThread { () throws -> KeptValue<AccessList>? in
      guard hasAccess else { return nil }
      return try KeptValue(
        path: directory + "/acl.json", empty: AccessList(),
        decode: { bytes throws(APIError) in try AccessList(stored: bytes) }, encode: { $0.stored })
    }
    let variables = try await onDiskThread { () throws in
      try KeptValue(
        path: directory + "/variables.json", empty: VariableList(),
        decode: { bytes throws(APIError) in try VariableList(stored: bytes) }, encode: { $0.stored })
    }
    let availability = try await onDiskThread { () throws in
      try KeptValue(
        path: directory + "/node.json", empty: NodeAvailability(),
        decode: { bytes throws(APIError) in try NodeAvailability(stored: bytes) }, encode: { $0.stored })
    }
    agent.jobs.assume(availability.value)
    return API(
      agent: agent, node: node, access: access, availability: availability, variables: variables,
      version: version,
      startedAt: agent.clock.now(), log: log)
  }

  private static func socketPath(in agent: HostAgent) -> String? {
    let path = agent.dataDirectory.path + "/agent.sock"
    // A longer one does not fit into an address.
    return path.utf8.count < 104 ? path : nil
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return error.errnoCode == EADDRINUSE ? "another program listens there" : error.description
  }

  /// Listens on a socket that only the agent's own user can connect to, from its first moment.
  private static func listen(on path: String, _ channel: APIChannel) async throws(StartError)
    -> Listener
  {
    let folder = path + ".new"
    do {
      try? FileSystem.remove(folder)
      try FileSystem.makeDirectory(folder, mode: 0o700)
      let listener = Listener(channel, .unixDomainSocket(path: folder + "/s"))
      _ = try await listener.start()
      try FileSystem.changeMode(of: folder + "/s", to: 0o600)
      do {
        try FileSystem.rename(folder + "/s", to: path)
      } catch {
        await listener.stop(within: .zero)
        throw error
      }
      try? FileSystem.remove(folder)
      return listener
    } catch {
      throw .socket(path: path, reason: Self.reason(error))
    }
  }
}

/// One address that is listened on.
private final class Listener: Sendable {
  private let server: Server<APIChannel>
  private let started: AsyncThrowingStream<SocketAddress?, any Error>
  private let continuation: AsyncThrowingStream<SocketAddress?, any Error>.Continuation
  private let task = Mutex<Task<Void, Never>?>(nil)

  init(_ channel: APIChannel, _ address: BindAddress) {
    let (stream, continuation) = AsyncThrowingStream<SocketAddress?, any Error>.makeStream()
    started = stream
    self.continuation = continuation
    // What the library has to say of single connections helps nobody.
    let quiet = Logger(label: "http") { _ in SwiftLogNoOpLogHandler() }
    server = Server(
      childChannelSetup: channel, configuration: ServerConfiguration(address: address),
      onServerRunning: { continuation.yield($0.localAddress) },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
  }

  /// Returns when connections are taken.
  func start() async throws -> SocketAddress? {
    let running = Task { [server, continuation] in
      do { try await server.run() } catch { continuation.finish(throwing: error) }
      continuation.finish()
    }
    task.withLock { $0 = running }
    for try await address in started { return address }
    return nil
  }

  /// Takes no more connections, and ends those that there are.
  func stop(within time: Duration) async {
    guard let running = task.withLock({ $0.take() }) else { return }
    let server = server
    let closing = Task { try? await server.shutdownGracefully() }
    let timeout = Task {
      try await Task.sleep(for: time)
      running.cancel()
    }
    await running.value
    timeout.cancel()
    closing.cancel()
  }
}
