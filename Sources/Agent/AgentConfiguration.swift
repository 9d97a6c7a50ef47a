public import DriverHost
public import HCL
import Runner

/// How an agent is set up: what its configuration files say, with the defaults filled in.
public struct AgentConfiguration: Hashable, Sendable {
  /// The node's name; nil for the host's.
  public var nodeName: String?
  /// The node's datacenter.
  public var datacenter: String
  /// The node's region.
  public var region: String
  /// The node's own pairs: `${meta.NAME}`.
  public var meta: [String: String]
  /// Where allocations and state live; nil for a temporary folder.
  public var dataDirectory: String?
  /// The folder whose job files are kept running; nil for none.
  public var jobsDirectory: String?
  /// What is less important than this is not logged: `trace`, `debug`, `info`, `notice`, `warning`, `error` or
  /// `critical`.
  public var logLevel: String
  /// Whether the log is written as JSON objects.
  public var logsJSON: Bool
  /// The longest `kill_timeout` that a task gets.
  public var maximumKillTimeout: Duration
  /// The drivers.
  public var drivers: DriversConfiguration
  /// How the HTTP API is served.
  public var http: HTTPConfiguration
  /// Whether clients of the API need a token.
  public var hasAccessControl = false

  /// Makes the configuration of an agent that is told nothing.
  public init(
    nodeName: String? = nil, datacenter: String = "dc1", region: String = "global",
    meta: [String: String] = [:],
    dataDirectory: String? = nil, jobsDirectory: String? = nil, logLevel: String = "info",
    logsJSON: Bool = false, maximumKillTimeout: Duration = .seconds(30),
    drivers: DriversConfiguration = DriversConfiguration(), http: HTTPConfiguration = HTTPConfiguration()
  ) {
    self.nodeName = nodeName
    self.datacenter = datacenter
    self.region = region
    self.meta = meta
    self.dataDirectory = dataDirectory
    self.jobsDirectory = jobsDirectory
    self.logLevel = logLevel
    self.logsJSON = logsJSON
    self.maximumKillTimeout = maximumKillTimeout
    self.drivers = drivers
    self.http = http
  }

  /// What reading a configuration gives.
  public struct Reading: Sendable {
    /// The configuration; nil when a diagnostic is an error.
    public var configuration: AgentConfiguration?
    /// Errors and warnings.
    public var diagnostics: [Diagnostic]
    /// The files that diagnostics may point into.
    public var sources: [SourceFile]
  }

  /// Reads a configuration file, or every `.hcl` file of a folder in the order of their names; later
  /// files win. Blocks on the disk.
  public static func read(_ path: String) -> Reading {
    var reading = Reading(configuration: AgentConfiguration(), diagnostics: [], sources: [])
    do {
      var paths = [path]
      if FileSystem.kind(path) == .directory {
        paths = try FileSystem.names(in: path).filter { $0.hasSuffix(".hcl") }.map { path + "/" + $0 }
      }
      for path in paths { try reading.take(path) }
    } catch let error as DiagnosticsError {
      reading.diagnostics += error.diagnostics
    } catch {
      reading.diagnostics.append(
        Diagnostic(.error, "the agent's configuration cannot be read", detail: "\(error)"))
    }
    if reading.diagnostics.hasErrors { reading.configuration = nil }
    return reading
  }
}

extension AgentConfiguration.Reading {
  fileprivate mutating func take(_ path: String) throws {
    let source = try SourceFile(
      name: path, bytes: try FileSystem.read(path, limitBytes: SourceFile.defaultSizeLimitBytes))
    sources.append(source)
    let file = ParsedFile(source)
    diagnostics += file.diagnostics
    guard file.diagnostics.isEmpty else { return }
    let collector = DiagnosticCollector(source: source)
    var decoder = BodyDecoder(
      file.body, owner: "the agent's configuration", headerSpan: SourceSpan(start: 0, end: 0),
      context: EvaluationContext(functions: StandardFunctions.table()), collector: collector)
    configuration?.merge(&decoder)
    decoder.finish()
    diagnostics += collector.inFileOrder
  }
}

extension AgentConfiguration {
  /// Takes what a file says; what it does not say stays.
  fileprivate mutating func merge(_ decoder: inout BodyDecoder) {
    if let name = decoder.string("name") { nodeName = name }
    if let value = decoder.string("datacenter") { datacenter = value }
    if let value = decoder.string("region") { region = value }
    if let value = decoder.string("data_dir") { dataDirectory = value }
    if let value = decoder.string("jobs_dir") { jobsDirectory = value }
    if let value = decoder.string("log_level") {
      if let level = Self.logLevel(named: value) {
        logLevel = level
      } else {
        decoder.report(
          "log_level", "Unknown level", "It is one of \(Self.logLevels.joined(separator: ", ")).")
      }
    }
    if let value = decoder.bool("log_json") { logsJSON = value }
    if let value = decoder.duration("max_kill_timeout") { maximumKillTimeout = value }
    if let value = decoder.stringMap("meta") { meta.merge(value) { $1 } }
    http.merge(&decoder)
    if let block = decoder.block("acl") {
      var inner = BodyDecoder(block, collector: decoder.collector)
      if let value = inner.bool("enabled") { hasAccessControl = value }
      inner.finish()
    }
    let more = DriversConfiguration(decoding: &decoder)
    if let directory = more.pluginDirectory { drivers.pluginDirectory = directory }
    for plugin in more.plugins {
      drivers.plugins.removeAll { $0.name == plugin.name }
      drivers.plugins.append(plugin)
    }
  }
}

extension AgentConfiguration {
  /// The levels of the log, the least important first.
  public static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

  /// A level by its name in either case; `warn` and `err` are known too.
  public static func logLevel(named name: String) -> String? {
    let lower = name.lowercased()
    return logLevels.first { $0 == lower } ?? ["warn": "warning", "err": "error"][lower]
  }
}
