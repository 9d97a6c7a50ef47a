import ArgumentParser
import DriverHost

/// The process of one driver: started by an agent, never by people.
struct DriverHostCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "driver-host", abstract: "Runs one driver for an agent, which starts it.",
    shouldDisplay: false)

  func run() async throws {
    await DriverHostProcess.run()
  }
}
