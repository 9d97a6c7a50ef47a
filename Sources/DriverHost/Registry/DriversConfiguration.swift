public import HCL

/// One `plugin "NAME" { … }` block of an agent configuration.
public struct PluginBlock: Hashable, Sendable {
  /// The name of the driver.
  public var name: String
  /// The library's file; nil to look for NAME.so or libNAME.so in the plugin directory.
  public var path: String?
  /// The SHA-256 that the file must have, as 64 hexadecimal digits; nil for any.
  public var sha256: String?
  /// Where the driver's code is to run.
  public var isolation: DriverIsolation
  /// What the driver is configured with, to be checked against its schema.
  public var config: LocatedValue?
  /// Where the block is.
  public var range: SourceRange?

  /// Makes a block from its parts.
  public init(
    name: String, path: String? = nil, sha256: String? = nil, isolation: DriverIsolation = .none,
    config: LocatedValue? = nil, range: SourceRange? = nil
  ) {
    self.name = name
    self.path = path
    self.sha256 = sha256
    self.isolation = isolation
    self.config = config
    self.range = range
  }
}

/// Which drivers to load.
public struct DriversConfiguration: Hashable, Sendable {
  /// Where libraries are looked for; every driver library in it is loaded. Nil for nowhere.
  public var pluginDirectory: String?
  /// The blocks, names unique.
  public var plugins: [PluginBlock]

  /// The folder in which each driver gets a directory of its own for what outlives an agent; made when it
  /// is needed. Nil when drivers are only looked at.
  public var stateDirectory: String?
  /// Whether that folder goes away with the agent, so that no task is to outlive it.
  public var isTemporary = false

  /// The program that is started for a driver in a process of its own, with the one argument `driver-host`:
  /// it must call ``DriverHostProcess/run()``. Nil for this program, which then must know the argument.
  public var driverHostProgram: String?

  /// Makes a configuration from its parts.
  public init(pluginDirectory: String? = nil, plugins: [PluginBlock] = [], stateDirectory: String? = nil) {
    self.pluginDirectory = pluginDirectory
    self.plugins = plugins
    self.stateDirectory = stateDirectory
  }
}

extension DriversConfiguration {
  /// Takes `plugin_dir` and the `plugin` blocks out of an agent configuration. The caller asks for what
  /// else there may be, and calls the decoder's `finish()`.
  ///
  /// - Parameter decoder: the decoder of the file's body; mistakes go to its collector.
  public init(decoding decoder: inout BodyDecoder) {
    var directory = decoder.string("plugin_dir")
    if directory == "" {
      decoder.report("plugin_dir", "Invalid plugin_dir", "plugin_dir is the path of a directory.")
      directory = nil
    }
    var plugins: [PluginBlock] = []
    for block in decoder.blocks("plugin", labels: ["name"]) {
      let plugin = PluginBlock(decoding: block, collector: decoder.collector)
      if let other = plugins.first(where: { $0.name == plugin.name }) {
        decoder.collector.error(
          "Plugin set twice", "There is a plugin block \"\(plugin.name)\" already.", at: block.headerSpan,
          notes: other.range.map { [Diagnostic.Note("the first one is here", range: $0)] } ?? [])
      } else {
        plugins.append(plugin)
      }
    }
    self.init(pluginDirectory: directory, plugins: plugins)
  }
}

extension PluginBlock {
  fileprivate init(decoding block: ScopedBlock, collector: DiagnosticCollector) {
    var decoder = BodyDecoder(block, collector: collector)
    self.init(
      name: block.labels.first?.text ?? "", path: decoder.string("path"), sha256: decoder.string("sha256"),
      config: decoder.located("config"), range: collector.source.range(of: block.headerSpan))
    if let text = decoder.string("isolation") {
      if let isolation = DriverIsolation(rawValue: text) {
        self.isolation = isolation
      } else {
        let names = DriverIsolation.allCases.map(\.rawValue)
        decoder.report(
          "isolation", "Unknown isolation",
          "It is \(names.map { "\"\($0)\"" }.joined(separator: " or ")).",
          suggestion: nearestName(to: text, among: names))
      }
    }
    decoder.finish()
  }
}
