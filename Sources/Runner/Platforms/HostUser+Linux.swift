// The part of this module that reads the user database.
import Glibc

/// A user of this host.
struct HostUser: Hashable, Sendable {
  var user: UInt32
  var group: UInt32
  var name: String
  var home: String
  var shell: String

  /// Looks a user up by name or number; nil when there is none of the name. A number that the user
  /// database does not have is a user without a name of its own. Reads the database, so it blocks.
  static func named(_ name: String) -> HostUser? {
    var entry = passwd()
    var buffer = [CChar](repeating: 0, count: 16 << 10)
    var found: UnsafeMutablePointer<passwd>?
    let number = UInt32(name)
    var result: Int32
    repeat {
      result =
        if let number {
          getpwuid_r(number, &entry, &buffer, buffer.count, &found)
        } else {
          getpwnam_r(name, &entry, &buffer, buffer.count, &found)
        }
      if result == ERANGE { buffer = [CChar](repeating: 0, count: buffer.count * 2) }
    } while result == EINTR || (result == ERANGE && buffer.count < 1 << 22)
    guard result == 0, found != nil else {
      return number.map { HostUser(user: $0, group: $0, name: name, home: "/", shell: "/bin/sh") }
    }
    // The texts lie in the buffer, which must stay where it is while they are read.
    return withExtendedLifetime(buffer) {
      func text(_ pointer: UnsafeMutablePointer<CChar>?, or other: String) -> String {
        guard let pointer, pointer.pointee != 0 else { return other }
        return String(cString: pointer)
      }
      return HostUser(
        user: entry.pw_uid, group: entry.pw_gid, name: text(entry.pw_name, or: name),
        home: text(entry.pw_dir, or: "/"), shell: text(entry.pw_shell, or: "/bin/sh"))
    }
  }
}
