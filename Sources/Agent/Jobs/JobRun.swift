public import Jobs
public import Lifecycle
public import Runner
import Synchronization

/// A change in one of a job's allocations.
public struct JobChange: Sendable {
  /// The allocation.
  public var allocation: AllocationIdentity
  /// What changed.
  public var change: AllocationChange
}

/// One job as this host runs it: its allocations, from their start to the end of the last.
public final class JobRun: Sendable {
  /// The job.
  public let job: Job
  /// The allocations, in the order of groups and indexes.
  public let allocations: [AllocationRunner]
  /// Every change of every allocation, in the order in which they happened within each; ends when the
  /// last allocation has. For one reader.
  public let changes: AsyncStream<JobChange>

  private let observer: Observer

  init(job: Job, allocations: [AllocationRunner], observer: Observer) {
    self.job = job
    self.allocations = allocations
    self.observer = observer
    changes = observer.changes
  }

  /// Starts every allocation and returns.
  func begin() async {
    if allocations.isEmpty { observer.finish() }
    for allocation in allocations { await allocation.begin() }
  }

  /// Suspends until every allocation has ended, and says how.
  public func outcome() async -> JobOutcome {
    var failed: [AllocationIdentity] = []
    for allocation in allocations {
      await allocation.waitUntilEnded()
      if await allocation.status.0 == .failed { failed.append(allocation.identity) }
    }
    return JobOutcome(failed: failed)
  }

  /// Asks every allocation to end.
  public func stop(_ request: StopRequest) async {
    for allocation in allocations { await allocation.stop(request) }
  }

  /// Leaves the tasks running and does nothing any more.
  public func shutdown() async {
    for allocation in allocations { await allocation.shutdown() }
  }

  /// Gathers the changes of all allocations of a job into one stream.
  final class Observer: AllocationObserver {
    let changes: AsyncStream<JobChange>
    private let continuation: AsyncStream<JobChange>.Continuation
    private let open: Mutex<[String: AllocationIdentity]>

    init(_ allocations: [AllocationIdentity]) {
      (changes, continuation) = AsyncStream.makeStream()
      open = Mutex(Dictionary(uniqueKeysWithValues: allocations.map { ($0.id, $0) }))
    }

    func allocation(_ id: String, changed change: AllocationChange) {
      let (identity, isLast) = open.withLock { open in
        guard let identity = open[id] else { return (AllocationIdentity?.none, false) }
        if case .ended = change { open[id] = nil }
        return (identity, open.isEmpty)
      }
      guard let identity else { return }
      continuation.yield(JobChange(allocation: identity, change: change))
      if isLast { continuation.finish() }
    }

    func finish() { continuation.finish() }
  }
}

/// How a job ended.
public struct JobOutcome: Hashable, Sendable {
  /// The allocations in which a task failed that must not.
  public var failed: [AllocationIdentity]

  /// Whether every task that must succeed did.
  public var succeeded: Bool { failed.isEmpty }
}
