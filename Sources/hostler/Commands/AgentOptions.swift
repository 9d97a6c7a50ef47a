import Agent
import ArgumentParser
import DriverHost
import State

/// The arguments of every command that needs an agent of its own.
struct AgentOptions: ParsableArguments {
  @Option(
    name: .eitherDash("config"), help: "The agent's configuration: a file, or a folder of .hcl files.",
    completion: .file())
  var config: String?

  @Option(
    name: .eitherDash("plugin-dir"), help: "Where driver libraries are found; wins over the configuration.",
    completion: .directory)
  var pluginDirectory: String?

  /// Reads the configuration and prints what is wrong with it to standard error.
  ///
  /// - Throws: exit code 2 when it cannot be used.
  func configuration() throws -> AgentConfiguration {
    var configuration = AgentConfiguration()
    if let config {
      let reading = AgentConfiguration.read(config)
      DiagnosticOutput.print(reading.diagnostics, sources: reading.sources)
      guard let read = reading.configuration else { throw ExitCode(2) }
      configuration = read
    }
    if let pluginDirectory { configuration.drivers.pluginDirectory = pluginDirectory }
    return configuration
  }
}

extension EmbeddedAgent {
  /// Writes a driver's message to standard error, from warnings up.
  static func printLog(_ message: DriverLogMessage) {
    guard message.level.rawValue >= DriverLogMessage.Level.warning.rawValue else { return }
    Terminal.writeError("hostler: driver \(message.driver): \(message.text.withoutControlCharacters)")
  }

  /// Says on standard error that records do not reach the disk, or that they do again.
  static func printHealth(_ health: StoreHealth) {
    switch health {
    case .writing: Terminal.writeError("hostler: the state is written again; work goes on")
    case .paused(let failure):
      Terminal.writeError(
        "hostler: the state cannot be written: \(failure); running tasks go on, everything else waits")
    }
  }
}
