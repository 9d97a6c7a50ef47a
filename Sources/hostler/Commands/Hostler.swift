import ArgumentParser
import DriverHost

/// The command line.
struct Hostler: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hostler",
    abstract: "Runs jobs on this host through task drivers.",
    discussion: """
      Try it:
        hostler job validate FILE    say what is wrong with a job file, and where
        hostler run FILE             run a job here and watch it to its end
        hostler agent -dev           keep jobs running until told otherwise
        hostler driver list          show the drivers that were found
        hostler operator state       show what is stored in a data directory

      Options take one dash or two.

      Exit codes:
        0    done
        1    a task failed, a driver that was asked for is not there or cannot be loaded, or the output could
             not be written
        2    a job file, an option or the configuration is wrong, or the system's limits are too low
        130  interrupted
      """,
    version: Version.current,
    subcommands: [
      RunCommand.self, AgentCommand.self, JobCommand.self, DriverCommand.self, OperatorCommand.self,
      VersionCommand.self, DriverHostCommand.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot(arguments())
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      Program.exit(0)
    } catch let code as ExitCode {
      Program.exit(code.rawValue)
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code.isSuccess {
        Terminal.current().writeLine(message)
        Program.exit(0)
      }
      if !message.isEmpty { Terminal.writeError(message) }
      Program.exit(2)
    }
  }
}

extension Hostler {
  /// The command line, with the help and version options as Nomad's users type them too.
  private static func arguments() -> [String] {
    CommandLine.arguments.dropFirst().map { ["-help", "-version"].contains($0) ? "-" + $0 : $0 }
  }
}

/// The version of this program.
enum Version {
  static let current = "0.1.0"
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Show the version of hostler and of the driver ABI that it speaks.")

  func run() {
    Terminal.current().writeLine("hostler \(Version.current) (driver ABI \(ABIVersion.host))")
  }
}

extension NameSpecification {
  /// A long name that takes one dash or two, as Nomad's users type it.
  static func eitherDash(_ name: String) -> NameSpecification {
    [.customLong(name), .customLong(name, withSingleDash: true)]
  }
}
