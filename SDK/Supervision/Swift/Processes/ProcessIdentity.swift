internal import CSpawn

#if canImport(Glibc)
  import Glibc
#endif

/// A process, told from every other that had or will have its number.
public struct ProcessIdentity: Sendable, Equatable {
  /// How `birth` was found.
  enum BirthKind: Int32, Sendable {
    case inode = 1
    case startTicks = 2
  }

  /// The process number.
  public let pid: Int32
  let birthKind: BirthKind
  let birth: UInt64
  let bootID: String

  /// The identity of this run of the kernel; process numbers begin anew with another.
  static let currentBootID: String = {
    let text = readSmallFile("/proc/sys/kernel/random/boot_id") ?? ""
    return String(text.prefix { $0 != "\n" })
  }()

  /// Identifies the process behind a pidfd.
  init?(pid: Int32, pidfd: Int32) {
    var kind: Int32 = 0
    let birth = hostler_process_birth(pidfd, pid, &kind)
    guard birth != 0, let birthKind = BirthKind(rawValue: kind) else { return nil }
    self.init(pid: pid, birthKind: birthKind, birth: birth, bootID: Self.currentBootID)
  }

  init(pid: Int32, birthKind: BirthKind, birth: UInt64, bootID: String) {
    self.pid = pid
    self.birthKind = birthKind
    self.birth = birth
    self.bootID = bootID
  }

  /// Opens the process again, also as a zombie.
  ///
  /// - Returns: a pidfd that the caller owns, or nil when this very process is gone.
  func open() -> Int32? {
    guard bootID == Self.currentBootID else { return nil }
    let pidfd = hostler_pidfd_open(pid)
    guard pidfd >= 0 else { return nil }
    if ProcessIdentity(pid: pid, pidfd: pidfd) == self { return pidfd }
    closeDescriptor(pidfd)
    return nil
  }
}

/// What to remember of a task in order to find it again: one line of text.
public struct TaskHandle: Sendable, Equatable {
  /// The version of the form that `bytes` has.
  public static let version: UInt32 = 1

  /// The main process.
  public var process: ProcessIdentity
  /// Nanoseconds since 1970-01-01 UTC.
  public var startedAtNanoseconds: Int64
  /// The task's cgroup, when it has one.
  public var controlGroup: ControlGroup?

  /// The handle as bytes to store.
  public var bytes: [UInt8] {
    let fields = [
      String(process.pid), String(process.birthKind.rawValue), String(process.birth), process.bootID,
      String(startedAtNanoseconds), controlGroup?.path ?? "",
    ]
    return Array(fields.joined(separator: "\t").utf8)
  }

  init(process: ProcessIdentity, startedAtNanoseconds: Int64, controlGroup: ControlGroup?) {
    self.process = process
    self.startedAtNanoseconds = startedAtNanoseconds
    self.controlGroup = controlGroup
  }

  /// Reads stored bytes.
  ///
  /// - Returns: nil when they have another form.
  public init?(bytes: [UInt8]) {
    let fields = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\t", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 6, let pid = Int32(fields[0]), pid > 0,
      let birthKind = Int32(fields[1]).flatMap(ProcessIdentity.BirthKind.init(rawValue:)),
      let birth = UInt64(fields[2]), let startedAt = Int64(fields[4])
    else { return nil }
    process = ProcessIdentity(pid: pid, birthKind: birthKind, birth: birth, bootID: fields[3])
    startedAtNanoseconds = startedAt
    controlGroup = fields[5].isEmpty ? nil : ControlGroup(path: fields[5])
  }
}
