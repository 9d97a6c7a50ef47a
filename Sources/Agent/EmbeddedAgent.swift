public import DriverHost
public import HCL
public import Jobs
public import Lifecycle
public import Runner

/// An agent within one process, for one job after another: drivers, a data directory, and the
/// allocations of the jobs that run.
public final class EmbeddedAgent: Sendable {
  /// The drivers.
  public let drivers: DriverRegistry
  /// The drivers that could not be loaded.
  public let loadFailures: [DriverLoadError]
  /// Where the allocations live.
  public let dataDirectory: DataDirectory
  /// This host.
  public let host: HostFacts
  private let configuration: AgentConfiguration
  private let clock: any RunnerClock
  private let journal: (any AllocationJournal)?
  private let servingGate = ServingGate()

  /// Loads the drivers and makes the data directory. A driver that cannot be loaded is no error here:
  /// see ``loadFailures``.
  ///
  /// - Parameters:
  ///   - configuration: How the agent is set up.
  ///   - clock: The time.
  ///   - journal: Where records are kept; nil when nothing is to be restored later.
  ///   - log: Takes what drivers log; called on any thread, must be quick.
  /// - Throws: when the data directory cannot be made.
  public init(
    _ configuration: AgentConfiguration, clock: any RunnerClock = SystemClock(),
    journal: (any AllocationJournal)? = nil, log: @escaping @Sendable (DriverLogMessage) -> Void = { _ in }
  ) async throws(FileError) {
    self.configuration = configuration
    self.clock = clock
    self.journal = journal
    dataDirectory = try DataDirectory(configuration.dataDirectory)
    drivers = DriverRegistry(log: log)
    var plugins = configuration.drivers.withDefaultDirectory()
    plugins.stateDirectory = dataDirectory.driversPath
    plugins.isTemporary = dataDirectory.isTemporary
    loadFailures = await drivers.load(plugins)
    var host = HostFacts.ofThisHost(nodeName: configuration.nodeName, datacenter: configuration.datacenter)
    host.region = configuration.region
    host.meta = configuration.meta
    for driver in drivers.all {
      host.attributes.merge(driver.fingerprint?.attributes ?? [:]) { $1 }
      host.attributes["driver.\(driver.name)"] = driver.health == .healthy ? "1" : "0"
    }
    self.host = host
  }

  /// What keeps a job from running on this host.
  public func check(_ job: Job) -> [Diagnostic] {
    DriverCheck(drivers: drivers, loadFailures: loadFailures).check(job)
  }

  /// Starts a job: each group as often as its count says.
  ///
  /// - Parameters:
  ///   - job: The job, checked.
  ///   - artifactBase: The folder that relative artifact sources are taken from.
  ///   - restoring: The records of earlier allocations of the job, to go on from; empty to place new ones.
  public func run(
    _ job: Job, artifactBase: String, restoring: [RestorableAllocation] = []
  ) async -> JobRun {
    let placed =
      restoring.isEmpty
      ? Self.place(job).map { ($0, RestoredAllocation?.none) }
      : restoring.map { ($0.identity, $0.records) }
    let observer = JobRun.Observer(placed.map(\.0))
    let environment = AllocationRunner.Environment(
      drivers: drivers, host: host, artifactBase: artifactBase, observer: observer,
      servingGate: servingGate, journal: journal, clock: clock)
    let runners = placed.map { identity, records in
      AllocationRunner(
        identity, in: dataDirectory.allocation(identity.id),
        plan: AllocationPlan(
          group: identity.group, jobType: job.type, maxKillTimeout: configuration.maximumKillTimeout,
          seed: UInt64.random(in: .min ... .max)),
        restoring: records, environment: environment)
    }
    let run = JobRun(job: job, allocations: runners, observer: observer)
    await run.begin()
    // Only when every task of before has been asked for may drivers start new ones.
    for runner in runners { await runner.waitUntilRecovered() }
    await drivers.restoreComplete()
    await servingGate.open()
    return run
  }

  /// New allocations for each group of a job.
  private static func place(_ job: Job) -> [AllocationIdentity] {
    job.groups.flatMap { group in
      (0..<max(0, group.count)).map { index in
        AllocationIdentity(id: newAllocationID(), job: job, group: group, index: index)
      }
    }
  }

  /// Closes the drivers. Tasks that run go on running.
  public func close() async {
    await drivers.close()
  }
}

/// An allocation that ran before, as it was recorded.
public struct RestorableAllocation: Sendable {
  /// Which allocation it is.
  public var identity: AllocationIdentity
  /// Its records.
  public var records: RestoredAllocation

  /// Makes it from its parts.
  public init(identity: AllocationIdentity, records: RestoredAllocation) {
    self.identity = identity
    self.records = records
  }
}

/// A random UUID (version 4) in lower case.
private func newAllocationID() -> String {
  // Each number is a call to the kernel: two, not one for each byte.
  let words = [UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max)]
  var bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  bytes[6] = bytes[6] & 0x0F | 0x40
  bytes[8] = bytes[8] & 0x3F | 0x80
  var text = ""
  text.reserveCapacity(36)
  for (index, byte) in bytes.enumerated() {
    if [4, 6, 8, 10].contains(index) { text += "-" }
    text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
  }
  return text
}
