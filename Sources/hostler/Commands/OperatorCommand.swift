import Agent
import ArgumentParser
import HCL
import Runner
import State

struct OperatorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operator", abstract: "Look at an agent from the inside.", subcommands: [StateCommand.self])

  struct StateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "state",
      abstract: "Show what is stored: jobs, allocations and tasks, with exit codes, handles and events.",
      discussion: """
        Works while an agent runs and when none does, and changes nothing. The data directory is that of -data-dir,
        or the data_dir of the configuration.
        """)

    @Option(
      name: .eitherDash("data-dir"), help: "The agent's data directory.", completion: .directory)
    var dataDirectory: String?

    @Option(
      name: .eitherDash("config"), help: "The agent's configuration: a file, or a folder of .hcl files.",
      completion: .file())
    var config: String?

    @Flag(name: .eitherDash("json"), help: "Print one JSON object.")
    var json = false

    func run() throws {
      guard let directory = try dataDirectory ?? configuredDirectory() else {
        throw ValidationError("name the data directory with -data-dir, or a configuration that has data_dir")
      }
      let path = DataDirectory.statePath(in: FileSystem.resolved(directory) ?? directory)
      let contents: StateContents
      do {
        contents = try StateReader.read(path)
      } catch {
        Terminal.writeError("hostler: \(error)")
        throw ExitCode(1)
      }
      Terminal.current().writeLine(
        json ? StateJSON(contents, path: path).text : StatePage(contents, path: path).text)
      for record in contents.unreadable { Terminal.writeError("hostler: \(path): \(record)") }
      if !contents.unreadable.isEmpty { throw ExitCode(1) }
    }

    private func configuredDirectory() throws -> String? {
      guard let config else { return nil }
      let reading = AgentConfiguration.read(config)
      DiagnosticOutput.print(reading.diagnostics, sources: reading.sources)
      guard let configuration = reading.configuration else { throw ExitCode(2) }
      return configuration.dataDirectory
    }
  }
}
