internal import CSpawn

#if canImport(Glibc)
  import Glibc
#endif

/// A descriptor that turns readable at a point in time: what a driver whose tasks are no processes gives the
/// host to wait on. It needs no thread.
public final class TimerDescriptor: Sendable {
  /// The descriptor, owned by this value.
  public let descriptor: Int32

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

  /// Sets it; a timer that had expired is quiet again until then.
  public func set(after duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    _ = hostler_timerfd_arm(descriptor, overflow ? Int64.max : nanoseconds + attoseconds / 1_000_000_000)
  }

  /// Makes it quiet, and not set.
  public func clear() {
    _ = hostler_timerfd_disarm(descriptor)
  }

  /// Whether it has expired.
  public var hasExpired: Bool {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return retrying { poll(&wanted, 1, 0) } > 0
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
