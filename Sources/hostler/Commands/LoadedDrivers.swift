import Agent
import DriverHost
import HCL
import Jobs

/// The drivers of a command that runs no tasks.
struct LoadedDrivers {
  let registry: DriverRegistry
  let failures: [DriverLoadError]

  init(_ configuration: AgentConfiguration) async {
    registry = DriverRegistry(log: EmbeddedAgent.printLog)
    failures = await registry.load(configuration.drivers.withDefaultDirectory())
  }

  /// What keeps a job from running on this host.
  func check(_ job: Job) -> [Diagnostic] {
    DriverCheck(drivers: registry, loadFailures: failures).check(job)
  }

  func printFailures() {
    for failure in failures { Terminal.writeError("hostler: \(failure)") }
  }

  func close() async {
    await registry.close()
  }
}
