internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// One output of one task: a pipe, and the numbered files its bytes are moved to.
///
/// Only the pipe is held open while the task runs. It is held for writing too, so that the end of the last
/// writer is no event: the end of a task is told by its pidfd, and nobody needs to wake up twice for it.
final class LogStream: Sendable {
  private struct State {
    var pipe: Int32
    var rotation: LogRotation
  }

  /// The files' path up to the number.
  private let prefix: String
  private let state: Mutex<State>

  /// Makes the first file, or goes on in the newest.
  init(prefix: String, limits: LogLimits, existing: [Int]) throws(SupervisionError) {
    self.prefix = prefix
    let newest = existing.max()
    let path = prefix + String(newest ?? 0)
    let file = Self.openFile(path)
    guard file >= 0 else {
      throw SupervisionError(
        kind: .systemCall, description: "cannot write the log file \(path): \(describe(errno: errno))")
    }
    defer { closeDescriptor(file) }
    let rotation = LogRotation(
      limits: limits, existing: existing, newestBytes: newest == nil ? 0 : Self.size(of: file))
    for number in rotation.surplus(of: existing) { unlink(prefix + String(number)) }
    state = Mutex(State(pipe: -1, rotation: rotation))
  }

  deinit {
    state.withLock { closeDescriptor($0.pipe) }
  }

  private static func openFile(_ path: String) -> Int32 {
    open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
  }

  private static func size(of file: Int32) -> Int64 {
    var status = stat()
    return fstat(file, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// Makes the pipe.
  ///
  /// - Parameter owner: who may open it again by name, as programs do with `/dev/stderr`.
  /// - Returns: the end for the task to write to, owned by the caller.
  func makePipe(owner: Credentials?) throws(SupervisionError) -> Int32 {
    var ends: [Int32] = [-1, -1]
    guard hostler_pipe(&ends) == 0 else {
      throw SupervisionError(
        kind: .outOfResources, description: "cannot make a pipe: \(describe(errno: errno))")
    }
    if let owner { _ = fchown(ends[1], owner.userID, owner.groupID) }
    state.withLock { $0.pipe = ends[0] }
    return ends[1]
  }

  /// Has the collector watch the pipe.
  func register(epoll: Int32, key: UInt64) -> Bool {
    state.withLock { hostler_epoll_add(epoll, $0.pipe, key) == 0 }
  }

  /// Moves what is in the pipe to the files.
  ///
  /// - Parameter maximumBytes: after how many bytes to leave the rest for the next time.
  func move(maximumBytes: Int64) {
    state.withLock { self.move(&$0, maximumBytes: maximumBytes) }
  }

  /// Moves what the pipe holds now, and closes it. Whoever still writes to it is not waited for.
  func finish() {
    state.withLock { state in
      guard state.pipe >= 0 else { return }
      move(&state, maximumBytes: Int64(hostler_pipe_pending(state.pipe)))
      closeDescriptor(state.pipe)
      state.pipe = -1
    }
  }

  private func move(_ state: inout State, maximumBytes: Int64) {
    guard state.pipe >= 0 else { return }
    var file: Int32 = -1
    defer { closeDescriptor(file) }
    var left = maximumBytes
    while left > 0 {
      if state.rotation.roomBytes == 0 {
        closeDescriptor(file)
        file = -1
        if let surplus = state.rotation.startNextFile() { unlink(prefix + String(surplus)) }
      }
      if file < 0 {
        file = Self.openFile(prefix + String(state.rotation.number))
        if file >= 0 { state.rotation.wasCut(toBytes: Self.size(of: file)) }
      }
      // Where nothing can be written (the directory was removed, the disk is full) output is thrown away: a
      // task must not stand still for its log.
      let moved =
        file >= 0 ? splice(&state, to: file, maximumBytes: left) : discard(state.pipe, maximumBytes: left)
      if moved <= 0 { return }
      left -= moved
    }
  }

  private func splice(_ state: inout State, to file: Int32, maximumBytes: Int64) -> Int64 {
    let room = min(maximumBytes, state.rotation.roomBytes)
    let moved = hostler_pipe_move(state.pipe, file, state.rotation.offsetBytes, Int(room))
    if moved < 0 && errno != EAGAIN { return discard(state.pipe, maximumBytes: room) }
    if moved > 0 { state.rotation.wrote(bytes: moved) }
    return moved
  }

  private func discard(_ pipe: Int32, maximumBytes: Int64) -> Int64 {
    withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { buffer in
      // The pipe may be empty by now, and is not set to return at once.
      let pending = Int(hostler_pipe_pending(pipe))
      guard pending > 0 else { return 0 }
      return Int64(retrying { read(pipe, buffer.baseAddress, min(buffer.count, pending, Int(maximumBytes))) })
    }
  }
}
