/// One message as it goes through the socket.
struct Frame: Hashable {
  var body: [UInt8]
  /// The descriptor that came with it; the receiver's.
  var descriptor: Int32?

  /// The longest body.
  static let limitBytes = 16 << 20
  /// The length, and whether a descriptor comes with it.
  static let headerBytes = 5
}

/// Puts the bytes that come out of a socket together to frames.
///
/// A frame with a descriptor begins a message of the socket, so that its descriptor comes with its first
/// byte: one that nobody claims is found at once.
struct FrameAssembler {
  private var buffer: [UInt8] = []
  private var start = 0
  private var descriptors: [Int32] = []

  /// Adds what was received.
  mutating func append(_ bytes: UnsafeRawBufferPointer, descriptors: [Int32]) {
    buffer.append(contentsOf: bytes)
    self.descriptors += descriptors
  }

  /// The next frame; nil when it is not complete.
  mutating func next() throws(MessageError) -> Frame? {
    guard descriptors.count <= 1 else { throw MessageError("\(descriptors.count) descriptors came at once") }
    let left = buffer.count - start
    if left == 0 {
      buffer.removeAll(keepingCapacity: true)
      start = 0
      guard descriptors.isEmpty else { throw MessageError("a descriptor came with no message") }
    }
    guard left >= Frame.headerBytes else { return nil }
    let (length, count) = buffer.withUnsafeBytes { bytes in
      (
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)),
        bytes[start + 4]
      )
    }
    guard length <= Frame.limitBytes else { throw MessageError("a message of \(length) bytes is too long") }
    guard count <= 1 else { throw MessageError("a message with \(count) descriptors") }
    guard left >= Frame.headerBytes + Int(length) else { return nil }
    let body = start + Frame.headerBytes
    var frame = Frame(body: Array(buffer[body..<body + Int(length)]))
    if count == 1 {
      guard let descriptor = descriptors.popLast() else { throw MessageError("a descriptor is missing") }
      frame.descriptor = descriptor
    }
    start = body + Int(length)
    if start >= 1 << 16 {
      buffer.removeFirst(start)
      start = 0
    }
    return frame
  }

  /// The descriptors that no frame has claimed, to be closed.
  mutating func takeDescriptors() -> [Int32] {
    defer { descriptors = [] }
    return descriptors
  }
}
