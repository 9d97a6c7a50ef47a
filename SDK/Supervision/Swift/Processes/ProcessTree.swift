internal import CSpawn

#if canImport(Glibc)
  import Glibc
#endif

/// What belongs to a task on a host without a usable cgroup tree: its process group, its session, and the
/// descendants that can still be traced to it. A process that has left all three cannot be found.
struct ProcessTree {
  /// The main process, which led its session and group.
  var leader: Int32

  private struct Entry {
    var pid: Int32
    var parent: Int32
    var session: Int32
  }

  /// Kills everything that belongs to the task. The leader must not have been reaped, so that its number is
  /// still its own.
  func kill() {
    // What was once found belongs to the task also when its parents are gone. Whatever forks while the list
    // is read is on the next one.
    var known: Set<Int32> = [leader]
    for _ in 0..<16 {
      let found = Self.members(known)
      known.formUnion(found)
      _ = Glibc.kill(-leader, SIGKILL)
      for member in found { _ = Glibc.kill(member, SIGKILL) }
      if found.isEmpty { return }
    }
  }

  /// The living processes, that descend from a known one or are in its session.
  private static func members(_ known: Set<Int32>) -> Set<Int32> {
    let entries = processes()
    var reached = known
    var found: Set<Int32> = []
    var grew = true
    while grew {
      grew = false
      for entry in entries where !found.contains(entry.pid) {
        guard reached.contains(entry.session) || reached.contains(entry.parent) || known.contains(entry.pid)
        else { continue }
        found.insert(entry.pid)
        reached.insert(entry.pid)
        grew = true
      }
    }
    return found
  }

  private static func processes() -> [Entry] {
    guard let listing = opendir("/proc") else { return [] }
    defer { closedir(listing) }
    var entries: [Entry] = []
    while let item = readdir(listing) {
      let name = withUnsafePointer(to: &item.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard let pid = Int32(name), let text = readSmallFile("/proc/\(name)/stat"),
        let nameEnd = text.lastIndex(of: ")")
      else { continue }
      let fields = text[nameEnd...].dropFirst().split(separator: " ")
      // state, parent, group, session; a zombie is dead already.
      guard fields.count > 3, fields[0] != "Z", fields[0] != "X", let parent = Int32(fields[1]),
        let session = Int32(fields[3])
      else { continue }
      entries.append(Entry(pid: pid, parent: parent, session: session))
    }
    return entries
  }
}
