import HCL

/// How the HTTP API is served.
public struct HTTPConfiguration: Hashable, Sendable {
  /// The address that is listened on.
  public var host: String
  /// The port; 0 for any that is free, nil for none.
  public var port: Int?
  /// The path of the Unix socket; nil for `agent.sock` in the data directory.
  public var socketPath: String?
  /// How many connections there may be at once.
  public var connectionLimit: Int
  /// How many connections one network address may have at once; 0 for any number.
  public var connectionsPerClient: Int
  /// How many requests at once may be streams or wait for a change.
  public var streamLimit: Int

  /// Makes the configuration of an agent that is told nothing.
  public init(
    host: String = "127.0.0.1", port: Int? = 4646, socketPath: String? = nil, connectionLimit: Int = 1024,
    connectionsPerClient: Int = 100, streamLimit: Int = 512
  ) {
    self.host = host
    self.port = port
    self.socketPath = socketPath
    self.connectionLimit = connectionLimit
    self.connectionsPerClient = connectionsPerClient
    self.streamLimit = streamLimit
  }

  /// Whether only this host can reach the port.
  public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  /// Takes what a configuration file says of the API; what it does not say stays.
  mutating func merge(_ decoder: inout BodyDecoder) {
    if let value = decoder.string("bind_addr") { host = value }
    if let block = decoder.block("addresses") {
      var inner = BodyDecoder(block, collector: decoder.collector)
      if let value = inner.string("http") { host = value }
      inner.finish()
    }
    if let block = decoder.block("ports") {
      var inner = BodyDecoder(block, collector: decoder.collector)
      if let value = inner.int("http") { port = value }
      if let port, !(0...65_535).contains(port) {
        inner.report("http", "Unknown port", "A port is a number from 1 to 65535, or 0 for any that is free.")
      }
      inner.finish()
    }
    if let block = decoder.block("limits") {
      var inner = BodyDecoder(block, collector: decoder.collector)
      if let value = inner.int("http_max_conns_per_client") { connectionsPerClient = max(0, value) }
      inner.finish()
    }
    if let block = decoder.block("http") {
      var inner = BodyDecoder(block, collector: decoder.collector)
      if let value = inner.bool("enabled"), !value { port = nil }
      if let value = inner.string("socket") { socketPath = value }
      if let value = inner.int("max_connections") { connectionLimit = max(1, value) }
      if let value = inner.int("max_streams") { streamLimit = max(1, value) }
      inner.finish()
    }
  }
}
