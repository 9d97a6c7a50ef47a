internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The record of one task in a supervisor's table.
///
/// Unchecked: the memory stays mapped for as long as the process lives, and whoever holds a slot is the only
/// one that writes to it; the task's own process does so before its program runs, while the holder waits.
struct TaskSlot: @unchecked Sendable {
  let record: UnsafeMutablePointer<hostler_task_record>

  var state: UInt32 { hostler_record_state(record) }

  func set(_ state: Int) { hostler_record_set_state(record, UInt32(state)) }

  /// The id of the task, which has at most ``TaskTable/longestIDBytes`` bytes.
  var id: String {
    let count = min(Int(record.pointee.id_length), TaskTable.longestIDBytes)
    return withUnsafeBytes(of: &record.pointee.id) { String(decoding: $0.prefix(count), as: UTF8.self) }
  }

  func begin(id: String, logs: TaskLogs?) {
    record.pointee.id_length = UInt32(id.utf8.count)
    withUnsafeMutableBytes(of: &record.pointee.id) { $0.copyBytes(from: id.utf8) }
    note(logs)
    record.pointee.started_at = 0
    record.pointee.birth = 0
    record.pointee.birth_kind = 0
    record.pointee.pid = 0
    set(HOSTLER_RECORD_STARTING)
  }

  private func note(_ logs: TaskLogs?) {
    record.pointee.logs_length = 0
    guard let logs else { return }
    var bytes: [UInt8] = []
    for name in [logs.directory, logs.standardOutputName, logs.standardErrorName] {
      bytes += name.utf8
      bytes.append(0)
    }
    // Without it the output waits in its pipes until the driver asks for the task.
    guard bytes.count <= TaskTable.longestLogsBytes else { return }
    record.pointee.log_file_bytes = logs.limits.maximumFileBytes
    record.pointee.log_files = UInt32(clamping: logs.limits.maximumFiles)
    record.pointee.logs_length = UInt32(bytes.count)
    withUnsafeMutableBytes(of: &record.pointee.logs) { $0.copyBytes(from: bytes) }
  }

  /// Where the task's output goes; nil when that was not written down.
  var logs: TaskLogs? {
    let count = min(Int(record.pointee.logs_length), TaskTable.longestLogsBytes)
    let names = withUnsafeBytes(of: &record.pointee.logs) { bytes in
      bytes.prefix(count).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
    guard names.count == 3 else { return nil }
    return TaskLogs(
      directory: names[0], standardOutputName: names[1], standardErrorName: names[2],
      limits: LogLimits(
        maximumFileBytes: record.pointee.log_file_bytes, maximumFiles: Int(record.pointee.log_files)))
  }

  func end(_ exit: TaskExit, atNanoseconds time: Int64) {
    switch exit {
    case .code(let code):
      record.pointee.exit_kind = Int32(HOSTLER_EXIT_CODE.rawValue)
      record.pointee.exit_value = code
    case .signal(let signal):
      record.pointee.exit_kind = Int32(HOSTLER_EXIT_SIGNAL.rawValue)
      record.pointee.exit_value = signal
    case .unknown: record.pointee.exit_kind = Int32(HOSTLER_EXIT_UNKNOWN.rawValue)
    }
    record.pointee.exited_at = time
    set(HOSTLER_RECORD_EXITED)
  }

  /// How it ended, for one whose state says so.
  var exit: TaskExit {
    switch UInt32(bitPattern: record.pointee.exit_kind) {
    case HOSTLER_EXIT_CODE.rawValue: .code(record.pointee.exit_value)
    case HOSTLER_EXIT_SIGNAL.rawValue: .signal(record.pointee.exit_value)
    default: .unknown(reason: "it ended while no supervisor watched it")
    }
  }

  /// Who it is, for one that runs or did.
  var identity: ProcessIdentity? {
    let kind = ProcessIdentity.BirthKind(rawValue: record.pointee.birth_kind)
    return kind.map {
      ProcessIdentity(
        pid: record.pointee.pid, birthKind: $0, birth: record.pointee.birth,
        bootID: ProcessIdentity.currentBootID)
    }
  }
}

/// What a supervisor knows of its tasks, in a file that is mapped: a record outlives the process at any
/// instruction, and the next supervisor begins with it.
///
/// Unchecked: the list of free slots is behind the mutex; see ``TaskSlot`` for the memory.
final class TaskTable: @unchecked Sendable {
  static let longestIDBytes = Int(HOSTLER_RECORD_ID_BYTES)
  static let longestLogsBytes = Int(HOSTLER_RECORD_LOGS_BYTES)
  private static let headerBytes = 4096
  private static let segmentBytes = 262_144
  private static let recordsPerSegment = segmentBytes / MemoryLayout<hostler_task_record>.stride
  /// Changes with the form of the file.
  private static let magic = "hostler supervisor tasks 2\n"

  private let file: Int32
  private let path: String
  private let free: Mutex<(slots: [TaskSlot], segments: Int)>
  /// The tasks that the file held when it was opened.
  let found: [TaskSlot]

  /// Opens or makes the table. Records of an earlier run of the kernel are dropped: its processes are gone.
  ///
  /// - Parameter directory: an open directory.
  init(in directory: Int32, name: String) throws(SupervisionError) {
    path = name
    file = openat(directory, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw Self.failure("open", name) }
    let wanted = Self.magic + ProcessIdentity.currentBootID
    var header = [UInt8](repeating: 0, count: wanted.utf8.count)
    let count = pread(file, &header, header.count, 0)
    var free: [TaskSlot] = []
    var found: [TaskSlot] = []
    var segments = 0
    if count == header.count, header.elementsEqual(wanted.utf8) {
      var status = stat()
      guard fstat(file, &status) == 0 else { throw Self.failure("look at", name) }
      let whole = (Int(status.st_size) - Self.headerBytes) / Self.segmentBytes
      while segments < whole {
        for slot in try Self.map(file, segments, name) {
          if slot.state == UInt32(HOSTLER_RECORD_FREE) { free.append(slot) } else { found.append(slot) }
        }
        segments += 1
      }
    } else {
      guard ftruncate(file, 0) == 0, ftruncate(file, off_t(Self.headerBytes)) == 0,
        pwrite(file, Array(wanted.utf8), header.count, 0) == header.count
      else { throw Self.failure("write", name) }
    }
    self.found = found
    self.free = Mutex((free, segments))
  }

  private static func failure(_ verb: String, _ name: String) -> SupervisionError {
    let number = errno
    return SupervisionError(
      kind: number == ENOSPC ? .outOfResources : .systemCall,
      description: "cannot \(verb) the supervisor's table \"\(name)\": \(describe(errno: number))")
  }

  private static func map(_ file: Int32, _ segment: Int, _ name: String) throws(SupervisionError)
    -> [TaskSlot]
  {
    let offset = headerBytes + segment * segmentBytes
    // Room on the disk is taken at once, so that no later write can fail for want of it.
    let result = posix_fallocate(file, off_t(offset), off_t(segmentBytes))
    guard result == 0 else {
      errno = result
      throw failure("enlarge", name)
    }
    let memory = mmap(nil, segmentBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, off_t(offset))
    guard let memory, memory != MAP_FAILED else { throw failure("map", name) }
    let records = memory.bindMemory(to: hostler_task_record.self, capacity: recordsPerSegment)
    return (0..<recordsPerSegment).map { TaskSlot(record: records + $0) }
  }

  /// Takes a free record for a task.
  func claim(id: String, logs: TaskLogs?) throws(SupervisionError) -> TaskSlot {
    guard id.utf8.count <= Self.longestIDBytes else {
      throw SupervisionError(
        kind: .invalidCommand, description: "the task id is longer than \(Self.longestIDBytes) bytes")
    }
    return try free.withLock { free throws(SupervisionError) in
      if free.slots.isEmpty {
        free.slots = try Self.map(file, free.segments, path)
        free.segments += 1
      }
      let slot = free.slots.removeLast()
      slot.begin(id: id, logs: logs)
      return slot
    }
  }

  /// Gives a record back.
  func release(_ slot: TaskSlot) {
    slot.set(HOSTLER_RECORD_FREE)
    free.withLock { $0.slots.append(slot) }
  }
}
