internal import DriverSupervision
internal import HostlerDriver
internal import Supervision
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Runs programs of the host as they are, without isolation: each in a session, a process group and, where
/// there is a cgroup v2 tree, a cgroup of its own.
final class RawExecDriver: TaskDriver {
  typealias Task = RemoteTask

  static let description = DriverDescription(
    name: "raw_exec",
    doc: "Runs a program of the host without isolation, and ends it with everything it started.",
    capabilities: [.signals, .recover, .user], pluginSchema: PluginFields.schema,
    taskSchema: TaskFields.schema)

  private let context: DriverContext
  private let configured = Mutex<RawExecSettings?>(nil)

  init(context: DriverContext) throws(DriverError) {
    self.context = context
  }

  private func settings() throws(DriverError) -> RawExecSettings {
    if let settings = configured.withLock({ $0 }) { return settings }
    throw DriverError(.invalid, "the driver was not configured")
  }

  func configure(_ configuration: borrowing DriverConfiguration) throws(DriverError) {
    let settings = try RawExecSettings(configuration, context)
    configured.withLock { $0 = settings }
    if let reason = settings.withoutControlGroups {
      context.log(.warning, "tasks are held together by process groups only: \(reason)")
    }
  }

  func fingerprint() throws(DriverError) -> Fingerprint {
    let settings = try settings()
    guard settings.isEnabled else {
      return Fingerprint(health: .undetected, description: "disabled by its configuration")
    }
    let holding = settings.supervisor.controlGroups.map { "cgroup v2 below \($0.path)" }
    return Fingerprint(
      health: .healthy,
      description: holding.map { "tasks are held together by \($0)" }
        ?? "tasks are held together by process groups only (\(settings.withoutControlGroups ?? "")): "
        + "a process that detaches itself can outlive its task",
      attributes: [
        (name: "driver.raw_exec", value: "1"),
        (name: "driver.raw_exec.cgroups", value: holding == nil ? "none" : "v2"),
      ])
  }

  func start(
    _ request: borrowing TaskRequest, configuration: borrowing DriverConfiguration
  ) throws(DriverError) -> StartedTask<RemoteTask> {
    let settings = try settings()
    guard settings.isEnabled else { throw .failed("raw_exec is disabled by its configuration") }
    let taskID = request.taskID
    let logs = request.logs
    let command = try Command(request, configuration, settings)
    let task = try supervised { () throws(SupervisionError) in
      try settings.supervisor.start(
        id: taskID, command: command, logs: TaskLogs(logs))
    }
    return StartedTask(task: task, handle: task.handle?.bytes ?? [], handleVersion: TaskHandle.version)
  }

  func wait(_ task: RemoteTask) throws(DriverError) -> Int32 {
    try supervised { () throws(SupervisionError) in try task.waitDescriptor() }
  }

  func stop(_ task: RemoteTask, _ request: StopRequest) throws(DriverError) {
    if request.force {
      try settings().supervisor.kill(task)
    } else {
      try signal(task, request.signal == 0 ? SIGINT : request.signal)
    }
  }

  func signal(_ task: RemoteTask, _ signal: Int32) throws(DriverError) {
    guard signal > 0, signal <= 64 else {
      throw .unsupported("\(signal) is not the number of a signal")
    }
    try supervised { () throws(SupervisionError) in try task.signal(signal) }
  }

  func inspect(_ task: RemoteTask, detailed: Bool) throws(DriverError) -> TaskStatus {
    var status = TaskStatus(state: .running, startedAtNanoseconds: task.startedAtNanoseconds)
    if case .exited(let exit, let time) = task.condition() {
      status.exitedAtNanoseconds = time
      switch exit {
      case .code(let code): status.state = .exited(code: code)
      case .signal(let signal): status.state = .signalled(signal)
      case .unknown(let reason):
        status.state = .ended
        status.message = reason
      }
    }
    if detailed, let handle = task.handle {
      status.attributes.append((name: "pid", value: String(handle.process.pid)))
      if let group = handle.controlGroup { status.attributes.append((name: "cgroup", value: group.path)) }
    }
    return status
  }

  func destroy(_ task: RemoteTask) throws(DriverError) {
    let supervisor = try settings().supervisor
    try supervised { () throws(SupervisionError) in try supervisor.destroy(task) }
  }

  func recover(_ request: borrowing RecoverRequest) throws(DriverError) -> StartedTask<RemoteTask>? {
    let supervisor = try settings().supervisor
    let (id, stored, logs) = (request.taskID, request.handle, request.logs)
    if !stored.isEmpty {
      guard request.handleVersion == TaskHandle.version, TaskHandle(bytes: stored) != nil else {
        throw .failed("the handle of \(id) is not one of this driver's (version \(request.handleVersion))")
      }
    }
    let task = try supervised { () throws(SupervisionError) in
      try supervisor.recover(id: id, handle: stored, logs: TaskLogs(logs))
    }
    return task.map {
      StartedTask(task: $0, handle: $0.handle?.bytes ?? stored, handleVersion: TaskHandle.version)
    }
  }

  func restoreComplete() throws(DriverError) {
    try settings().supervisor.restoreComplete()
  }

  func close() {
    let settings = configured.withLock { settings in
      defer { settings = nil }
      return settings
    }
    settings?.supervisor.close()
  }
}
