import Synchronization

/// Requests that may take long: streams, and reads that wait for a change. Keeps their number down and ends them
/// when the server closes.
final class OpenRequests: Sendable {
  private struct State {
    var watches: [UInt64: CloseWatch] = [:]
    var nextID: UInt64 = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  private let limit: Int

  /// - Parameter limit: How many there may be at once.
  init(limit: Int) {
    self.limit = limit
  }

  /// How many there are.
  var count: Int { state.withLock { $0.watches.count } }

  /// Takes a request in.
  ///
  /// - Returns: what ``remove(_:)`` is to be called with; nil when there are too many.
  func add(_ watch: CloseWatch) -> UInt64? {
    let (id, isClosed) = state.withLock { state -> (UInt64?, Bool) in
      guard state.watches.count < limit else { return (nil, false) }
      state.nextID += 1
      state.watches[state.nextID] = watch
      return (state.nextID, state.isClosed)
    }
    if isClosed { watch.close() }
    return id
  }

  /// The request has been answered.
  func remove(_ id: UInt64) {
    state.withLock { $0.watches[id] = nil }
  }

  /// Ends every request, and those to come.
  func close() {
    let watches = state.withLock { state in
      state.isClosed = true
      return Array(state.watches.values)
    }
    for watch in watches { watch.close() }
  }
}
