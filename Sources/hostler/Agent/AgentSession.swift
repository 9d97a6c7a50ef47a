import API
import Agent
import DriverHost
import Glibc
import Lifecycle
import Logging

/// Runs an agent from its start to the signal that ends it.
struct AgentSession {
  /// Whether an interrupt stops the tasks.
  let isDevelopment: Bool
  /// Reads the configuration again.
  let readConfiguration: () throws -> AgentConfiguration

  /// Runs it; the exit code.
  func run(_ configuration: AgentConfiguration) async -> Int32 {
    let signals = InterruptSignals.stream()
    let isJSON = configuration.logsJSON
    let agentLog = AgentLog(level: Self.level(configuration.logLevel)) { line in
      Terminal.writeError(isJSON ? line.json : line.text)
    }
    let log = agentLog.logger("agent")
    let agent: HostAgent
    do throws(AgentStartError) {
      agent = try await HostAgent(configuration, log: agentLog, version: Version.current)
    } catch {
      log.critical("the data directory cannot be used: \(error)")
      return 2
    }
    let server: APIServer
    do throws(APIServer.StartError) {
      server = try await APIServer(agent, version: Version.current)
    } catch {
      log.critical("\(error)")
      _ = await agent.shutdown()
      return 1
    }
    do {
      try await agent.start()
    } catch {
      log.critical("what ran before cannot be read: \(error)")
      await server.shutdown()
      _ = await agent.shutdown()
      return 1
    }
    server.ready()
    let folder = Task { await agent.followJobsFolder() }
    log.notice(
      "the agent is ready",
      metadata: [
        "version": "\(Version.current)", "data_dir": "\(agent.dataDirectory.path)",
        "drivers": "\(agent.drivers.all.map(\.name).sorted().joined(separator: ","))",
        "http": "\(server.addresses.map(\.description).joined(separator: ","))",
      ])
    ServiceManager.notify(.ready)
    await follow(signals, agent, log)
    ServiceManager.notify(.stopping)
    folder.cancel()
    await server.shutdown()
    await folder.value
    return await end(agent, log)
  }

  /// Returns when the agent is to end.
  private func follow(_ signals: AsyncStream<Int32>, _ agent: HostAgent, _ log: Logger) async {
    var signals = signals.makeAsyncIterator()
    while let signal = await signals.next() {
      switch signal {
      case SIGHUP: reload(agent, log)
      case SIGINT where isDevelopment:
        log.notice("interrupted: stopping the tasks; interrupt again to kill them")
        let stopping = Task { await agent.stopTasks(StopRequest(reason: "the agent was interrupted")) }
        let killing = Task { [signals] in
          var signals = signals
          guard await signals.next() != nil else { return }
          log.notice("killing the tasks")
          await agent.stopTasks(StopRequest(urgency: .immediate, reason: "the agent was interrupted twice"))
        }
        await stopping.value
        killing.cancel()
        return
      default:
        log.notice("told to end: tasks run on")
        return
      }
    }
  }

  private func reload(_ agent: HostAgent, _ log: Logger) {
    ServiceManager.notify(.reloading)
    defer { ServiceManager.notify(.ready) }
    do {
      let configuration = try readConfiguration()
      agent.log.level = Self.level(configuration.logLevel)
      log.notice("the configuration was read again")
    } catch {
      log.error("the configuration is not used: it cannot be read", metadata: ["reason": "\(error)"])
    }
  }

  private func end(_ agent: HostAgent, _ log: Logger) async -> Int32 {
    if let failure = await agent.shutdown() {
      log.error("the last records could not be written: \(failure)")
      return 1
    }
    if agent.dataDirectory.isTemporary {
      do {
        try agent.dataDirectory.remove()
      } catch {
        log.error("the temporary data directory could not be removed: \(error)")
      }
    }
    log.notice("the agent has ended")
    return 0
  }

  private static func level(_ name: String) -> Logger.Level { Logger.Level(rawValue: name) ?? .info }
}
