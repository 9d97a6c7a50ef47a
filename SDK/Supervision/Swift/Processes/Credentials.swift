#if canImport(Glibc)
  import Glibc
#endif

/// Who a process runs as.
public struct Credentials: Sendable, Equatable {
  /// The numeric user.
  public var userID: UInt32
  /// The numeric primary group.
  public var groupID: UInt32
  /// The supplementary groups, with the primary one.
  public var groups: [UInt32]

  /// Looks a user up, by name or by number.
  ///
  /// A number that the user database does not have is a user of that number, with a group of the same
  /// number and no others.
  ///
  /// - Parameter user: a user name, or a decimal number.
  /// - Throws: `SupervisionError` when there is no such user or the database cannot be read.
  public init(user: String) throws(SupervisionError) {
    var record = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 4096)
    let number = UInt32(user)
    var result: Int32
    repeat {
      if let number {
        result = getpwuid_r(number, &record, &buffer, buffer.count, &found)
      } else {
        result = getpwnam_r(user, &record, &buffer, buffer.count, &found)
      }
      if result == ERANGE { buffer = [CChar](repeating: 0, count: buffer.count * 2) }
    } while result == EINTR || (result == ERANGE && buffer.count < 1 << 22)
    guard found != nil, let name = record.pw_name else {
      if let number {
        self = Credentials(userID: number, groupID: number, groups: [number])
        return
      }
      let absent: Set<Int32> = [0, ENOENT, ESRCH, EBADF, EPERM]
      let reason = absent.contains(result) ? "" : " (\(describe(errno: result)))"
      throw SupervisionError(
        kind: .invalidCommand, description: "unknown user \"\(user)\"\(reason): no such user on this host")
    }
    var count: Int32 = 64
    var groups = [gid_t](repeating: 0, count: Int(count))
    if getgrouplist(name, record.pw_gid, &groups, &count) < 0 {
      groups = [gid_t](repeating: 0, count: Int(count))
      _ = getgrouplist(name, record.pw_gid, &groups, &count)
    }
    self = Credentials(
      userID: record.pw_uid, groupID: record.pw_gid, groups: Array(groups.prefix(Int(max(0, count)))))
  }

  /// Makes credentials from numbers.
  public init(userID: UInt32, groupID: UInt32, groups: [UInt32]) {
    self.userID = userID
    self.groupID = groupID
    self.groups = groups
  }

  /// Who this process runs as.
  public static var current: Credentials {
    Credentials(userID: geteuid(), groupID: getegid(), groups: [getegid()])
  }
}
