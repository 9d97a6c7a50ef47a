internal import CLinux

#if canImport(Glibc)
  internal import Glibc
#endif

/// A lock that conditions can wait with.
final class ThreadLock: @unchecked Sendable {
  // Unchecked: a mutex is made to be used by several threads; its memory lives as long as the object.
  fileprivate let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() { pthread_mutex_init(mutex, nil) }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func lock() { pthread_mutex_lock(mutex) }
  func unlock() { pthread_mutex_unlock(mutex) }
}

/// A condition to wait for while a lock is given up.
final class ThreadCondition: @unchecked Sendable {
  // Unchecked: as ThreadLock.
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let lock: ThreadLock

  init(_ lock: ThreadLock) {
    self.lock = lock
    hostler_condition_init(condition)
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deallocate()
  }

  func wait() { pthread_cond_wait(condition, lock.mutex) }

  func wait(until time: MonotonicTime) {
    hostler_condition_wait_until(condition, lock.mutex, time.nanoseconds)
  }

  func signal() { pthread_cond_signal(condition) }
  func broadcast() { pthread_cond_broadcast(condition) }
}

/// A point in time of a clock that never jumps.
struct MonotonicTime: Comparable, Hashable, Sendable {
  fileprivate let nanoseconds: Int64

  static var now: MonotonicTime { MonotonicTime(nanoseconds: hostler_monotonic_nanoseconds()) }

  func advanced(by duration: Duration) -> MonotonicTime {
    let (seconds, attoseconds) = duration.components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carried) = nanoseconds.addingReportingOverflow(overflow ? .max / 2 : scaled)
    return MonotonicTime(nanoseconds: carried ? .max : sum + attoseconds / 1_000_000_000)
  }

  /// The time since the clock began.
  var sinceBoot: Duration { .nanoseconds(nanoseconds) }

  /// Whole milliseconds from this time to a later one, rounded up; 0 when it is past.
  func milliseconds(until later: MonotonicTime) -> Int32 {
    let (difference, overflow) = later.nanoseconds.subtractingReportingOverflow(nanoseconds)
    if overflow { return later < self ? 0 : .max }
    return difference <= 0 ? 0 : Int32(clamping: (difference - 1) / 1_000_000 + 1)
  }

  static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// Starts a thread that ends with its body; false when the system has none to give.
func startThread(name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
  final class Box {
    let name: String
    let body: @Sendable () -> Void
    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
  let context = Unmanaged.passRetained(Box(name, body)).toOpaque()
  var thread = pthread_t()
  let result = pthread_create(
    &thread, nil,
    { context in
      guard let context else { return nil }
      let box = Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
      nameThisThread(box.name)
      box.body()
      return nil
    }, context)
  if result == 0 { pthread_detach(thread) } else { Unmanaged<Box>.fromOpaque(context).release() }
  return result == 0
}

/// Gives this thread the name that `ps -T` and debuggers show.
private func nameThisThread(_ name: String) {
  let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  _ = name.withCString { write(descriptor, $0, name.utf8.count) }
  close(descriptor)
}
