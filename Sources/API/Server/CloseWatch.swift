import NIOCore
import Synchronization

/// Cancels what is under way for a client once the client is gone, or the server closes.
final class CloseWatch: Sendable {
  private struct State {
    var isClosed = false
    var cancel: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  init(_ channel: any Channel) {
    channel.closeFuture.whenComplete { [weak self] _ in self?.close() }
  }

  /// Cancels what is under way, and what is begun later.
  func close() {
    let cancel = state.withLock { state in
      state.isClosed = true
      return state.cancel.take()
    }
    cancel?()
  }

  /// Does a piece of work that is cancelled when the client goes.
  func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task { try await work() }
    let isClosed = state.withLock { state in
      if !state.isClosed { state.cancel = { task.cancel() } }
      return state.isClosed
    }
    if isClosed { task.cancel() }
    defer { state.withLock { $0.cancel = nil } }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}
