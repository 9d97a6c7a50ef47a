internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// One thread that calls back when descriptors turn readable.
///
/// It starts with the first descriptor, and sleeps while nothing happens. A driver needs one for all its
/// tasks.
public final class DescriptorWatcher: Sendable {
  /// Names a watched descriptor.
  public typealias Key = UInt64

  private struct Watched {
    var descriptor: Int32
    var onReadable: @Sendable () -> Void
  }

  private struct State {
    var watched: [Key: Watched] = [:]
    var nextKey: Key = 1
    var thread: pthread_t?
    var isClosed = false
  }

  /// The key of the descriptor that ends the thread.
  private static let stopKey: Key = 0

  private let epoll: Int32
  private let stop: Int32
  private let threadName: String
  private let state = Mutex(State())

  /// Makes a watcher.
  ///
  /// - Parameter threadName: what tools show, at most 15 bytes.
  public init(threadName: String) throws(SupervisionError) {
    self.threadName = threadName
    epoll = hostler_epoll_create()
    stop = hostler_eventfd(0)
    guard epoll >= 0, stop >= 0, hostler_epoll_add(epoll, stop, Self.stopKey) == 0 else {
      let number = errno
      closeDescriptor(epoll)
      closeDescriptor(stop)
      throw SupervisionError(
        kind: .outOfResources, description: "cannot watch descriptors: \(describe(errno: number))")
    }
  }

  deinit {
    closeDescriptor(epoll)
    closeDescriptor(stop)
  }

  /// Watches a descriptor from now on.
  ///
  /// - Parameters:
  ///   - descriptor: stays the caller's; it must be forgotten before it is closed.
  ///   - onReadable: called on the watcher's thread, again and again while the descriptor is readable; it
  ///     must read it, and be quick. It can still be running when ``forget(_:)`` returns.
  /// - Returns: the key to forget it with, or nil when the watcher is closed or the kernel refuses.
  public func watch(_ descriptor: Int32, onReadable: @escaping @Sendable () -> Void) -> Key? {
    state.withLock { state in
      guard !state.isClosed, startThread(&state) else { return nil }
      let key = state.nextKey
      guard hostler_epoll_add(epoll, descriptor, key) == 0 else { return nil }
      state.nextKey += 1
      state.watched[key] = Watched(descriptor: descriptor, onReadable: onReadable)
      return key
    }
  }

  /// Forgets a descriptor that is about to be closed.
  public func forget(_ key: Key) {
    state.withLock { state in
      guard let watched = state.watched.removeValue(forKey: key) else { return }
      _ = hostler_epoll_remove(epoll, watched.descriptor)
    }
  }

  /// Ends the thread and waits until it has ended. Must not be called on it.
  public func close() {
    let thread = state.withLock { state in
      state.isClosed = true
      state.watched = [:]
      defer { state.thread = nil }
      return state.thread
    }
    guard let thread else { return }
    _ = hostler_eventfd_raise(stop)
    pthread_join(thread, nil)
  }

  private func startThread(_ state: inout State) -> Bool {
    if state.thread == nil { state.thread = startJoinableThread(named: threadName) { self.run() } }
    return state.thread != nil
  }

  private func run() {
    var keys = [UInt64](repeating: 0, count: 64)
    while true {
      let count = hostler_epoll_wait(epoll, &keys, Int32(keys.count))
      guard count > 0 else { return }
      for key in keys[..<Int(count)] {
        if key == Self.stopKey { return }
        let handler = state.withLock { $0.watched[key]?.onReadable }
        handler?()
      }
    }
  }
}
