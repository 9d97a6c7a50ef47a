import Glibc

/// The signals by which a person or a service manager asks this process to end, as a stream.
enum InterruptSignals {
  /// Blocks the signals in the calling thread, so that every thread made after it has them blocked too
  /// and only ``stream()`` sees them. Call it first of all.
  static func block() {
    var signals = set()
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    // A reader of our output that goes away must not end the run.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Each SIGINT, SIGTERM or SIGHUP from now on, by its number.
  static func stream() -> AsyncStream<Int32> {
    let (stream, continuation) = AsyncStream<Int32>.makeStream()
    let context = Unmanaged.passRetained(Box(continuation)).toOpaque()
    var thread = pthread_t()
    let result = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let continuation = Unmanaged<Box>.fromOpaque(context).takeRetainedValue().continuation
        var signals = InterruptSignals.set()
        while true {
          var number: Int32 = 0
          if sigwait(&signals, &number) == 0 { continuation.yield(number) }
        }
      }, context)
    if result == 0 {
      pthread_detach(thread)
    } else {
      // Without the thread the signals would be blocked for nobody: let them end the process.
      Unmanaged<Box>.fromOpaque(context).release()
      var signals = set()
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
    return stream
  }

  private final class Box: Sendable {
    let continuation: AsyncStream<Int32>.Continuation
    init(_ continuation: AsyncStream<Int32>.Continuation) { self.continuation = continuation }
  }

  private static func set() -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
    return signals
  }
}
