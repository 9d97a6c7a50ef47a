internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// One output of one task: a pipe, and the numbered files its bytes are moved to.
///
/// Only the pipe is held open while the task runs. It is held for writing too, so that the end of the last
/// writer is no event: the end of a task is told by its pidfd, and nobody needs to wake up twice for it.
/// Bytes are moved within the kernel: none is ever only in this process's memory.
final class LogStream: Sendable {
  private struct State {
    var pipe: Int32
    var files: LogFiles
    /// What could not be written.
    var lostBytes: Int64 = 0
  }

  /// How much is moved before another stream has its turn.
  private static let turnBytes: Int64 = 1 << 20

  private let state: Mutex<State>

  /// Makes a stream from a pipe, which belongs to it from now on, to files.
  init(pipe: Int32, files: LogFiles) {
    state = Mutex(State(pipe: pipe, files: files))
  }

  deinit {
    state.withLock { closeDescriptor($0.pipe) }
  }

  /// Has a watcher's thread move what arrives.
  ///
  /// - Returns: nil when the watcher refuses.
  func register(with watcher: DescriptorWatcher) -> DescriptorWatcher.Key? {
    watcher.watch(state.withLock { $0.pipe }) { [weak self] in
      self?.state.withLock { Self.move(&$0, maximumBytes: Self.turnBytes) }
    }
  }

  /// How much could not be written to the files.
  var lostBytes: Int64 { state.withLock { $0.lostBytes } }

  /// Moves what the pipe holds now, and closes it. Whoever still writes to it is not waited for.
  func finish() {
    state.withLock { state in
      guard state.pipe >= 0 else { return }
      Self.move(&state, maximumBytes: Int64(hostler_pipe_pending(state.pipe)))
      closeDescriptor(state.pipe)
      state.pipe = -1
    }
  }

  private static func move(_ state: inout State, maximumBytes: Int64) {
    guard state.pipe >= 0 else { return }
    defer { state.files.close() }
    var left = maximumBytes
    // An empty pipe must not make a next file, however full the current one is.
    while left > 0, hostler_pipe_pending(state.pipe) > 0 {
      // Where nothing can be written (the directory was removed, the disk is full) output is thrown away: a
      // task must not stand still for its log.
      let room = min(left, state.files.openCurrent())
      var moved: Int64 = -1
      if room > 0 {
        moved = hostler_pipe_move(state.pipe, state.files.descriptor, state.files.offsetBytes, Int(room))
        if moved < 0 && errno == EAGAIN { return }
        if moved > 0 { state.files.wrote(bytes: moved) }
      }
      if moved < 0 {
        moved = discard(state.pipe, maximumBytes: left)
        state.lostBytes += max(0, moved)
      }
      if moved <= 0 { return }
      left -= moved
    }
  }

  private static func discard(_ pipe: Int32, maximumBytes: Int64) -> Int64 {
    withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { buffer in
      // The pipe may be empty by now, and is not set to return at once.
      let pending = Int(hostler_pipe_pending(pipe))
      guard pending > 0 else { return 0 }
      return Int64(retrying { read(pipe, buffer.baseAddress, min(buffer.count, pending, Int(maximumBytes))) })
    }
  }
}
