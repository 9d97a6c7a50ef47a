internal import CHostlerDriver

/// An open driver, without its type: what the C functions of the table call.
class AnyDriverInstance {
  typealias Failure = DriverError

  func configure(_ config: hostler_config) throws(Failure) {}
  func fingerprint(_ answer: UnsafeMutablePointer<hostler_fingerprint>) throws(Failure) {}
  func start(
    _ request: UnsafePointer<hostler_task_request>, _ answer: UnsafeMutablePointer<hostler_task_started>
  ) throws(Failure) {}
  func wait(_ id: UnsafeRawBufferPointer) throws(Failure) -> Int32 { -1 }
  func stop(_ id: UnsafeRawBufferPointer, _ request: StopRequest) throws(Failure) {}
  func signal(_ id: UnsafeRawBufferPointer, _ signal: Int32) throws(Failure) {}
  func inspect(
    _ id: UnsafeRawBufferPointer, _ answer: UnsafeMutablePointer<hostler_task_status>
  ) throws(Failure) {}
  func destroy(_ id: UnsafeRawBufferPointer, force: Bool) throws(Failure) {}
  func recover(
    _ request: UnsafePointer<hostler_recover_request>, _ answer: UnsafeMutablePointer<hostler_task_status>
  ) throws(Failure) {}
  func restoreComplete() throws(Failure) {}
  func close() {}
}

/// An open driver of one type, with its tasks.
final class DriverInstance<Driver: TaskDriver>: AnyDriverInstance {
  private let driver: Driver
  private let tasks = TaskTable()

  init(context: DriverContext) throws(DriverError) {
    driver = try Driver(context: context)
  }

  private func task(_ id: UnsafeRawBufferPointer) throws(Failure) -> Driver.Task {
    if let entry = tasks.entry(id) { return task(of: entry) }
    throw DriverError(.notFound, "task \(String(decoding: id, as: UTF8.self)) not found")
  }

  private func task(of entry: TaskTable.Entry) -> Driver.Task {
    // Only `insert` of this class fills the table, and only with tasks of this type.
    unsafeDowncast(entry.task, to: Driver.Task.self)
  }

  private func insert(_ id: UnsafeRawBufferPointer, _ started: StartedTask<Driver.Task>) -> StartRecord {
    let record = StartRecord(
      handle: started.handle, handleVersion: started.handleVersion, network: started.network)
    tasks.insert(id, started.task, record)
    return record
  }

  override func configure(_ config: hostler_config) throws(Failure) {
    try driver.configure(DriverConfiguration(config))
  }

  override func fingerprint(_ answer: UnsafeMutablePointer<hostler_fingerprint>) throws(Failure) {
    let fingerprint = try driver.fingerprint()
    answer.pointee.health = fingerprint.health.rawValue
    answer.pointee.refresh_milliseconds =
      fingerprint.refreshAfter.map { UInt32(clamping: $0.milliseconds) } ?? 0
    answer.pointee.changed_descriptor = fingerprint.changedDescriptor ?? -1
    answer.pointee.description.write(fingerprint.description)
    answer.pointee.attributes.add(fingerprint.attributes)
  }

  override func start(
    _ request: UnsafePointer<hostler_task_request>, _ answer: UnsafeMutablePointer<hostler_task_started>
  ) throws(Failure) {
    let id = request.pointee.task_id.bytes
    if let known = tasks.entry(id) {
      write(known.record, to: answer)
      return
    }
    let started = try driver.start(
      TaskRequest(request), configuration: DriverConfiguration(request.pointee.config))
    write(insert(id, started), to: answer)
  }

  private func write(
    _ started: StartRecord, to answer: UnsafeMutablePointer<hostler_task_started>
  ) {
    answer.pointee.handle_version = started.handleVersion
    answer.pointee.handle.write(started.handle)
    if let network = started.network {
      answer.pointee.has_network = 1
      answer.pointee.ip.write(network.address)
      answer.pointee.ports.add(network.ports.map { (name: $0.key, value: String($0.value)) })
    }
  }

  override func wait(_ id: UnsafeRawBufferPointer) throws(Failure) -> Int32 {
    try driver.wait(task(id))
  }

  override func stop(_ id: UnsafeRawBufferPointer, _ request: StopRequest) throws(Failure) {
    try driver.stop(task(id), request)
  }

  override func signal(_ id: UnsafeRawBufferPointer, _ signal: Int32) throws(Failure) {
    try driver.signal(task(id), signal)
  }

  override func inspect(
    _ id: UnsafeRawBufferPointer, _ answer: UnsafeMutablePointer<hostler_task_status>
  ) throws(Failure) {
    try inspect(task(id), answer)
  }

  private func inspect(
    _ task: Driver.Task, _ answer: UnsafeMutablePointer<hostler_task_status>
  ) throws(Failure) {
    let detailed = answer.pointee.message.write != nil || answer.pointee.attributes.add != nil
    let status = try driver.inspect(task, detailed: detailed)
    status.write(to: answer)
  }

  override func destroy(_ id: UnsafeRawBufferPointer, force: Bool) throws(Failure) {
    let task = try task(id)
    if !force, try driver.inspect(task, detailed: false).state == .running {
      throw DriverError(.stillRunning, "task \(String(decoding: id, as: UTF8.self)) is running")
    }
    try driver.destroy(task)
    tasks.remove(id)
  }

  override func recover(
    _ request: UnsafePointer<hostler_recover_request>, _ answer: UnsafeMutablePointer<hostler_task_status>
  ) throws(Failure) {
    let id = request.pointee.task_id.bytes
    if let known = tasks.entry(id) {
      // A task that the driver has lost sight of is looked for anew.
      if let status = try? driver.inspect(task(of: known), detailed: true) {
        status.write(to: answer)
        return
      }
      tasks.remove(id)
    }
    guard let recovered = try driver.recover(RecoverRequest(request)) else {
      throw DriverError(.notFound, "task \(String(decoding: id, as: UTF8.self)) was never started")
    }
    _ = insert(id, recovered)
    try inspect(recovered.task, answer)
  }

  override func restoreComplete() throws(Failure) {
    try driver.restoreComplete()
  }

  override func close() {
    driver.close()
    tasks.removeAll()
  }
}

extension TaskStatus {
  /// Answers the host.
  func write(to answer: UnsafeMutablePointer<hostler_task_status>) {
    answer.pointee.started_at = startedAtNanoseconds
    answer.pointee.state = state == .running ? Int32(HOSTLER_TASK_RUNNING) : Int32(HOSTLER_TASK_EXITED)
    switch state {
    case .running: break
    case .exited(let code): answer.pointee.exit_code = code
    case .signalled(let signal):
      answer.pointee.exit_code = 128 + signal
      answer.pointee.exit_signal = signal
    case .ended: answer.pointee.exit_unknown = 1
    }
    if state != .running {
      answer.pointee.exited_at = exitedAtNanoseconds
      answer.pointee.oom_killed = isOutOfMemory ? 1 : 0
    }
    answer.pointee.message.write(message)
    answer.pointee.attributes.add(attributes)
  }
}

extension Duration {
  /// Whole milliseconds.
  var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds &* 1000 &+ attoseconds / 1_000_000_000_000_000
  }
}
