internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Starts processes, finds them again, and moves their output to log files.
///
/// The processes are children of the process that holds the supervisor. Every function may be called from
/// any thread.
final class Supervisor: Sendable {
  private let watcher: DescriptorWatcher
  private let nullDevice: Int32

  /// Makes a supervisor.
  init() throws(SupervisionError) {
    let nullDevice = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard nullDevice >= 0 else {
      throw SupervisionError(
        kind: .systemCall, description: "cannot open /dev/null: \(describe(errno: errno))")
    }
    do throws(SupervisionError) {
      watcher = try DescriptorWatcher(threadName: "hostler-logs")
    } catch {
      closeDescriptor(nullDevice)
      throw error
    }
    self.nullDevice = nullDevice
  }

  deinit {
    closeDescriptor(nullDevice)
  }

  /// Starts a task.
  ///
  /// - Parameters:
  ///   - command: what to run.
  ///   - group: the cgroup that holds it together, or nil.
  ///   - output: the pipes it writes to and the files they end in, or nil to throw its output away. The
  ///     pipes belong to the supervisor from now on, whatever happens.
  ///   - trace: where the process says that it exists.
  /// - Returns: the task, and whether it could hand out its own pidfd.
  /// - Throws: `SupervisionError`; no process and no cgroup of the task is left then.
  func start(
    command: Command, group: ControlGroup?, output: (pipes: OutputPipes, logs: TaskLogs)?, trace: SpawnTrace
  ) throws(SupervisionError) -> (task: SupervisedTask, isAnnounced: Bool) {
    var descriptors = StandardDescriptors(input: nullDevice, output: nullDevice, error: nullDevice)
    var moving: TaskOutput?
    if let output {
      descriptors.output = output.pipes.output
      descriptors.error = output.pipes.error
      moving = try TaskOutput(pipes: output.pipes, logs: output.logs, watcher: watcher)
    }
    do throws(SupervisionError) {
      try group?.create()
      return try start(command, group, descriptors, moving, trace)
    } catch {
      moving?.finish()
      group?.killAndRemove()
      throw error
    }
  }

  private func start(
    _ command: Command, _ group: ControlGroup?, _ descriptors: StandardDescriptors, _ output: TaskOutput?,
    _ trace: SpawnTrace
  ) throws(SupervisionError) -> (task: SupervisedTask, isAnnounced: Bool) {
    var groupDescriptor: Int32 = -1
    if let group {
      groupDescriptor = hostler_open_directory(group.path)
      guard groupDescriptor >= 0 else {
        throw SupervisionError(
          kind: .outOfResources,
          description: "cannot open the cgroup \(group.path): \(describe(errno: errno))")
      }
    }
    defer { closeDescriptor(groupDescriptor) }
    let startedAt = wallClockNanoseconds()
    trace.record?.pointee.started_at = startedAt
    let process = try command.spawn(descriptors: descriptors, controlGroup: groupDescriptor, trace: trace)
    guard let identity = ProcessIdentity(pid: process.pid, pidfd: process.pidfd) else {
      _ = hostler_pidfd_signal(process.pidfd, SIGKILL)
      closeDescriptor(process.pidfd)
      throw SupervisionError(
        kind: .systemCall, description: "cannot identify process \(process.pid): \(describe(errno: errno))")
    }
    let handle = TaskHandle(process: identity, startedAtNanoseconds: startedAt, controlGroup: group)
    return (
      SupervisedTask(handle: handle, pidfd: process.pidfd, output: output, isChild: true), process.isAnnounced
    )
  }

  /// Finds a task of an earlier process again by its handle.
  ///
  /// What is left of the tree of a task whose main process is gone is killed.
  func recover(_ handle: TaskHandle) -> SupervisedTask {
    if let pidfd = handle.process.open() {
      return SupervisedTask(handle: handle, pidfd: pidfd, output: nil, isChild: false)
    }
    let sameBoot = handle.process.bootID == ProcessIdentity.currentBootID
    handle.controlGroup?.killAndRemove()
    return SupervisedTask(
      ended: .unknown(
        reason: sameBoot
          ? "process \(handle.process.pid) ended while nobody watched it"
          : "the machine was restarted while the task ran"),
      controlGroup: handle.controlGroup)
  }

  /// Moves the output of a task that was found again.
  ///
  /// - Throws: `SupervisionError` when the log directory is not there any more.
  func attach(_ pipes: OutputPipes, _ logs: TaskLogs, to task: SupervisedTask) throws(SupervisionError) {
    task.attach(try TaskOutput(pipes: pipes, logs: logs, watcher: watcher))
  }

  /// Calls back on the watcher's thread once a descriptor is readable, until it is forgotten.
  func watch(_ descriptor: Int32, onReadable: @escaping @Sendable () -> Void) -> DescriptorWatcher.Key? {
    watcher.watch(descriptor, onReadable: onReadable)
  }

  /// See ``DescriptorWatcher/forget(_:)``.
  func forget(_ key: DescriptorWatcher.Key) { watcher.forget(key) }

  /// Ends the collection of logs. Tasks go on running; their output has nowhere to go any more.
  func close() {
    watcher.close()
  }
}
