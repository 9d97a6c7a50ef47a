internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A descriptor that turns readable at a point in time: what a driver whose tasks are no processes gives the
/// host to wait on. It needs no thread.
public final class TimerDescriptor: Sendable {
  /// The descriptor, owned by this value.
  public let descriptor: Int32
  /// When it expires, on the monotonic clock.
  private let deadlineNanoseconds = Atomic<Int64>(.max)

  /// Makes a timer that is not set.
  public init() throws(SupervisionError) {
    descriptor = hostler_timerfd()
    guard descriptor >= 0 else {
      throw SupervisionError(
        kind: .outOfResources, description: "cannot make a timer: \(describe(errno: errno))")
    }
  }

  deinit {
    closeDescriptor(descriptor)
  }

  private static func monotonicNanoseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }

  /// Sets it; a timer that had expired is quiet again until then.
  public func set(after duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    // A century is for ever, and leaves room to add.
    let nanoseconds = min(overflow ? .max : whole, 3_155_760_000_000_000_000) + attoseconds / 1_000_000_000
    // Before the kernel is told, so that the descriptor never is readable while `hasExpired` says no.
    deadlineNanoseconds.store(Self.monotonicNanoseconds() + nanoseconds, ordering: .releasing)
    _ = hostler_timerfd_arm(descriptor, nanoseconds)
  }

  /// Makes it quiet, and not set.
  public func clear() {
    deadlineNanoseconds.store(.max, ordering: .releasing)
    _ = hostler_timerfd_disarm(descriptor)
  }

  /// Whether it has expired. Needs no system call.
  public var hasExpired: Bool {
    Self.monotonicNanoseconds() >= deadlineNanoseconds.load(ordering: .acquiring)
  }

  /// A further descriptor of the same timer.
  ///
  /// - Returns: a descriptor that the caller owns.
  public func duplicate() throws(SupervisionError) -> Int32 {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else {
      throw SupervisionError(
        kind: .outOfResources, description: "cannot make a descriptor to wait on: \(describe(errno: errno))")
    }
    return copy
  }
}
