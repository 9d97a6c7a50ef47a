import Agent
import ArgumentParser
import Glibc
import Lifecycle
import Logging
import Runner

struct AgentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent",
    abstract: "Keep jobs running on this host until told otherwise.",
    discussion: """
      The agent goes on where the one before it has stopped, however that ended: tasks that ran are taken over,
      the exit codes of tasks that ended meanwhile are told.

      Signals:
        SIGTERM, SIGINT  the agent ends; tasks run on for the next one. With -dev SIGINT stops the tasks first,
                         by their lifecycle; a second one kills them.
        SIGHUP           reads the configuration again: log level and jobs folder take effect at once.

      Exit codes:
        0    ended because it was told to
        1    it could not go on
        2    the configuration or an option is wrong, or the system's limits are too low
      """)

  @OptionGroup var agentOptions: AgentOptions

  @Option(
    name: .eitherDash("data-dir"), help: "Where allocations and state live; wins over the configuration.",
    completion: .directory)
  var dataDirectory: String?

  @Option(
    name: .eitherDash("jobs-dir"),
    help: "A folder whose job files are kept running; wins over the configuration.", completion: .directory)
  var jobsDirectory: String?

  @Flag(
    name: .eitherDash("dev"),
    help: "For trying things out: a temporary data directory unless one is named, and SIGINT stops the tasks."
  )
  var isDevelopment = false

  @Option(
    name: .eitherDash("log-level"),
    help: ArgumentHelp(
      "What is logged: \(AgentConfiguration.logLevels.joined(separator: ", ")).", valueName: "level"))
  var logLevel: String?

  @Flag(name: .eitherDash("log-json"), help: "Write the log as JSON objects, one a line.")
  var logsJSON = false

  func run() async throws {
    let configuration = try readConfiguration()
    let session = AgentSession(isDevelopment: isDevelopment, readConfiguration: readConfiguration)
    throw ExitCode(await session.run(configuration))
  }

  /// The configuration with what the options say on top.
  private func readConfiguration() throws -> AgentConfiguration {
    var configuration = try agentOptions.configuration()
    if let dataDirectory { configuration.dataDirectory = dataDirectory }
    if let jobsDirectory { configuration.jobsDirectory = jobsDirectory }
    if logsJSON { configuration.logsJSON = true }
    if let logLevel {
      guard let level = AgentConfiguration.logLevel(named: logLevel) else {
        throw ValidationError(
          "-log-level \(logLevel): it is one of \(AgentConfiguration.logLevels.joined(separator: ", "))")
      }
      configuration.logLevel = level
    }
    if configuration.dataDirectory == nil && !isDevelopment {
      throw ValidationError(
        "no data directory: set data_dir in the configuration or use -data-dir DIR, or -dev for a temporary one"
      )
    }
    if let path = configuration.jobsDirectory, FileSystem.kind(path) != .directory {
      throw ValidationError("the jobs folder \(path) is not a folder; make it first")
    }
    return configuration
  }
}
