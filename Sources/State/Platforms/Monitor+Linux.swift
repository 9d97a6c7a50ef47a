import CLinux
import Glibc
import Lifecycle

/// A value that threads share, and on whose change one of them can wait.
final class Monitor<Value>: @unchecked Sendable {
  // Unchecked: `value` is touched only while `mutex` is held; the mutex and the condition are made once in
  // `init`, never move, and go when nobody refers to the monitor any more.
  private var value: Value
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  /// What a waiting thread is to do.
  enum Decision<Result> {
    case done(Result)
    /// Wait for a change; nil for as long as it takes.
    case wait(atMost: Duration?)
  }

  init(_ value: Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    hostler_condition_init(condition)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }

  /// Tells the waiting thread to look again.
  func signal() { pthread_cond_signal(condition) }

  /// Blocks the calling thread until the value is as it should be; `body` decides that.
  func wait<Result>(until body: (inout Value) -> Decision<Result>) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      switch body(&value) {
      case .done(let result): return result
      case .wait(nil): pthread_cond_wait(condition, mutex)
      case .wait(.some(let duration)):
        // By a clock that does not jump, so that no commit is late.
        let (end, overflow) = hostler_monotonic_nanoseconds().addingReportingOverflow(
          duration.wholeNanoseconds)
        hostler_condition_wait_until(condition, mutex, overflow ? .max : end)
      }
    }
  }
}

/// Runs a body on a thread of its own.
///
/// - Returns: Whether the thread could be made.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  final class Start: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let context = Unmanaged.passRetained(Start(body)).toOpaque()
  var thread = pthread_t()
  let result = pthread_create(
    &thread, nil,
    { context in
      guard let context else { return nil }
      Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body()
      return nil
    }, context)
  if result == 0 { pthread_detach(thread) } else { Unmanaged<Start>.fromOpaque(context).release() }
  return result == 0
}
