internal import CHostlerDriver

extension LoadedDriver {
  func start(_ request: TaskRequest) async throws(DriverError) -> StartedTask {
    let taskID = request.taskID
    if let field = request.nameOfTextWithZero {
      throw error(.invalid, .start, taskID, "the \(field) holds a zero byte")
    }
    return try await blocking(.start, taskID, claimsTask: true) { (driver) throws(DriverError) in
      var arena = CallArena()
      let view = ConfigurationView(request.configuration, in: &arena)
      var input = hostler_task_request(request, config: view.config, in: &arena)
      defer { withExtendedLifetime(view) {} }
      return try driver.start(&input, taskID)
    }
  }

  private func start(
    _ input: UnsafePointer<hostler_task_request>, _ taskID: String
  ) throws(DriverError) -> StartedTask {
    let start = try function(table.start, .start)
    var answer = hostler_task_started()
    answer.size = MemoryLayout<hostler_task_started>.size
    var (message, handle, ip) = (ByteCollector(), ByteCollector(), ByteCollector())
    var ports = PairCollector()
    let status = withUnsafeMutablePointer(to: &message) { message in
      withUnsafeMutablePointer(to: &handle) { handle in
        withUnsafeMutablePointer(to: &ip) { ip in
          withUnsafeMutablePointer(to: &ports) { ports in
            answer.handle = hostler_sink(handle)
            answer.ip = hostler_sink(ip)
            answer.ports = hostler_pair_sink(ports)
            return start(instance, input, &answer, hostler_sink(message))
          }
        }
      }
    }
    try check(status, message, .start, taskID)
    do throws(DriverError) {
      if handle.isOverfull || handle.isInvalid {
        let found = handle.isInvalid ? "no bytes" : "more than \(DriverABI.sinkLimitBytes) bytes"
        throw error(.protocolViolation(.handle), .start, taskID, "the handle has \(found)")
      }
      return StartedTask(
        handle: handle.bytes, handleVersion: answer.handle_version,
        network: answer.has_network == 0 ? nil : try network(ip, ports, taskID))
    } catch {
      // The task runs and its caller is told that it does not: it must not go on unknown.
      if (try? destroyNow(taskID, force: true)) == nil {
        host.write(.error, "\(taskID): started against the rules, and could not be ended")
      }
      throw error
    }
  }

  private func network(
    _ ip: ByteCollector, _ pairs: PairCollector, _ taskID: String
  ) throws(DriverError) -> StartedTask.Network {
    var ports: [String: UInt16] = [:]
    for (label, text) in pairs.pairs {
      guard let port = UInt16(text) else {
        throw error(.protocolViolation(.text), .start, taskID, "the port \(label) is \"\(text)\"")
      }
      ports[label] = port
    }
    guard !ip.bytes.isEmpty, let address = String(validating: ip.bytes, as: UTF8.self) else {
      throw error(.protocolViolation(.text), .start, taskID, "the address is no text")
    }
    return StartedTask.Network(ip: address, ports: ports)
  }

  func stop(_ taskID: String, _ request: TaskStopRequest) async throws(DriverError) {
    try await blocking(.stop, taskID) { (driver) throws(DriverError) in
      let stop = try driver.function(driver.table.stop, .stop)
      var input = hostler_stop_request()
      input.size = MemoryLayout<hostler_stop_request>.size
      input.signal = request.signal ?? 0
      input.force = request.isForced ? 1 : 0
      input.timeout_nanoseconds = request.timeout.nanoseconds
      try driver.simple(.stop, taskID) { id, message in stop(driver.instance, id, &input, message) }
    }
  }

  func signal(_ taskID: String, signal: Int32) async throws(DriverError) {
    try await blocking(.signal, taskID) { (driver) throws(DriverError) in
      let function = try driver.function(driver.table.signal, .signal)
      try driver.simple(.signal, taskID) { id, message in function(driver.instance, id, signal, message) }
    }
  }

  func destroy(_ taskID: String, force: Bool) async throws(DriverError) {
    try await blocking(.destroy, taskID, claimsTask: true) { (driver) throws(DriverError) in
      try driver.destroyNow(taskID, force: force)
    }
  }

  private func destroyNow(_ taskID: String, force: Bool) throws(DriverError) {
    let destroy = try function(table.destroy, .destroy)
    try simple(.destroy, taskID) { id, message in destroy(instance, id, force ? 1 : 0, message) }
  }

  /// Makes a call about a task that has no answer but its status.
  private func simple(
    _ call: DriverCall, _ taskID: String, _ body: (hostler_string, hostler_sink) -> hostler_status
  ) throws(DriverError) {
    var message = ByteCollector()
    let status = withUnsafeMutablePointer(to: &message) { message in
      taskID.withHostlerString { body($0, hostler_sink(message)) }
    }
    try check(status, message, call, taskID)
  }

  func recover(_ request: RecoverRequest) async throws(DriverError) -> TaskStatus {
    let taskID = request.taskID
    return try await blocking(.recover, taskID, claimsTask: true) { (driver) throws(DriverError) in
      let recover = try driver.function(driver.table.recover, .recover)
      var arena = CallArena()
      var input = hostler_recover_request()
      input.size = MemoryLayout<hostler_recover_request>.size
      input.task_id = arena.string(taskID)
      input.handle = request.handle.withUnsafeBytes { arena.copy($0) }
      input.handle_version = request.handleVersion
      input.reloading = request.isReloading ? 1 : 0
      input.logs = hostler_task_logs(request.logs, in: &arena)
      let status = try driver.status(.recover, taskID, .full) { answer, message in
        recover(driver.instance, &input, answer, message)
      }
      guard status.state != .unknown else {
        throw driver.error(
          .protocolViolation(.recover), .recover, taskID, "it says OK and does not say how the task is")
      }
      return status
    }
  }
}

extension TaskRequest {
  /// Which text holds a zero byte, which a driver that reads it as a C string would take for its end.
  fileprivate var nameOfTextWithZero: String? {
    let texts: [(String, String)] = [
      ("task id", taskID), ("allocation id", allocationID), ("job id", jobID), ("job name", jobName),
      ("group name", groupName), ("task name", taskName), ("namespace", namespace), ("node name", nodeName),
      ("user", user), ("allocation directory", directories.allocation), ("task directory", directories.task),
      ("local directory", directories.local), ("secrets directory", directories.secrets),
      ("temporary directory", directories.temporary), ("log directory", logs.directory),
      ("log name", logs.stdoutName), ("log name", logs.stderrName),
    ]
    if let found = texts.first(where: { $0.1.holdsZeroByte }) { return found.0 }
    return environment.contains(where: \.holdsZeroByte) ? "environment" : nil
  }
}

extension hostler_task_request {
  fileprivate init(_ request: TaskRequest, config: hostler_config, in arena: inout CallArena) {
    self.init()
    size = MemoryLayout<hostler_task_request>.size
    task_id = arena.string(request.taskID)
    allocation_id = arena.string(request.allocationID)
    job_id = arena.string(request.jobID)
    job_name = arena.string(request.jobName)
    group_name = arena.string(request.groupName)
    task_name = arena.string(request.taskName)
    namespace_name = arena.string(request.namespace)
    node_name = arena.string(request.nodeName)
    environment = arena.strings(request.environment)
    environment_count = request.environment.count
    user = arena.string(request.user)
    allocation_directory = arena.string(request.directories.allocation)
    task_directory = arena.string(request.directories.task)
    local_directory = arena.string(request.directories.local)
    secrets_directory = arena.string(request.directories.secrets)
    temporary_directory = arena.string(request.directories.temporary)
    logs = hostler_task_logs(request.logs, in: &arena)
    resources = hostler_task_resources(
      size: MemoryLayout<hostler_task_resources>.size, cpu_mhz: request.resources.cpuMHz,
      cores: request.resources.cores, memory_bytes: request.resources.memoryBytes,
      memory_max_bytes: request.resources.maximumMemoryBytes)
    self.config = config
  }
}

extension hostler_task_logs {
  fileprivate init(_ logs: TaskLogs, in arena: inout CallArena) {
    self.init(
      size: MemoryLayout<hostler_task_logs>.size, directory: arena.string(logs.directory),
      stdout_name: arena.string(logs.stdoutName), stderr_name: arena.string(logs.stderrName),
      max_file_bytes: logs.maximumFileBytes, max_files: logs.maximumFiles, disabled: logs.isDisabled ? 1 : 0)
  }
}

extension Duration {
  /// Whole nanoseconds, at most what fits.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, overflows) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflows ? .max : sum
  }
}
