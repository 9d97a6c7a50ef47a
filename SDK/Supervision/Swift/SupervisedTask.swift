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
public final class SupervisedTask: Sendable {
  private struct State {
    var pidfd: Int32
    var condition: TaskCondition = .running
    /// Whether the cgroup is known to be gone.
    var isGroupRemoved = false
  }

  /// By what a later process finds the task again; nil for one that was gone when it was looked for.
  public let handle: TaskHandle?
  private let controlGroup: ControlGroup?
  private let output: TaskOutput?
  private let state: Mutex<State>

  /// A task that runs, or ran when its pidfd was opened.
  init(handle: TaskHandle, pidfd: Int32, output: TaskOutput?) {
    self.handle = handle
    self.controlGroup = handle.controlGroup
    self.output = output
    state = Mutex(State(pidfd: pidfd))
  }

  /// A task that is gone, with what may be left of its tree.
  init(ended exit: TaskExit, controlGroup: ControlGroup?) {
    handle = nil
    self.controlGroup = controlGroup
    output = nil
    state = Mutex(State(pidfd: -1, condition: .exited(exit, atNanoseconds: 0)))
  }

  deinit {
    state.withLock { closeDescriptor($0.pidfd) }
  }

  /// When it was started, in nanoseconds since 1970-01-01 UTC; 0 when not known.
  public var startedAtNanoseconds: Int64 { handle?.startedAtNanoseconds ?? 0 }

  /// Whether the task runs.
  ///
  /// The first call after the end of the main process kills what it left behind, and moves the output that
  /// is still in the pipes to the log files before it answers. Never waits for a process.
  public func condition() -> TaskCondition {
    state.withLock { refresh(&$0) }
  }

  private func refresh(_ state: inout State) -> TaskCondition {
    guard case .running = state.condition, let handle else { return state.condition }
    // Without a cgroup the tree is known by numbers that are only safe while the main process is unreaped.
    if controlGroup == nil {
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
    if let controlGroup {
      state.isGroupRemoved = controlGroup.removeIfEmpty()
      if !state.isGroupRemoved { controlGroup.kill() }
    }
    output?.finish()
    state.condition = .exited(exit, atNanoseconds: wallClockNanoseconds())
    return state.condition
  }

  private static func hasEnded(_ pidfd: Int32, timeoutMilliseconds: Int32 = 0) -> Bool {
    var wanted = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
    return retrying { poll(&wanted, 1, timeoutMilliseconds) } > 0
  }

  /// A new descriptor that is readable when the task has ended.
  ///
  /// - Returns: a descriptor that the caller owns.
  /// - Throws: `SupervisionError` when this process has no descriptors left.
  public func waitDescriptor() throws(SupervisionError) -> Int32 {
    let (descriptor, number) = state.withLock { state in
      // For a task that was gone from the start: an eventfd that is readable.
      let descriptor =
        state.pidfd >= 0
        ? fcntl(state.pidfd, F_DUPFD_CLOEXEC, 3) : hostler_eventfd(1)
      return (descriptor, errno)
    }
    guard descriptor >= 0 else {
      throw SupervisionError(
        kind: .outOfResources, description: "cannot make a descriptor to wait on: \(describe(errno: number))")
    }
    return descriptor
  }

  /// Sends a signal to the task's process group. Does nothing when the task has ended.
  ///
  /// - Throws: `SupervisionError` when the kernel refuses, for example for a number that is no signal.
  public func signal(_ number: Int32) throws(SupervisionError) {
    let failure: Int32 = state.withLock { state in
      guard case .running = state.condition, let handle else { return 0 }
      if hostler_pidfd_signal_group(state.pidfd, handle.process.pid, number) == 0 { return 0 }
      return errno == ESRCH ? 0 : errno
    }
    guard failure == 0 else {
      throw SupervisionError(
        kind: .systemCall, description: "cannot send signal \(number): \(describe(errno: failure))")
    }
  }

  /// Kills the task with everything it started. Returns at once.
  public func kill() {
    state.withLock { state in
      guard case .running = state.condition, let handle else { return }
      if let controlGroup {
        controlGroup.kill()
      } else if !Self.hasEnded(state.pidfd) {
        ProcessTree(leader: handle.process.pid).kill()
      }
      // Also when it has left its cgroup, or the cgroup was removed under it.
      _ = hostler_pidfd_signal(state.pidfd, SIGKILL)
    }
  }

  /// Ends the task if it runs, and removes its cgroup.
  ///
  /// - Throws: `SupervisionError` when a process does not end, as one in an uninterruptible wait.
  public func destroy(timeoutMilliseconds: Int32 = 10_000) throws(SupervisionError) {
    if case .running = condition() {
      kill()
      let ended = state.withLock { Self.hasEnded($0.pidfd, timeoutMilliseconds: timeoutMilliseconds) }
      guard ended, condition() != .running else {
        throw SupervisionError(
          kind: .outOfResources,
          description: "process \(handle?.process.pid ?? 0) was killed and has not ended yet")
      }
    }
    if let controlGroup, !state.withLock({ $0.isGroupRemoved }),
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
    output?.finish()
    state.withLock { state in
      closeDescriptor(state.pidfd)
      state.pidfd = -1
      if case .running = state.condition {
        state.condition = .exited(.unknown(reason: "it is no longer watched"), atNanoseconds: 0)
      }
    }
  }
}
