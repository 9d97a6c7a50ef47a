import CHostlerDriver
import Foundation

/// A driver of a built library, called through its C table as the host calls it.
final class LoadedDriver {
  struct Failure: Error, CustomStringConvertible {
    var status: Int
    var description: String
  }

  struct Started {
    var handle: [UInt8]
    var version: UInt32
    var address: String?
    var ports: [String: String]
  }

  struct Status: Equatable {
    var state: Int
    var code: Int32
    var signal: Int32
    var isUnknown: Bool
    var startedAt: Int64
    var exitedAt: Int64
    var message: String
    var attributes: [String: String]
  }

  private let driver: hostler_driver
  private let host: UnsafeMutablePointer<hostler_host>
  private let state: TaskDirectory
  private var isClosed = false

  /// The library that the package's build made, beside the tests' own executable.
  static func libraryPath(_ name: String) throws -> String {
    let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: executable).deletingLastPathComponent().appendingPathComponent(
      "lib\(name).so"
    ).path
  }

  static func entry(_ library: String) throws -> UnsafePointer<hostler_entry> {
    let path = try libraryPath(library)
    guard let loaded = dlopen(path, RTLD_NOW | RTLD_LOCAL | Int32(RTLD_NODELETE)),
      let symbol = dlsym(loaded, HOSTLER_ENTRY_SYMBOL)
    else { throw Failure(status: -1, description: dlerror().map { String(cString: $0) } ?? "not loaded") }
    typealias Entry = @convention(c) () -> UnsafePointer<hostler_entry>
    return unsafeBitCast(symbol, to: Entry.self)()
  }

  /// Opens the driver of a library.
  ///
  /// - Parameter state: the directory of what outlives it, in which another instance finds its tasks; nil
  ///   for a temporary one.
  /// - Parameter restored: whether every task of before has been asked for.
  convenience init(
    _ library: String, plugin: [String: ConfigurationValue] = [:], state: TaskDirectory? = nil,
    restored: Bool = true
  ) throws {
    try self.init(entry: try Self.entry(library), plugin: plugin, state: state, restored: restored)
  }

  init(
    entry: UnsafePointer<hostler_entry>, plugin: [String: ConfigurationValue] = [:],
    state: TaskDirectory? = nil, restored: Bool = true
  ) throws {
    // A temporary one lives as long as this value.
    self.state = try state ?? TaskDirectory()
    let places = [
      self.state.path,
      URL(fileURLWithPath: try Self.libraryPath("x")).deletingLastPathComponent().path,
    ]
    host = .allocate(capacity: 1)
    host.initialize(to: hostler_host())
    host.pointee.size = MemoryLayout<hostler_host>.size
    host.pointee.abi_major = HOSTLER_ABI_MAJOR
    host.pointee.log = { _, _, _ in }
    // Never released: a driver may keep them.
    host.pointee.state_directory = hostler_string(data: strdup(places[0]), length: places[0].utf8.count)
    host.pointee.library_directory = hostler_string(data: strdup(places[1]), length: places[1].utf8.count)
    host.pointee.is_temporary = state == nil ? 1 : 0
    var opened = hostler_driver()
    let error = Collected()
    let name = entry.pointee.drivers[0]?.pointee.name
    try Self.check(entry.pointee.open(host, name, &opened, error.sink), error)
    driver = opened
    let lent = LentConfiguration(plugin)
    var config = lent.config
    try check { table, instance, error in table.configure(instance, &config, error) }
    if restored { try check { table, instance, error in table.restore_complete(instance, error) } }
    withExtendedLifetime(lent) {}
  }

  deinit {
    close()
    host.deallocate()
  }

  private static func check(_ status: hostler_status, _ error: Collected) throws {
    if status != hostler_status(HOSTLER_OK) { throw Failure(status: Int(status), description: error.text) }
  }

  private func check(
    _ body: (hostler_driver_table, UnsafeMutableRawPointer, hostler_sink) -> hostler_status
  ) throws {
    let error = Collected()
    guard let table = driver.table, let instance = driver.instance else { return }
    try Self.check(body(table.pointee, instance, error.sink), error)
  }

  func close() {
    if !isClosed, let table = driver.table { table.pointee.close(driver.instance) }
    isClosed = true
  }

  /// Starts a task whose output goes to `directory` as `NAME.stdout.N` and `NAME.stderr.N`.
  @discardableResult
  func start(
    _ id: String, in directory: TaskDirectory, _ values: [String: ConfigurationValue],
    environment: [String] = ["PATH=/usr/bin:/bin"], user: String = "", maximumFileBytes: Int64 = 10 << 20,
    maximumFiles: UInt32 = 10, logsDisabled: Bool = false
  ) throws -> Started {
    let lent = LentConfiguration(values)
    let (handle, ip, ports) = (Collected(), Collected(), Collected())
    var request = hostler_task_request()
    request.size = MemoryLayout<hostler_task_request>.size
    request.task_id = lent.lend(id)
    request.task_directory = lent.lend(directory.path)
    request.local_directory = lent.lend(directory.local)
    request.user = lent.lend(user)
    request.logs = logs(directory, lent)
    request.logs.max_file_bytes = maximumFileBytes
    request.logs.max_files = maximumFiles
    request.logs.disabled = logsDisabled ? 1 : 0
    request.config = lent.config
    var started = hostler_task_started()
    started.size = MemoryLayout<hostler_task_started>.size
    started.handle = handle.sink
    started.ip = ip.sink
    started.ports = ports.pairSink
    try environment.map { lent.lend($0) }.withUnsafeBufferPointer { variables in
      request.environment = variables.baseAddress
      request.environment_count = variables.count
      try check { table, instance, error in table.start(instance, &request, &started, error) }
    }
    return Started(
      handle: handle.bytes, version: started.handle_version,
      address: started.has_network != 0 ? ip.text : nil, ports: ports.pairs)
  }

  private func logs(_ directory: TaskDirectory, _ lent: LentConfiguration) -> hostler_task_logs {
    var logs = hostler_task_logs()
    logs.size = MemoryLayout<hostler_task_logs>.size
    logs.directory = lent.lend(directory.logs)
    logs.stdout_name = lent.lend("task.stdout")
    logs.stderr_name = lent.lend("task.stderr")
    return logs
  }

  /// A descriptor that the caller closes.
  func wait(_ id: String) throws -> Int32 {
    var descriptor: Int32 = -1
    let lent = LentConfiguration([:])
    try check { table, instance, error in table.wait(instance, lent.lend(id), &descriptor, error) }
    return descriptor
  }

  /// Waits until a task has ended, and says how.
  func end(of id: String) throws -> Status {
    let descriptor = try wait(id)
    defer { _ = Glibc.close(descriptor) }
    guard try Self.isReadable(descriptor, withinMilliseconds: 60_000) else {
      throw Failure(status: -1, description: "\(id) has not ended")
    }
    return try inspect(id)
  }

  static func isReadable(_ descriptor: Int32, withinMilliseconds timeout: Int32) throws -> Bool {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while true {
      let count = poll(&wanted, 1, timeout)
      if count >= 0 { return count > 0 }
      guard errno == EINTR else { throw Failure(status: -1, description: "poll: \(errno)") }
    }
  }

  func inspect(_ id: String) throws -> Status {
    let lent = LentConfiguration([:])
    return try status { status, table, instance, error in
      table.inspect(instance, lent.lend(id), status, error)
    }
  }

  private func status(
    _ body: (
      UnsafeMutablePointer<hostler_task_status>, hostler_driver_table, UnsafeMutableRawPointer, hostler_sink
    )
      -> hostler_status
  ) throws -> Status {
    let (message, attributes) = (Collected(), Collected())
    var status = hostler_task_status()
    status.size = MemoryLayout<hostler_task_status>.size
    status.message = message.sink
    status.attributes = attributes.pairSink
    try check { table, instance, error in body(&status, table, instance, error) }
    return Status(
      state: Int(status.state), code: status.exit_code, signal: status.exit_signal,
      isUnknown: status.exit_unknown != 0, startedAt: status.started_at, exitedAt: status.exited_at,
      message: message.text, attributes: attributes.pairs)
  }

  func stop(_ id: String, signal: Int32 = 0, force: Bool = false) throws {
    var request = hostler_stop_request()
    request.size = MemoryLayout<hostler_stop_request>.size
    request.signal = signal
    request.force = force ? 1 : 0
    let lent = LentConfiguration([:])
    try check { table, instance, error in table.stop(instance, lent.lend(id), &request, error) }
  }

  func signal(_ id: String, _ signal: Int32) throws {
    let lent = LentConfiguration([:])
    try check { table, instance, error in table.signal(instance, lent.lend(id), signal, error) }
  }

  func destroy(_ id: String, force: Bool = false) throws {
    let lent = LentConfiguration([:])
    try check { table, instance, error in table.destroy(instance, lent.lend(id), force ? 1 : 0, error) }
  }

  func recover(_ id: String, handle: [UInt8], version: UInt32 = 1, in directory: TaskDirectory) throws
    -> Status
  {
    let lent = LentConfiguration([:])
    var request = hostler_recover_request()
    request.size = MemoryLayout<hostler_recover_request>.size
    request.task_id = lent.lend(id)
    request.handle = lent.lend(String(decoding: handle, as: UTF8.self))
    request.handle_version = version
    request.logs = logs(directory, lent)
    return try status { status, table, instance, error in table.recover(instance, &request, status, error) }
  }

  /// Health, description, attributes and the changed descriptor.
  func fingerprint() throws -> (
    health: Int, description: String, attributes: [String: String], changed: Int32
  ) {
    let (description, attributes) = (Collected(), Collected())
    var answer = hostler_fingerprint()
    answer.size = MemoryLayout<hostler_fingerprint>.size
    answer.changed_descriptor = -1
    answer.description = description.sink
    answer.attributes = attributes.pairSink
    try check { table, instance, error in table.fingerprint(instance, &answer, error) }
    return (Int(answer.health), description.text, attributes.pairs, answer.changed_descriptor)
  }
}
