// The only file that knows how many files this process may open.
import Glibc

/// How many files this process may have open at once.
public enum DescriptorLimit {
  /// The environment variable that holds the soft limit of before ``raise()``: drivers give it back to
  /// the processes that they start.
  public static let originalName = "HOSTLER_ORIGINAL_NOFILE"
  /// How many descriptors are kept for everything but tasks.
  public static let reserve = 128
  /// How many descriptors a running task takes at most, in this process or in a supervisor.
  public static let perTask = 6
  /// How many descriptors must be free for one more task to be started.
  private static let leastRoom = 24

  /// Raises the soft limit to the hard one, and leaves the soft limit of before in the environment.
  ///
  /// To be called before there are threads: it changes the environment.
  /// - Returns: how many files may be open now.
  @discardableResult
  public static func raise() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    setenv(originalName, "\(limit.rlim_cur)", 1)
    if limit.rlim_cur < limit.rlim_max {
      limit.rlim_cur = limit.rlim_max
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    return current
  }

  /// How many files may be open.
  public static var current: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    return Int(clamping: limit.rlim_cur)
  }

  /// How many tasks may run at once.
  public static var taskLimit: Int { max(1, (current - reserve) / perTask) }

  /// Whether enough descriptors are free for one more task.
  static var hasRoom: Bool {
    // The kernel gives out the lowest free number, so the number tells how many are in use.
    let descriptor = open("/", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return errno != EMFILE && errno != ENFILE }
    close(descriptor)
    return Int(descriptor) + leastRoom <= current
  }
}
