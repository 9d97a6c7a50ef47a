public import DriverHost
public import HCL
public import Jobs
public import Lifecycle
import Logging
public import Runner
public import State

/// The agent of a host: keeps jobs running until it is told otherwise, and goes on where an agent of before has
/// stopped, however that ended.
public final class HostAgent: Sendable {
  private let ground: AllocationHost
  /// The jobs, with their allocations.
  public let jobs: JobTable
  /// Where the agent's log goes.
  public let log: AgentLog

  /// The drivers.
  public var drivers: DriverRegistry { ground.drivers }
  /// The drivers that could not be loaded.
  public var loadFailures: [DriverLoadError] { ground.loadFailures }
  /// Where the allocations live.
  public var dataDirectory: DataDirectory { ground.dataDirectory }
  /// This host.
  public var host: HostFacts { ground.facts }
  /// How the agent is set up.
  public var configuration: AgentConfiguration { ground.configuration }
  /// The time.
  public var clock: any RunnerClock { ground.clock }
  /// What the store has done since the agent was started; nil when nothing is kept.
  public var storeCounts: StoreCounts? { ground.state?.store.counts }

  /// Makes the data directory, opens the state in it, and loads the drivers. Nothing runs before ``start()``.
  ///
  /// - Parameters:
  ///   - configuration: How the agent is set up.
  ///   - log: Where the log goes.
  ///   - clock: The time.
  ///   - version: The version of the program, for the state.
  /// - Throws: when the data directory cannot be made, is used by another agent, or holds state that cannot
  ///   be used.
  public convenience init(
    _ configuration: AgentConfiguration, log: AgentLog, clock: any RunnerClock = SystemClock(),
    version: String = ""
  ) async throws(AgentStartError) {
    try await self.init(configuration, log: log, clock: clock, version: version, bootID: hostBootID())
  }

  /// As the other, on a host whose kernel says that this is another boot.
  init(
    _ configuration: AgentConfiguration, log: AgentLog, clock: any RunnerClock, version: String,
    bootID: String
  ) async throws(AgentStartError) {
    self.log = log
    let store = log.logger("state")
    let driverLog = log.logger("driver")
    ground = try await AllocationHost(
      configuration, clock: clock, version: version, bootID: bootID,
      storeObserver: { health in
        switch health {
        case .writing: store.notice("the state is written again; work goes on")
        case .paused(let failure):
          store.error(
            "the state cannot be written; running tasks go on, everything else waits",
            metadata: ["reason": "\(failure)"])
        }
      },
      log: { message in
        driverLog.log(
          level: message.level.logLevel, "\(message.text)", metadata: ["driver": "\(message.driver)"])
      })
    jobs = JobTable(ground)
  }

  /// Goes on with what an agent of before has left. Returns when the drivers were asked for every task that
  /// ran, and new ones may be started.
  ///
  /// - Throws: when the state of before cannot be read.
  public func start() async throws(StateError) {
    let log = log.logger("agent")
    for failure in loadFailures { log.error("a driver is not there: \(failure)") }
    let stored = try await ground.restorable()
    for record in stored.unreadable { log.error("a part of the state is passed over: \(record)") }
    let open = stored.jobs.reduce(0) { $0 + $1.allocations.count { !$0.hasEnded } }
    if open > 0 || !stored.registrations.isEmpty {
      log.info(
        "going on with what ran before",
        metadata: ["jobs": "\(stored.registrations.count)", "allocations": "\(open)"])
    }
    await jobs.restore(stored)
  }

  /// Keeps the jobs of the configured folder running, until the calling task is cancelled. Returns at once when
  /// there is no such folder in the configuration.
  public func followJobsFolder() async {
    guard let path = configuration.jobsDirectory else { return }
    await JobsFolder(path: FileSystem.resolved(path) ?? path, agent: self, log: log.logger("jobs_dir")).run()
  }

  /// What keeps a job from running on this host.
  public func check(_ job: Job) -> [Diagnostic] {
    DriverCheck(drivers: drivers, loadFailures: loadFailures).check(job) + ScheduleCheck.check(job)
  }

  /// Asks every task to end, and suspends until all have or the calling task is cancelled. To be followed by
  /// ``shutdown()``.
  public func stopTasks(_ request: StopRequest) async { await jobs.stopAll(request) }

  /// Closes the drivers and the state. Tasks that run go on running, for the next agent to take over; those of
  /// an agent with a temporary data directory end with it.
  ///
  /// - Returns: Why the last records could not be written; nil when all were.
  public func shutdown() async -> StateError? {
    await jobs.shutdown()
    return await ground.close()
  }
}
