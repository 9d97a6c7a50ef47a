internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Sends replies to one driver. A driver that does not read holds up the thread that answers it, and never
/// the one that moves output.
final class Outbox: Sendable {
  let socket: MessageSocket
  private struct State {
    /// What could not be sent at once, oldest first.
    var waiting: [[UInt8]] = []
    var isSending = false
  }
  private let state = Mutex(State())

  init(_ socket: MessageSocket) {
    self.socket = socket
  }

  /// Sends a reply. A driver that is gone is no error: it asks again when it is back.
  ///
  /// - Parameter waits: whether this thread may wait for room; otherwise another one does.
  func send(_ reply: SupervisorReply, descriptors: [Int32] = [], waits: Bool = true) {
    if waits {
      _ = socket.send(reply.encoded, descriptors: descriptors)
      return
    }
    let bytes = reply.encoded
    let needsThread = state.withLock { state in
      if state.waiting.isEmpty, !state.isSending {
        guard case .full = socket.send(bytes, waits: false) else { return false }
      }
      state.waiting.append(bytes)
      defer { state.isSending = true }
      return !state.isSending
    }
    if needsThread { startSending() }
  }

  private func startSending() {
    let started = startThread(named: "hostler-outbox") {
      while let next = self.takeNext() { _ = self.socket.send(next) }
    }
    // Without a thread the driver would never hear of it: when it connects again it asks for everything.
    if !started { socket.shutDown() }
  }

  private func takeNext() -> [UInt8]? {
    state.withLock { state in
      if state.waiting.isEmpty {
        state.isSending = false
        return nil
      }
      return state.waiting.removeFirst()
    }
  }
}
