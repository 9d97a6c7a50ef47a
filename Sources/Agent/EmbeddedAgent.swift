public import DriverHost
public import HCL
public import Jobs
import Lifecycle
public import Runner
public import State

/// An agent within one process, for one job after another: drivers, a data directory, and the
/// allocations of the jobs that run.
public final class EmbeddedAgent: Sendable {
  private let ground: AllocationHost

  /// The drivers.
  public var drivers: DriverRegistry { ground.drivers }
  /// The drivers that could not be loaded.
  public var loadFailures: [DriverLoadError] { ground.loadFailures }
  /// Where the allocations live.
  public var dataDirectory: DataDirectory { ground.dataDirectory }
  /// This host.
  public var host: HostFacts { ground.facts }

  /// Makes the data directory, opens the state in it, and loads the drivers. A driver that cannot be loaded
  /// is no error here: see ``loadFailures``.
  ///
  /// A data directory that the configuration names is locked until ``close()``, and what its allocations
  /// need to be restored is kept in it. A temporary one is gone with its agent, so nothing is kept there.
  ///
  /// - Parameters:
  ///   - configuration: How the agent is set up.
  ///   - clock: The time.
  ///   - version: The version of the program, for the state.
  ///   - storeObserver: Told when records stop reaching the disk, as when that is full, and when they do
  ///     again; called on any thread, must be quick.
  ///   - log: Takes what drivers log; called on any thread, must be quick.
  /// - Throws: when the data directory cannot be made, is used by another agent, or holds state that cannot
  ///   be used.
  public init(
    _ configuration: AgentConfiguration, clock: any RunnerClock = SystemClock(),
    version: String = "",
    storeObserver: @escaping @Sendable (StoreHealth) -> Void = { _ in },
    log: @escaping @Sendable (DriverLogMessage) -> Void = { _ in }
  ) async throws(AgentStartError) {
    ground = try await AllocationHost(
      configuration, clock: clock, version: version, storeObserver: storeObserver, log: log)
  }

  /// What keeps a job from running on this host.
  public func check(_ job: Job) -> [Diagnostic] {
    DriverCheck(drivers: drivers, loadFailures: loadFailures).check(job)
  }

  /// The jobs that an agent of before has left in the data directory.
  ///
  /// - Throws: when they cannot be read.
  public func restorable() async throws(StateError) -> RestorableState {
    try await ground.restorable()
  }

  /// Forgets an allocation that has ended; its directory stays.
  public func forget(allocation id: String) {
    ground.forget(allocation: id)
  }

  /// What the store has done since the agent was started; nil when nothing is kept.
  public var storeCounts: StoreCounts? { ground.state?.store.counts }

  /// Starts a job: each group as often as its count says. New allocations are durable before they begin, so
  /// this waits while the disk is full.
  ///
  /// - Parameters:
  ///   - job: The job, checked.
  ///   - artifactBase: The folder that relative artifact sources are taken from.
  ///   - restoring: The records of earlier allocations of the job, to go on from; empty to place new ones.
  public func run(
    _ job: Job, artifactBase: String, restoring: [RestorableAllocation] = []
  ) async -> JobRun {
    let records = Dictionary(restoring.map { ($0.identity.id, $0.records) }) { $1 }
    // What ran before has to be asked for at once: it is there already. Those that never began wait behind it.
    let begun = restoring.filter { $0.records.tasks.contains { $0 != nil } }.map(\.identity)
    let limits = AdmissionLimits(
      starting: max(64, begun.count),
      tasks: max(DescriptorLimit.taskLimit, begun.reduce(0) { $0 + $1.group.tasks.count }))
    let begunIDs = Set(begun.map(\.id))
    let identities =
      restoring.isEmpty
      ? Self.place(job) : begun + restoring.map(\.identity).filter { !begunIDs.contains($0.id) }
    if restoring.isEmpty {
      await ground.store(
        identities.map { PlacedAllocation(id: $0.id, group: $0.group.name, index: $0.index) },
        of: EncodedJob(job, artifactBase: artifactBase))
    }
    let run = JobRun(
      job: job, identities: identities, limits: limits,
      environment: RunEnvironment(dataDirectory: dataDirectory, clock: ground.clock) {
        [ground] identity, observer in
        ground.makeRunner(
          identity, artifactBase: artifactBase, restoring: records[identity.id], observer: observer)
      } forget: {
        self.forget(allocation: $0.id)
      })
    await run.begin()
    // Only when every task of before has been asked for may drivers start new ones.
    for runner in run.allocations { await runner.waitUntilRecovered() }
    await ground.serve()
    return run
  }

  /// New allocations for each group of a job.
  private static func place(_ job: Job) -> [AllocationIdentity] {
    job.groups.flatMap { group in
      let placement = AllocationIdentity.Placement(job: job, group: group)
      return (0..<max(0, group.count)).map { index in
        AllocationIdentity(id: randomUUID(), placement: placement, index: index)
      }
    }
  }

  /// Closes the drivers and the state. Tasks that run go on running.
  ///
  /// - Returns: Why the last records could not be written; nil when all were.
  @discardableResult
  public func close() async -> StateError? {
    await ground.close()
  }
}
