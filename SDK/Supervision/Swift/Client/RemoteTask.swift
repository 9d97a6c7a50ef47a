internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A task of a ``SupervisorClient``: a process that is a child of the supervisor, with everything it started.
///
/// This process holds a pidfd of it and its output's pipes too, so that nothing depends on the supervisor
/// alone. Every function may be called from any thread.
public final class RemoteTask: Sendable {
  private struct State {
    var handle: TaskHandle?
    var pidfd: Int32 = -1
    var pipes: OutputPipes?
    var condition: TaskCondition = .running
    /// Readable when the task has ended; -1 when it is forgotten.
    var ended: Int32
  }

  /// Its id.
  public let id: String
  let logs: TaskLogs?
  private let controlGroup: ControlGroup?
  private let state: Mutex<State>

  init(
    id: String, logs: TaskLogs?, pipes: OutputPipes?, controlGroup: ControlGroup?
  ) throws(SupervisionError) {
    let ended = hostler_eventfd(0)
    guard ended >= 0 else {
      let number = errno
      pipes?.close()
      throw SupervisionError(
        kind: .outOfResources,
        description: "cannot make a descriptor to wait on: \(describe(errno: number))")
    }
    self.id = id
    self.logs = logs
    self.controlGroup = controlGroup
    state = Mutex(State(pipes: pipes, ended: ended))
  }

  deinit {
    release()
  }

  /// Closes its descriptors; the process goes on.
  func release() {
    state.withLock { state in
      closeDescriptor(state.pidfd)
      closeDescriptor(state.ended)
      state.pipes?.close()
      (state.pidfd, state.ended, state.pipes) = (-1, -1, nil)
    }
  }

  /// By what a later process finds the task again; nil for one that was gone when it was looked for.
  public var handle: TaskHandle? {
    var handle = state.withLock { $0.handle }
    handle?.controlGroup = controlGroup
    return handle
  }

  /// When it was started, in nanoseconds since 1970-01-01 UTC; 0 when not known.
  public var startedAtNanoseconds: Int64 { state.withLock { $0.handle?.startedAtNanoseconds ?? 0 } }

  /// Whether the task runs. It has ended once its output is in its log files. Never waits.
  public func condition() -> TaskCondition { state.withLock { $0.condition } }

  /// The descriptors of its pipes, as they travel to a supervisor. They stay the task's.
  var pipeDescriptors: [Int32] { state.withLock { $0.pipes?.descriptors ?? [] } }

  // MARK: What the supervisor tells

  /// The task runs. The descriptor is the task's from now on.
  func isRunning(_ handle: TaskHandle?, pidfd: Int32) {
    state.withLock { state in
      if let handle { state.handle = handle }
      guard pidfd >= 0 else { return }
      closeDescriptor(state.pidfd)
      state.pidfd = pidfd
    }
  }

  /// The task has ended, and a supervisor has moved its output.
  ///
  /// A supervisor that was not its parent may not know how; then the kernel is asked, which tells whoever
  /// holds a pidfd.
  func hasEnded(_ exit: TaskExit, atNanoseconds time: Int64) {
    state.withLock { state in
      guard case .running = state.condition else { return }
      var exit = exit
      if case .unknown = exit, state.pidfd >= 0, let handle = state.handle {
        exit = Self.exitFromKernel(state.pidfd, handle) ?? exit
      }
      closeDescriptor(state.pidfd)
      state.pidfd = -1
      state.pipes?.close()
      state.pipes = nil
      state.condition = .exited(exit, atNanoseconds: time == 0 ? wallClockNanoseconds() : time)
      _ = hostler_eventfd_raise(state.ended)
    }
  }

  private static func exitFromKernel(_ pidfd: Int32, _ handle: TaskHandle) -> TaskExit? {
    var value: Int32 = 0
    switch hostler_process_exit(pidfd, handle.process.pid, &value) {
    case HOSTLER_EXIT_CODE: return .code(value)
    case HOSTLER_EXIT_SIGNAL: return .signal(value)
    default: return nil
    }
  }

  // MARK: What a driver asks for

  /// A new descriptor that is readable when the task has ended.
  ///
  /// - Returns: a descriptor that the caller owns.
  /// - Throws: `SupervisionError` when this process has no descriptors left.
  public func waitDescriptor() throws(SupervisionError) -> Int32 {
    let (descriptor, number) = state.withLock { (fcntl($0.ended, F_DUPFD_CLOEXEC, 3), errno) }
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
      guard case .running = state.condition, let handle = state.handle, state.pidfd >= 0 else { return 0 }
      if hostler_pidfd_signal_group(state.pidfd, handle.process.pid, number) == 0 { return 0 }
      return errno == ESRCH ? 0 : errno
    }
    guard failure == 0 else {
      throw SupervisionError(
        kind: .systemCall, description: "cannot send signal \(number): \(describe(errno: failure))")
    }
  }

  /// Kills the task and, where a cgroup holds it together, everything it started.
  func kill() {
    state.withLock { state in
      guard case .running = state.condition else { return }
      controlGroup?.kill()
      // Also when it has left its cgroup, or the cgroup was removed under it.
      if state.pidfd >= 0 { _ = hostler_pidfd_signal(state.pidfd, SIGKILL) }
    }
  }

  /// The path of its cgroup.
  var controlGroupPath: String? { controlGroup?.path }

  /// Whether a cgroup holds it together.
  var hasControlGroup: Bool { controlGroup != nil }

  /// Waits for the task's end.
  ///
  /// - Returns: whether it came in time.
  func waitForEnd(timeoutMilliseconds: Int32) -> Bool {
    guard let ended = try? waitDescriptor() else { return false }
    defer { closeDescriptor(ended) }
    var wanted = pollfd(fd: ended, events: Int16(POLLIN), revents: 0)
    return retrying { poll(&wanted, 1, timeoutMilliseconds) } > 0
  }

  /// Removes what is left of a task that has ended.
  func removeRemains(timeoutMilliseconds: Int32) throws(SupervisionError) {
    if let controlGroup, !controlGroup.killAndRemove(timeoutMilliseconds: timeoutMilliseconds) {
      throw SupervisionError(
        kind: .outOfResources,
        description: "processes in \(controlGroup.path) were killed and have not ended yet")
    }
    if let logs { OutputPipes.remove(logs, taskID: id) }
  }
}
