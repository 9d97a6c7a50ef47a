public import Lifecycle
public import Runner
import Synchronization

extension JobTable {
  /// Every job, in the order of their keys.
  public var jobs: [JobSnapshot] {
    state.withLock { state in
      state.jobs.sorted { $0.key < $1.key }.compactMap { Self.snapshot(of: $0.value) }
    }
  }

  /// A job.
  public func job(_ key: JobKey) -> JobSnapshot? {
    state.withLock { Self.snapshot(of: $0.jobs[key]) }
  }

  /// Every allocation, newest first.
  public var allocations: [AllocationSnapshot] {
    state.withLock { state in
      state.allocations.values.map(\.snapshot).sorted { $0.createIndex > $1.createIndex }
    }
  }

  /// The allocations of a job, newest first.
  public func allocations(of key: JobKey) -> [AllocationSnapshot] {
    state.withLock { state in
      (state.jobs[key]?.allocations ?? []).reversed().compactMap { state.allocations[$0]?.snapshot }
    }
  }

  /// An allocation.
  public func allocation(_ id: String) -> AllocationSnapshot? {
    state.withLock { $0.allocations[id]?.snapshot }
  }

  /// Where an allocation has its files.
  public func directory(of id: String) -> AllocationDirectory { ground.dataDirectory.allocation(id) }

  /// Every evaluation that is kept, newest first.
  public var evaluations: [EvaluationSnapshot] {
    state.withLock { state in
      state.jobs.values.flatMap(\.evaluations).sorted { $0.createIndex > $1.createIndex }
    }
  }

  /// The evaluations of a job that are kept, newest first.
  public func evaluations(of key: JobKey) -> [EvaluationSnapshot] {
    state.withLock { $0.jobs[key]?.evaluations.reversed() ?? [] }
  }

  static func snapshot(of entry: JobEntry?) -> JobSnapshot? {
    guard let entry, let current = entry.versions.first else { return nil }
    return JobSnapshot(
      current: current, older: Array(entry.versions.dropFirst()), status: entry.machine.status,
      isStopped: entry.machine.isStopped, createIndex: entry.createIndex, modifyIndex: entry.modifyIndex,
      blocked: entry.refusals)
  }

  // MARK: Following

  /// The index of the newest change.
  public var index: UInt64 { state.withLock { $0.log.index } }

  /// Suspends until there is a change above an index, the agent goes down, or the calling task is cancelled.
  public func waitForChange(above index: UInt64) async {
    let id = state.withLock { $0.log.makeID() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        state.withLock { state in
          // A task that was cancelled before has called its handler already; after this, it finds the waiter.
          if Task.isCancelled || state.isClosing { return continuation.resume() }
          state.log.wait(id, above: index, continuation)
        }
      }
    } onCancel: {
      state.withLock { $0.log.cancelWait(id) }
    }
  }

  /// The changes from an index on: those of the newest that are still known, and those to come. The stream
  /// ends when the agent goes down, and for a reader that falls thousands of changes behind.
  public func follow(from first: UInt64) -> (known: [HostEvent], changes: AsyncStream<HostEvent>) {
    state.withLock { state in
      let id = state.log.makeID()
      let (known, stream, continuation) = state.log.follow(from: first, id)
      if state.isClosing { continuation.finish() }
      continuation.onTermination = { [weak self] _ in
        // Not under the lock: a stream also ends while that is held.
        Task { self?.state.withLock { $0.log.unfollow(id) } }
      }
      return (known, stream)
    }
  }

  /// Suspends until every allocation has ended, or the calling task is cancelled.
  func waitUntilAllEnded() async {
    while !Task.isCancelled {
      let (index, isOver) = state.withLock { state in
        (state.log.index, state.allocations.values.allSatisfy(\.snapshot.hasEnded))
      }
      if isOver { return }
      await waitForChange(above: index)
    }
  }
}
