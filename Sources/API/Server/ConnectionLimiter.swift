import NIOCore
import Synchronization

/// Keeps the number of connections down, of all clients and of each.
final class ConnectionLimiter: Sendable {
  private struct State {
    var total = 0
    var byClient: [String: Int] = [:]
  }

  private let state = Mutex(State())
  private let total: Int
  private let perClient: Int

  /// - Parameters:
  ///   - total: How many connections there may be at once.
  ///   - perClient: How many of one network address; 0 for no such limit.
  init(total: Int, perClient: Int) {
    self.total = total
    self.perClient = perClient
  }

  /// How many connections there are.
  var count: Int { state.withLock { $0.total } }

  /// Counts a connection until it is closed.
  ///
  /// - Returns: whether there may be one more.
  func admit(_ channel: any Channel) -> Bool {
    let client = channel.remoteAddress?.ipAddress
    guard admit(client) else { return false }
    channel.closeFuture.whenComplete { [self] _ in release(client) }
    return true
  }

  /// - Parameter client: The network address; nil for a client on this host's own socket.
  func admit(_ client: String?) -> Bool {
    state.withLock { state in
      guard state.total < total else { return false }
      if let client, perClient > 0 {
        let count = state.byClient[client] ?? 0
        guard count < perClient else { return false }
        state.byClient[client] = count + 1
      }
      state.total += 1
      return true
    }
  }

  func release(_ client: String?) {
    state.withLock { state in
      state.total -= 1
      guard let client, perClient > 0, let count = state.byClient[client] else { return }
      state.byClient[client] = count > 1 ? count - 1 : nil
    }
  }
}
