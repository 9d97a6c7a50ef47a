internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The one thread that moves the output of all tasks of a supervisor to their log files.
///
/// It starts with the first task, and sleeps while no task writes.
final class LogCollector: Sendable {
  private struct State {
    var streams: [UInt64: LogStream] = [:]
    var nextKey: UInt64 = 1
    var thread: pthread_t?
    var isClosed = false
  }

  /// How much of one stream is moved before the next one has its turn.
  private static let turnBytes: Int64 = 1 << 20
  /// The key of the descriptor that ends the thread.
  private static let stopKey: UInt64 = 0

  private let epoll: Int32
  private let stop: Int32
  private let state = Mutex(State())

  init() throws(SupervisionError) {
    epoll = hostler_epoll_create()
    stop = hostler_eventfd(0)
    guard epoll >= 0, stop >= 0, hostler_epoll_add(epoll, stop, Self.stopKey) == 0 else {
      let number = errno
      closeDescriptor(epoll)
      closeDescriptor(stop)
      throw SupervisionError(
        kind: .outOfResources, description: "cannot collect logs: \(describe(errno: number))")
    }
  }

  deinit {
    closeDescriptor(epoll)
    closeDescriptor(stop)
  }

  /// Watches a stream from now on.
  ///
  /// - Returns: the key to remove it with, or nil when the supervisor is closed or the kernel refuses.
  func add(_ stream: LogStream) -> UInt64? {
    state.withLock { state in
      guard !state.isClosed, startThread(&state) else { return nil }
      let key = state.nextKey
      guard stream.register(epoll: epoll, key: key) else { return nil }
      state.nextKey += 1
      state.streams[key] = stream
      return key
    }
  }

  /// Forgets a stream; its closed pipe has left the kernel's list by itself.
  func remove(_ key: UInt64) {
    state.withLock { _ = $0.streams.removeValue(forKey: key) }
  }

  /// Ends the thread and waits until it has ended.
  func close() {
    let thread = state.withLock { state in
      state.isClosed = true
      state.streams = [:]
      defer { state.thread = nil }
      return state.thread
    }
    guard let thread else { return }
    _ = hostler_eventfd_raise(stop)
    pthread_join(thread, nil)
  }

  private func startThread(_ state: inout State) -> Bool {
    guard state.thread == nil else { return true }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, 256 * 1024)
    // Signals of the host's process are the host's: none may be delivered to this thread.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let result = pthread_create(
      &thread, &attributes,
      { context in
        guard let context else { return nil }
        let collector = Unmanaged<LogCollector>.fromOpaque(context).takeRetainedValue()
        hostler_name_thread("hostler-logs")
        collector.run()
        return nil
      }, context.toOpaque())
    guard result == 0 else {
      context.release()
      return false
    }
    state.thread = thread
    return true
  }

  private func run() {
    var keys = [UInt64](repeating: 0, count: 64)
    while true {
      let count = hostler_epoll_wait(epoll, &keys, Int32(keys.count))
      guard count > 0 else { return }
      for key in keys[..<Int(count)] {
        if key == Self.stopKey { return }
        let stream = state.withLock { $0.streams[key] }
        stream?.move(maximumBytes: Self.turnBytes)
      }
    }
  }
}
