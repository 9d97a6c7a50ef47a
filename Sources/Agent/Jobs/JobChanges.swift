import Synchronization

/// The changes of a job's allocations, in the order in which they happened within each; ends when the last
/// allocation has. For one reader, which may take them one by one or all that there are.
public final class JobChanges: AsyncSequence, Sendable {
  /// What there is one of after the other.
  public typealias Element = JobChange

  private struct State {
    var untaken: [JobChange] = []
    var hasEnded = false
    var reader: UnsafeContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  func publish(_ change: JobChange) {
    let reader = state.withLock { state in
      state.untaken.append(change)
      return state.reader.take()
    }
    reader?.resume()
  }

  func finish() {
    let reader = state.withLock { state in
      state.hasEnded = true
      return state.reader.take()
    }
    reader?.resume()
  }

  /// Takes everything that nobody has taken yet, and suspends until there is something.
  ///
  /// - Returns: nil when all has been taken and no more comes, or when the calling task is cancelled.
  public func takeAll() async -> [JobChange]? {
    while !Task.isCancelled {
      let (changes, hasEnded) = state.withLock { state in
        defer { state.untaken = [] }
        return (state.untaken, state.hasEnded)
      }
      if !changes.isEmpty { return changes }
      if hasEnded { return nil }
      await waitForChange()
    }
    return nil
  }

  private func waitForChange() async {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let isReady = state.withLock { state in
          // A task that was cancelled before has called its handler already.
          if !state.untaken.isEmpty || state.hasEnded || Task.isCancelled { return true }
          state.reader = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.reader.take() }?.resume()
    }
  }

  /// Begins to take changes one by one.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(changes: self) }

  /// Takes changes one by one.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let changes: JobChanges
    private var taken: ArraySlice<JobChange> = []

    fileprivate init(changes: JobChanges) { self.changes = changes }

    /// The next change; nil when no more comes.
    public mutating func next() async -> JobChange? {
      if taken.isEmpty { taken = (await changes.takeAll() ?? [])[...] }
      return taken.popFirst()
    }
  }
}
