internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Starts processes, finds them again, and moves their output to log files.
///
/// The processes are children of the process that holds the supervisor. Every function may be called from
/// any thread.
public final class Supervisor: Sendable {
  /// Where tasks get their cgroups; nil when only process groups hold them together.
  public let controlGroups: ControlGroupTree?
  private let watcher: DescriptorWatcher
  private let nullDevice: Int32

  /// Makes a supervisor.
  ///
  /// - Parameter controlGroups: where tasks get their cgroups, or nil.
  public init(controlGroups: ControlGroupTree?) throws(SupervisionError) {
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
    self.controlGroups = controlGroups
    self.nullDevice = nullDevice
  }

  deinit {
    closeDescriptor(nullDevice)
  }

  /// Starts a task.
  ///
  /// - Parameters:
  ///   - id: the task's id, unique to this start; names its cgroup.
  ///   - command: what to run.
  ///   - logs: where its output goes, or nil to throw it away.
  /// - Throws: `SupervisionError`; no process and no cgroup of the task is left then.
  public func start(id: String, command: Command, logs: TaskLogs?) throws(SupervisionError) -> SupervisedTask
  {
    let files = try logs.map { logs throws(SupervisionError) in try logs.openFiles() }
    let streams = files.map { (output: LogStream(files: $0.output), error: LogStream(files: $0.error)) }
    let group = controlGroups?.group(taskID: id)
    try group?.create()
    do throws(SupervisionError) {
      return try start(command: command, group: group, streams: streams)
    } catch {
      group?.killAndRemove()
      throw error
    }
  }

  private func start(
    command: Command, group: ControlGroup?, streams: (output: LogStream, error: LogStream)?
  ) throws(SupervisionError) -> SupervisedTask {
    var opened: [Int32] = []
    defer { for descriptor in opened { closeDescriptor(descriptor) } }
    var descriptors = StandardDescriptors(input: nullDevice, output: nullDevice, error: nullDevice)
    if let streams {
      descriptors.output = try streams.output.makePipe(owner: command.credentials)
      opened.append(descriptors.output)
      descriptors.error = try streams.error.makePipe(owner: command.credentials)
      opened.append(descriptors.error)
    }
    var groupDescriptor: Int32 = -1
    if let group {
      groupDescriptor = hostler_open_directory(group.path)
      guard groupDescriptor >= 0 else {
        throw SupervisionError(
          kind: .outOfResources,
          description: "cannot open the cgroup \(group.path): \(describe(errno: errno))")
      }
      opened.append(groupDescriptor)
    }
    let output = try streams.map { streams throws(SupervisionError) in
      try TaskOutput(output: streams.output, error: streams.error, watcher: watcher)
    }
    do throws(SupervisionError) {
      let startedAt = wallClockNanoseconds()
      let process = try command.spawn(descriptors: descriptors, controlGroup: groupDescriptor)
      guard let identity = ProcessIdentity(pid: process.pid, pidfd: process.pidfd) else {
        _ = hostler_pidfd_signal(process.pidfd, SIGKILL)
        closeDescriptor(process.pidfd)
        throw SupervisionError(
          kind: .systemCall, description: "cannot identify process \(process.pid): \(describe(errno: errno))")
      }
      let handle = TaskHandle(process: identity, startedAtNanoseconds: startedAt, controlGroup: group)
      return SupervisedTask(handle: handle, pidfd: process.pidfd, output: output)
    } catch {
      output?.finish()
      throw error
    }
  }

  /// Finds a task of an earlier process again by its handle.
  ///
  /// What is left of the tree of a task whose main process is gone is killed.
  public func recover(_ handle: TaskHandle) -> SupervisedTask {
    if let pidfd = handle.process.open() {
      return SupervisedTask(handle: handle, pidfd: pidfd, output: nil)
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

  /// Finds a task again by its id alone, for a start whose handle was never stored.
  ///
  /// - Returns: nil when no task of this id was started, as far as its cgroup tells.
  public func recover(id: String) -> SupervisedTask? {
    guard let group = controlGroups?.group(taskID: id), group.exists else { return nil }
    // The main process leads its session, and of the leaders in the cgroup it is the oldest.
    let leaders = group.processes.filter { getsid($0) == $0 }.sorted()
    for pid in leaders {
      let pidfd = hostler_pidfd_open(pid)
      guard pidfd >= 0 else { continue }
      if let identity = ProcessIdentity(pid: pid, pidfd: pidfd), group.processes.contains(pid) {
        let handle = TaskHandle(process: identity, startedAtNanoseconds: 0, controlGroup: group)
        return SupervisedTask(handle: handle, pidfd: pidfd, output: nil)
      }
      closeDescriptor(pidfd)
    }
    group.killAndRemove()
    return SupervisedTask(
      ended: .unknown(reason: "it was started and had ended before it could be recorded"), controlGroup: group
    )
  }

  /// Ends the collection of logs. Tasks go on running; their output has nowhere to go any more.
  public func close() {
    watcher.close()
  }
}
