import CLinux
import Glibc
import Synchronization

/// Tells when something in a folder changes. Has a thread of its own that sleeps until then.
final class FolderWatch: Sendable {
  enum State: Sendable {
    /// Something may have changed; said at the beginning too.
    case changed
    /// The folder is not there or cannot be read; it is looked for again.
    case missing(String)
  }

  /// How often a folder that is not there is looked for.
  private static let missingMilliseconds: Int32 = 5000
  /// How long changes are gathered: one file that is saved makes several.
  private static let gatheringMilliseconds: Int32 = 50

  /// The newest state, whenever it may have changed. For one reader.
  let changes: AsyncStream<State>
  private let continuation: AsyncStream<State>.Continuation
  private let path: String
  /// The writing end of a pipe that ends the thread when it is closed; -1 when it has been.
  private let ending = Mutex<Int32>(-1)

  init(_ path: String) {
    self.path = path
    (changes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    var ends: [Int32] = [-1, -1]
    guard hostler_pipe(&ends) == 0 else {
      continuation.yield(.missing(String(cString: strerror(errno))))
      continuation.finish()
      return
    }
    let (reading, writing) = (ends[0], ends[1])
    ending.withLock { $0 = writing }
    let isStarted = startThread { [path, continuation] in
      Self.watch(path, until: reading, continuation)
      close(reading)
    }
    if !isStarted {
      close(reading)
      continuation.yield(.missing("no thread can be made"))
      continuation.finish()
    }
  }

  /// Watches no more.
  func end() {
    ending.withLock { descriptor in
      if descriptor >= 0 { close(descriptor) }
      descriptor = -1
    }
  }

  deinit { end() }

  private static func watch(
    _ path: String, until ending: Int32, _ continuation: AsyncStream<State>.Continuation
  ) {
    defer { continuation.finish() }
    var toldMissing = false
    while true {
      let folder = hostler_watch_folder(path)
      if folder < 0 {
        if !toldMissing { continuation.yield(.missing(String(cString: strerror(errno)))) }
        toldMissing = true
        if !wait(-1, ending, missingMilliseconds) { return }
        continue
      }
      toldMissing = false
      defer { close(folder) }
      while true {
        continuation.yield(.changed)
        guard wait(folder, ending, -1), wait(-1, ending, gatheringMilliseconds) else { return }
        let events = drain(folder)
        // A folder that was moved or removed is looked for again.
        if events & UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED) != 0 { break }
      }
    }
  }

  /// Waits for something to read; false when the watch is to end.
  private static func wait(_ descriptor: Int32, _ ending: Int32, _ milliseconds: Int32) -> Bool {
    var polled = [
      pollfd(fd: ending, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&polled, 2, milliseconds) < 0 && errno == EINTR {}
    return polled[0].revents == 0
  }

  /// Takes every event that waits; their kinds together.
  private static func drain(_ descriptor: Int32) -> UInt32 {
    var kinds: UInt32 = 0
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: MemoryLayout<inotify_event>.alignment) {
      buffer in
      while true {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        guard count > 0 else { return }
        var offset = 0
        let header = MemoryLayout<inotify_event>.size
        while offset + header <= count {
          let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
          kinds |= event.mask
          offset += header + Int(event.len)
        }
      }
    }
    return kinds
  }
}

/// Runs a function on a thread of its own; whether one could be made.
private func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let context = Unmanaged.passRetained(Box(body)).toOpaque()
  let result = pthread_create(
    &thread, nil,
    { context in
      if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
      return nil
    }, context)
  guard result == 0 else {
    Unmanaged<Box>.fromOpaque(context).release()
    return false
  }
  pthread_detach(thread)
  return true
}
