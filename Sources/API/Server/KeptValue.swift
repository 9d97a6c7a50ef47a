import Runner
import Synchronization

/// A value that is kept in a file of its own, which only the agent's user can read. Every change is on the disk
/// before it is told.
final class KeptValue<Value: Sendable>: Sendable {
  private let state: Mutex<Value>
  private let path: String
  private let encode: @Sendable (Value) -> JSON
  /// Lets one change be written after the other.
  private let turn = Turn()

  /// Reads the file, if there is one. Blocks on the disk.
  init(
    path: String, empty: Value, decode: ([UInt8]) throws(APIError) -> Value,
    encode: @escaping @Sendable (Value) -> JSON
  ) throws {
    self.path = path
    self.encode = encode
    var bytes: [UInt8]?
    do throws(FileError) { bytes = try FileSystem.read(path, limitBytes: 64 << 20) } catch {
      guard error.isNotFound else { throw error }
    }
    state = Mutex(try bytes.map { try decode($0) } ?? empty)
  }

  /// The value as it is.
  var value: Value { state.withLock { $0 } }

  /// Changes the value.
  ///
  /// - Returns: what the change returns, once it is on the disk.
  func change<Result: Sendable>(
    _ body: @Sendable (inout Value) throws(APIError) -> Result
  ) async throws(APIError) -> Result {
    await turn.take()
    defer { turn.pass() }
    var changed = value
    let result = try body(&changed)
    let bytes = JSONWriter.bytes(encode(changed))
    let path = path
    do throws(FileError) {
      try await onDiskThread { () throws(FileError) in
        try FileSystem.write(bytes, to: path + ".new", mode: 0o600)
        try FileSystem.synchronize(path + ".new")
        try FileSystem.rename(path + ".new", to: path)
      }
    } catch { throw .failed("\(error)") }
    state.withLock { $0 = changed }
    return result
  }
}

/// Lets one task after the other do something.
private final class Turn: Sendable {
  private struct State {
    var isTaken = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func take() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.isTaken {
          state.waiting.append(continuation)
          return false
        }
        state.isTaken = true
        return true
      }
      if isFree { continuation.resume() }
    }
  }

  func pass() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if state.waiting.isEmpty {
        state.isTaken = false
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
