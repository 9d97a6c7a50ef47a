internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// How a task ended.
public enum TaskExit: Sendable, Equatable {
  /// It ended by itself with this code.
  case code(Int32)
  /// This signal ended it.
  case signal(Int32)
  /// It ended, and nothing on this host says how; the sentence says why not.
  case unknown(reason: String)
}

/// Whether a task runs.
public enum TaskCondition: Sendable, Equatable {
  /// Its main process runs.
  case running
  /// It has ended, at this time (nanoseconds since 1970-01-01 UTC, 0 when not known).
  case exited(TaskExit, atNanoseconds: Int64)
}

/// A process with everything it started: one task of a ``Supervisor``.
///
/// Every function may be called from any thread.
final class SupervisedTask: Sendable {
  private struct State {
    var pidfd: Int32
    var condition: TaskCondition = .running
    var output: TaskOutput?
    var controlGroup: ControlGroup?
    /// Whether the cgroup is known to be gone.
    var isGroupRemoved = false
  }

  /// By what a later process finds the task again; nil for one that was gone when it was looked for.
  let handle: TaskHandle?
  /// Whether it is a child of this process: then its number is its own until this process reaps it.
  private let isChild: Bool
  private let state: Mutex<State>

  /// A task that runs, or ran when its pidfd was opened.
  init(handle: TaskHandle, pidfd: Int32, output: TaskOutput?, isChild: Bool) {
    self.handle = handle
    self.isChild = isChild
    state = Mutex(State(pidfd: pidfd, output: output, controlGroup: handle.controlGroup))
  }

  /// A task that is gone, with what may be left of its tree.
  init(ended exit: TaskExit, controlGroup: ControlGroup?) {
    handle = nil
    isChild = false
    state = Mutex(
      State(pidfd: -1, condition: .exited(exit, atNanoseconds: 0), controlGroup: controlGroup))
  }

  deinit {
    state.withLock { closeDescriptor($0.pidfd) }
  }

  /// When it was started, in nanoseconds since 1970-01-01 UTC; 0 when not known.
  var startedAtNanoseconds: Int64 { handle?.startedAtNanoseconds ?? 0 }

  /// Whether the task runs.
  ///
  /// The first call after the end of the main process kills what it left behind, and moves the output that
  /// is still in the pipes to the log files before it answers. Never waits for a process.
  func condition() -> TaskCondition {
    state.withLock { refresh(&$0) }
  }

  private func refresh(_ state: inout State) -> TaskCondition {
    guard case .running = state.condition, let handle else { return state.condition }
    // Without a cgroup the tree is known by numbers that are only safe while the main process is unreaped.
    if state.controlGroup == nil, isChild {
      guard Self.hasEnded(state.pidfd) else { return .running }
      ProcessTree(leader: handle.process.pid).kill()
    }
    var value: Int32 = 0
    let exit: TaskExit
    switch hostler_process_exit(state.pidfd, handle.process.pid, &value) {
    case HOSTLER_EXIT_NONE: return .running
    case HOSTLER_EXIT_CODE: exit = .code(value)
    case HOSTLER_EXIT_SIGNAL: exit = .signal(value)
    default: exit = .unknown(reason: "another process has taken the exit status")
    }
    // Mostly nothing is left, and then the cgroup is gone with one call.
    if let controlGroup = state.controlGroup {
      state.isGroupRemoved = controlGroup.removeIfEmpty()
      if !state.isGroupRemoved { controlGroup.kill() }
    }
    state.output?.finish()
    state.condition = .exited(exit, atNanoseconds: wallClockNanoseconds())
    return state.condition
  }

  /// The cgroup that holds it together, for a task that was found without.
  func hold(in group: ControlGroup) { state.withLock { $0.controlGroup = group } }

  /// Has its output moved from now on; what is in the pipes of a task that has ended is moved at once.
  func attach(_ output: TaskOutput) {
    state.withLock { state in
      state.output?.finish()
      state.output = output
      if case .exited = refresh(&state) { output.finish() }
    }
  }

  /// How much of its output could not be written to the log files.
  var lostOutputBytes: Int64 { state.withLock { $0.output?.lostBytes ?? 0 } }

  /// Whether its output is moved, or has been.
  var hasOutput: Bool { state.withLock { $0.output != nil } }

  /// The descriptor that is readable when the task has ended; -1 when it has been closed.
  var pidfd: Int32 { state.withLock { $0.pidfd } }

  /// A copy of that descriptor, which the caller owns; -1 when it has been closed.
  func duplicatePidfd() -> Int32 {
    state.withLock { $0.pidfd < 0 ? -1 : fcntl($0.pidfd, F_DUPFD_CLOEXEC, 3) }
  }

  /// Closes the descriptor of a process that has ended.
  func releaseProcess() {
    state.withLock { state in
      guard case .exited = state.condition else { return }
      closeDescriptor(state.pidfd)
      state.pidfd = -1
    }
  }

  private static func hasEnded(_ pidfd: Int32, timeoutMilliseconds: Int32 = 0) -> Bool {
    var wanted = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
    return retrying { poll(&wanted, 1, timeoutMilliseconds) } > 0
  }

  /// Kills the task with everything it started. Returns at once.
  func kill() {
    state.withLock { state in
      guard case .running = state.condition, let handle else { return }
      if let controlGroup = state.controlGroup {
        controlGroup.kill()
      } else if isChild, !Self.hasEnded(state.pidfd) {
        ProcessTree(leader: handle.process.pid).kill()
      } else {
        _ = hostler_pidfd_signal_group(state.pidfd, handle.process.pid, SIGKILL)
      }
      // Also when it has left its cgroup, or the cgroup was removed under it.
      _ = hostler_pidfd_signal(state.pidfd, SIGKILL)
    }
  }

  /// Ends the task if it runs, and removes its cgroup.
  ///
  /// - Throws: `SupervisionError` when a process does not end, as one in an uninterruptible wait.
  func destroy(timeoutMilliseconds: Int32 = 10_000) throws(SupervisionError) {
    if case .running = condition() {
      kill()
      let ended = state.withLock { Self.hasEnded($0.pidfd, timeoutMilliseconds: timeoutMilliseconds) }
      guard ended, condition() != .running else {
        throw SupervisionError(
          kind: .outOfResources,
          description: "process \(handle?.process.pid ?? 0) was killed and has not ended yet")
      }
    }
    let (group, isRemoved) = state.withLock { ($0.controlGroup, $0.isGroupRemoved) }
    if let controlGroup = group, !isRemoved,
      !controlGroup.killAndRemove(timeoutMilliseconds: timeoutMilliseconds)
    {
      throw SupervisionError(
        kind: .outOfResources,
        description: "processes in \(controlGroup.path) were killed and have not ended yet")
    }
    release()
  }

  /// Gives up descriptors; the process goes on.
  func release() {
    state.withLock { state in
      state.output?.finish()
      closeDescriptor(state.pidfd)
      state.pidfd = -1
      if case .running = state.condition {
        state.condition = .exited(.unknown(reason: "it is no longer watched"), atNanoseconds: 0)
      }
    }
  }
}
