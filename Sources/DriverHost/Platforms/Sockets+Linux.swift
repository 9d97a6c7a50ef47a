internal import CLinux

#if canImport(Glibc)
  internal import Glibc
#endif

/// How sending went.
enum SendOutcome {
  case sent(Int)
  /// It takes no more for now.
  case full
  /// The other end is gone.
  case broken
}

/// Sends bytes, and a descriptor with the first of them, through a stream socket.
func sendBytes(
  _ bytes: [UInt8], from offset: Int, descriptor: Int32?, through socket: Int32, blocks: Bool
) -> SendOutcome {
  while true {
    let count = bytes.withUnsafeBytes { bytes in
      hostler_send(
        socket, bytes.baseAddress.map { $0 + offset }, bytes.count - offset, descriptor ?? -1, blocks ? 1 : 0)
    }
    if count >= 0 { return .sent(Int(count)) }
    if errno == EINTR { continue }
    return errno == EAGAIN ? .full : .broken
  }
}

/// How receiving went.
enum ReceiveOutcome {
  case received(UnsafeRawBufferPointer, descriptors: [Int32])
  case nothing
  /// The other end closed it, or it broke.
  case ended
  /// Descriptors were sent that this process cannot take.
  case descriptorsLost
}

/// Memory to receive into, for one thread.
struct ReceiveBuffer: ~Copyable {
  private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
  private var descriptors = [Int32](repeating: -1, count: Int(hostler_message_descriptors))

  deinit { memory.deallocate() }

  /// Takes what has come, without waiting; the bytes are valid until the next call.
  mutating func receive(from socket: Int32) -> ReceiveOutcome {
    while true {
      var (count, truncated): (Int32, Int32) = (0, 0)
      let got = hostler_receive(
        socket, memory.baseAddress, memory.count, &descriptors, &count, &truncated)
      if got < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN ? .nothing : .ended
      }
      let taken = Array(descriptors[..<Int(count)])
      if truncated != 0 {
        taken.forEach(closeDescriptor)
        return .descriptorsLost
      }
      guard got > 0 else {
        taken.forEach(closeDescriptor)
        return .ended
      }
      return .received(UnsafeRawBufferPointer(rebasing: memory[..<Int(got)]), descriptors: taken)
    }
  }
}

/// The two ends of a stream between this process and another.
func makeSocketPair() throws(SystemCallError) -> (own: Int32, other: Int32) {
  var ends: [Int32] = [-1, -1]
  guard hostler_socket_pair(&ends) == 0 else { throw .last("make a socket pair") }
  return (ends[0], ends[1])
}

/// Ends a stream in both directions; its descriptor stays open.
func endSocket(_ socket: Int32) { shutdown(socket, Int32(SHUT_RDWR)) }

/// Something that other threads can end another one's waiting with.
struct WakeUp: ~Copyable {
  private let descriptor: Int32

  init() throws(SystemCallError) {
    descriptor = hostler_event_create()
    if descriptor < 0 { throw .last("make an event") }
  }

  deinit { close(descriptor) }

  func signal() { hostler_event_set(descriptor) }

  /// Waits until a descriptor is readable or at its end, until woken, or until a time. Interruptions count
  /// as being woken.
  func wait(for other: Int32, until time: MonotonicTime?) {
    var polled = [
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&polled, 2, time.map { MonotonicTime.now.milliseconds(until: $0) } ?? -1)
    if polled[1].revents != 0 { hostler_event_clear(descriptor) }
  }
}

/// Waits until the other end of a stream is closed.
func waitForSocketEnd(_ socket: Int32) {
  var polled = pollfd(fd: socket, events: Int16(bitPattern: UInt16(0x2000)), revents: 0)
  // Only an interruption can fail here.
  while poll(&polled, 1, -1) < 1 {}
}

/// Waits until a descriptor is readable or at its end.
func waitUntilReadable(_ descriptor: Int32, milliseconds: Int32 = -1) -> Bool {
  var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  while true {
    let count = poll(&polled, 1, milliseconds)
    if count >= 0 { return count > 0 }
    if errno != EINTR { return false }
  }
}
