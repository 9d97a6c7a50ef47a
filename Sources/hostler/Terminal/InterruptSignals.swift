import Glibc
import Synchronization

/// The signals by which a person or a service manager asks this process to end, as a stream.
///
/// A handler and a pipe, because blocking the signals does not last: the main thread of an asynchronous
/// program waits with every signal unblocked.
enum InterruptSignals {
  /// Where the handler writes; -1 until there is a pipe.
  private static let writingEnd = Atomic<Int32>(-1)

  /// Keeps a reader of our output that goes away from ending the run. Call it first of all.
  static func ignoreClosedPipes() {
    signal(SIGPIPE, SIG_IGN)
  }

  /// Each SIGINT, SIGTERM, SIGHUP or SIGQUIT from now on, by its number. To be called once.
  static func stream() -> AsyncStream<Int32> {
    let (stream, continuation) = AsyncStream<Int32>.makeStream()
    var ends: [Int32] = [-1, -1]
    // Without a pipe or a thread the signals keep ending the process, as they do by default.
    guard pipe(&ends) == 0 else { return stream }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let readingEnd = ends[0]
    writingEnd.store(ends[1], ordering: .releasing)
    let context = Unmanaged.passRetained(Reader(readingEnd, continuation)).toOpaque()
    var thread = pthread_t()
    let result = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Reader>.fromOpaque(context).takeRetainedValue().read() }
        return nil
      }, context)
    guard result == 0 else {
      Unmanaged<Reader>.fromOpaque(context).release()
      return stream
    }
    pthread_detach(thread)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      // Only what is safe in a signal handler: one write, and errno left as it was.
      let saved = errno
      var byte = UInt8(truncatingIfNeeded: number)
      _ = write(InterruptSignals.writingEnd.load(ordering: .acquiring), &byte, 1)
      errno = saved
    }
    action.sa_flags = SA_RESTART
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaction(number, &action, nil) }
    return stream
  }

  /// Passes on what the handler writes.
  private final class Reader: Sendable {
    private let descriptor: Int32
    private let continuation: AsyncStream<Int32>.Continuation

    init(_ descriptor: Int32, _ continuation: AsyncStream<Int32>.Continuation) {
      self.descriptor = descriptor
      self.continuation = continuation
    }

    func read() {
      var byte: UInt8 = 0
      while true {
        let count = Glibc.read(descriptor, &byte, 1)
        if count == 1 { continuation.yield(Int32(byte)) }
        if count == 0 || count < 0 && errno != EINTR { return }
      }
    }
  }
}
