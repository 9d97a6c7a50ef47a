import DriverHost
import Jobs
import Lifecycle
import Runner
import State

/// What allocations of this host run on: a data directory with the state in it, the drivers, the time.
final class AllocationHost: Sendable {
  let configuration: AgentConfiguration
  let clock: any RunnerClock
  let dataDirectory: DataDirectory
  /// Nil in a temporary data directory.
  let state: AgentState?
  let drivers: DriverRegistry
  let loadFailures: [DriverLoadError]
  /// This host, with what its drivers have told of it.
  let facts: HostFacts
  /// Holds driver calls back until every task of an earlier agent was asked for.
  let servingGate = ServingGate()

  /// Makes the data directory, opens the state in it, and loads the drivers.
  ///
  /// - Throws: when the data directory cannot be made, is used by another agent, or holds state that cannot
  ///   be used.
  init(
    _ configuration: AgentConfiguration, clock: any RunnerClock, version: String,
    bootID: String = hostBootID(),
    storeObserver: @escaping @Sendable (StoreHealth) -> Void,
    log: @escaping @Sendable (DriverLogMessage) -> Void
  ) async throws(AgentStartError) {
    self.configuration = configuration
    self.clock = clock
    let opened = await Task(executorPreference: DiskThreads.shared) {
      Self.open(configuration.dataDirectory, version: version, bootID: bootID, observer: storeObserver)
    }.value
    (dataDirectory, state) = try opened.get()
    drivers = DriverRegistry(log: log)
    var plugins = configuration.drivers.withDefaultDirectory()
    plugins.stateDirectory = dataDirectory.driversPath
    plugins.isTemporary = dataDirectory.isTemporary
    loadFailures = await drivers.load(plugins)
    var facts = HostFacts.ofThisHost(nodeName: configuration.nodeName, datacenter: configuration.datacenter)
    facts.region = configuration.region
    facts.meta = configuration.meta
    for driver in drivers.all {
      facts.attributes.merge(driver.fingerprint?.attributes ?? [:]) { $1 }
      facts.attributes["driver.\(driver.name)"] = driver.health == .healthy ? "1" : "0"
    }
    self.facts = facts
  }

  private static func open(
    _ path: String?, version: String, bootID: String, observer: @escaping @Sendable (StoreHealth) -> Void
  ) -> Result<(DataDirectory, AgentState?), AgentStartError> {
    Result { () throws(AgentStartError) in
      let directory: DataDirectory
      do throws(FileError) { directory = try DataDirectory(path) } catch { throw .file(error) }
      guard !directory.isTemporary else { return (directory, nil) }
      return (directory, try AgentState(in: directory, version: version, bootID: bootID, observer: observer))
    }
  }

  /// The jobs that an agent of before has left in the data directory.
  func restorable() async throws(StateError) -> RestorableState {
    guard let state else { return RestorableState(jobs: [], unreadable: []) }
    return try await Task(executorPreference: DiskThreads.shared) {
      Result { () throws(StateError) in try state.restorable() }
    }.value.get()
  }

  /// Stores new allocations of a job, and suspends until they are durable.
  func store(_ allocations: [PlacedAllocation], of job: EncodedJob) async {
    guard let state else { return }
    state.store.place(allocations, of: job)
    await state.store.flush()
  }

  /// Forgets an allocation that has ended; its directory stays.
  func forget(allocation id: String) { state?.store.remove(allocation: id) }

  /// The runner of an allocation.
  ///
  /// - Parameters:
  ///   - artifactBase: The folder that relative artifact sources are taken from.
  ///   - records: What it was when an agent of before went away; nil for a new one.
  func makeRunner(
    _ identity: AllocationIdentity, artifactBase: String, restoring records: RestoredAllocation?,
    observer: any AllocationObserver
  ) -> AllocationRunner {
    AllocationRunner(
      identity, in: dataDirectory.allocation(identity.id), plan: plan(of: identity), restoring: records,
      environment: AllocationRunner.Environment(
        drivers: drivers, host: facts, artifactBase: artifactBase, observer: observer,
        servingGate: servingGate, journal: state?.store, clock: clock))
  }

  /// What the machine of an allocation follows.
  func plan(of identity: AllocationIdentity) -> AllocationPlan {
    AllocationPlan(
      group: identity.group, jobType: identity.job.type, maxKillTimeout: configuration.maximumKillTimeout,
      seed: UInt64.random(in: .min ... .max))
  }

  /// Lets driver calls through, when every task of before was asked for.
  func serve() async {
    await drivers.restoreComplete()
    servingGate.open()
  }

  /// Closes the drivers and the state. Tasks that run go on running.
  ///
  /// - Returns: Why the last records could not be written; nil when all were.
  func close() async -> StateError? {
    await drivers.close()
    return await state?.close()
  }
}
