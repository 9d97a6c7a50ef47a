import CSpawn
import Foundation

/// Calls of the system that the tests need.
enum TestSystem {
  /// Whether tasks get cgroups on this host.
  static let hasControlGroups: Bool = {
    let places = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
    return places.first { hostler_is_cgroup2($0) != 0 }.map { access($0, W_OK) == 0 } ?? false
  }()

  /// Whether the built drivers can be loaded: not under the thread sanitizer, whose runtime a program does
  /// not show to the libraries that it loads.
  static let canLoadDrivers = dlsym(nil, "__tsan_init") == nil

  /// A descriptor that turns readable when the process has ended; -1 when it is gone.
  static func pidfd(_ pid: pid_t) -> Int32 { hostler_pidfd_open(pid) }

  /// A descriptor that turns readable when a file of the directory is written to.
  static func watch(directory: String) -> Int32 {
    let descriptor = inotify_init1(0)
    _ = inotify_add_watch(descriptor, directory, UInt32(IN_MODIFY | IN_CREATE | IN_DELETE))
    return descriptor
  }

  /// The process number of the supervisor that keeps its state in a directory.
  static func supervisor(in directory: TaskDirectory) throws -> pid_t? {
    let text = try String(contentsOfFile: directory.path + "/lock", encoding: .utf8)
    return pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// How many descriptors this process has open.
  static func openDescriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
  }
}
