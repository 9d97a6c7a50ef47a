internal import DriverSupervision
internal import HostlerDriver
internal import Supervision
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Pretends to run tasks, and to fail in every way that a driver can.
final class MockDriver: TaskDriver {
  typealias Task = MockTask

  static let description = DriverDescription(
    name: "mock_driver", doc: "Pretends to run tasks, for tests: each field is a way to behave or to fail.",
    capabilities: [.signals, .recover], pluginSchema: PluginFields.schema, taskSchema: TaskFields.schema)

  private struct Settings {
    var health: MockHealth
    var filesystemIsolation: String
  }

  private let watcher: DescriptorWatcher
  private let configured = Mutex<Settings?>(nil)

  init(context: DriverContext) throws(DriverError) {
    watcher = try supervised { () throws(SupervisionError) in
      try DescriptorWatcher(threadName: "hostler-mock")
    }
  }

  func configure(_ configuration: borrowing DriverConfiguration) throws(DriverError) {
    let isolation = try configuration.value(PluginFields.filesystemIsolation) ?? "none"
    guard ["none", "chroot", "image"].contains(isolation) else {
      throw .failed("fs_isolation = \"\(isolation)\" is none of none, chroot, image")
    }
    let after = try configuration.value(PluginFields.shutdownAfter)
    let duration = try configuration.value(PluginFields.shutdownDuration)
    let health = try supervised { () throws(SupervisionError) in
      try MockHealth(shutdownAfter: after, shutdownFor: duration)
    }
    configured.withLock { $0 = Settings(health: health, filesystemIsolation: isolation) }
  }

  func fingerprint() throws(DriverError) -> Fingerprint {
    guard let settings = configured.withLock({ $0 }) else {
      return Fingerprint(health: .undetected, description: "not configured yet")
    }
    let health = settings.health.current()
    return Fingerprint(
      health: health, description: health == .healthy ? "ready" : "pretends to be unhealthy",
      attributes: [
        (name: "driver.mock_driver", value: "1"),
        (name: "driver.mock_driver.fs_isolation", value: settings.filesystemIsolation),
      ], changedDescriptor: settings.health.changedDescriptor)
  }

  func start(
    _ request: borrowing TaskRequest, configuration: borrowing DriverConfiguration
  ) throws(DriverError) -> StartedTask<MockTask> {
    let script = try MockScript(configuration)
    let network = try Self.network(configuration)
    if let duration = try configuration.value(TaskFields.startBlockFor) {
      // This thread is one that the host keeps for calls that block.
      _ = poll(nil, 0, Int32(clamping: duration.nanoseconds / 1_000_000))
    }
    if let message = try configuration.value(TaskFields.startError), !message.isEmpty {
      let recoverable = try configuration.value(TaskFields.startErrorRecoverable) ?? false
      throw DriverError(recoverable ? .recoverable : .failed, message)
    }
    let now = Self.now()
    let logs = request.logs
    let handle = MockHandle(startedAtNanoseconds: now, script: script)
    let task = try supervised { () throws(SupervisionError) in
      let task = try MockTask(handle: handle, now: now)
      if let files = try TaskLogs(logs)?.openFiles() {
        for (output, files) in [(script.standardOutput, files.output), (script.standardError, files.error)]
        where !output.text.isEmpty {
          task.add(try MockWriter(output, to: files, watcher: watcher))
        }
      }
      return task
    }
    return StartedTask(task: task, handle: handle.bytes, handleVersion: MockHandle.version, network: network)
  }

  private static func now() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }

  private static func network(_ configuration: borrowing DriverConfiguration) throws(DriverError)
    -> TaskNetwork?
  {
    guard let address = try configuration.value(TaskFields.driverIP), !address.isEmpty else { return nil }
    var ports: [String: Int] = [:]
    for item in (try configuration.value(TaskFields.driverPortMap) ?? "").split(separator: ",") {
      let parts = item.split(separator: ":")
      guard parts.count == 2, let port = Int(parts[1]) else {
        throw .failed("driver_port_map: \"\(item)\" is not LABEL:NUMBER")
      }
      ports[String(parts[0])] = port
    }
    return TaskNetwork(address: address, ports: ports)
  }

  func wait(_ task: MockTask) throws(DriverError) -> Int32 {
    try supervised { () throws(SupervisionError) in try task.waitDescriptor() }
  }

  func stop(_ task: MockTask, _ request: StopRequest) throws(DriverError) {
    task.stop(force: request.force, now: Self.now())
  }

  func signal(_ task: MockTask, _ signal: Int32) throws(DriverError) {
    guard (1...64).contains(signal) else { throw .unsupported("\(signal) is not the number of a signal") }
    let message = task.handle.script.signalError
    if !message.isEmpty { throw .failed(message) }
  }

  func inspect(_ task: MockTask, detailed: Bool) throws(DriverError) -> TaskStatus {
    try task.status()
  }

  func destroy(_ task: MockTask) throws(DriverError) {
    task.end()
  }

  func recover(_ request: borrowing RecoverRequest) throws(DriverError) -> StartedTask<MockTask>? {
    let stored = request.handle
    // A pretended task leaves no trace: without a handle it was never started.
    if stored.isEmpty { return nil }
    guard request.handleVersion == MockHandle.version, let handle = MockHandle(bytes: stored) else {
      throw .failed("the handle of \(request.taskID) is not one of this driver's")
    }
    let task = try supervised { () throws(SupervisionError) in try MockTask(handle: handle, now: Self.now()) }
    return StartedTask(task: task, handle: stored, handleVersion: MockHandle.version)
  }

  func close() {
    watcher.close()
    configured.withLock { $0 = nil }
  }
}
