import Agent
import ArgumentParser
import DriverHost

struct DriverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "driver", abstract: "Look at the task drivers of this host.",
    subcommands: [List.self, Inspect.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the drivers that were found, and those that cannot be loaded.")

    @OptionGroup var agentOptions: AgentOptions

    func run() async throws {
      let drivers = try await LoadedDrivers(agentOptions.configuration())
      var table = TextTable(["NAME", "HEALTH", "VERSION", "ISOLATION", "DESCRIPTION"])
      for driver in drivers.registry.all {
        table.add([
          driver.name, "\(driver.health)", driver.descriptor.pluginVersion, "\(driver.descriptor.isolation)",
          driver.descriptor.documentation,
        ])
      }
      Terminal.current().writeLine(drivers.registry.all.isEmpty ? "No driver was found." : table.text)
      drivers.printFailures()
      await drivers.close()
      if !drivers.failures.isEmpty { throw ExitCode(1) }
    }
  }

  struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a driver: version, file, health, and what its tasks may be configured with.")

    @Argument(help: "The driver's name.")
    var name: String
    @OptionGroup var agentOptions: AgentOptions

    func run() async throws {
      let drivers = try await LoadedDrivers(agentOptions.configuration())
      defer { drivers.printFailures() }
      do {
        _ = try drivers.registry.driver(named: name)
      } catch {
        Terminal.writeError("hostler: \(error)")
        await drivers.close()
        throw ExitCode(1)
      }
      if let info = drivers.registry.info(named: name) {
        Terminal.current().writeLine(DriverPage(info).text)
      }
      await drivers.close()
    }
  }
}
