internal import CSpawn

#if canImport(Glibc)
  import Glibc
#endif

/// A message with the descriptors that came with it, which belong to whoever holds it.
struct ReceivedMessage {
  var bytes: ArraySlice<UInt8>
  var descriptors: [Int32]

  func closeDescriptors() {
    for descriptor in descriptors { closeDescriptor(descriptor) }
  }
}

/// One end of a connection between a driver and its supervisor. May be used by several threads at once:
/// each message is whole.
final class MessageSocket: Sendable {
  /// Longer messages travel in a file without a name.
  private static let longestBytes = 48 << 10
  /// The first byte of a message that stands for such a file.
  private static let isInFile: UInt8 = 0xFF
  /// The longest message altogether; the kernel starts no program with more to say to it.
  private static let mostBytes = 16 << 20

  let descriptor: Int32

  /// Takes a connected socket over.
  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    closeDescriptor(descriptor)
  }

  /// Wakes every thread that waits here; nothing more is sent or received.
  func shutDown() {
    _ = shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// What became of an attempt to send.
  enum Outcome {
    case sent
    /// It would have had to wait.
    case full
    /// The other side is gone, or the kernel has no memory for the message.
    case failed(Int32)
  }

  /// Sends a message. The descriptors stay the caller's.
  ///
  /// - Parameter waits: whether to wait while the other side does not read.
  func send(_ bytes: [UInt8], descriptors: [Int32] = [], waits: Bool = true) -> Outcome {
    guard bytes.count > Self.longestBytes else { return sendWhole(bytes, descriptors, waits) }
    let file = bytes.withUnsafeBytes { hostler_memory_file($0.baseAddress, $0.count) }
    guard file >= 0 else { return .failed(errno) }
    defer { closeDescriptor(file) }
    var writer = MessageWriter()
    writer.write(Self.isInFile)
    writer.write(UInt64(bytes.count))
    return sendWhole(writer.bytes, descriptors + [file], waits)
  }

  private func sendWhole(_ bytes: [UInt8], _ descriptors: [Int32], _ waits: Bool) -> Outcome {
    let result = bytes.withUnsafeBytes {
      hostler_message_send(
        descriptor, $0.baseAddress, $0.count, descriptors, Int32(descriptors.count), waits ? 1 : 0)
    }
    if result == 0 { return .sent }
    return errno == EAGAIN ? .full : .failed(errno)
  }

  /// Receives a message, waiting for it.
  ///
  /// - Parameter buffer: room for one, to be used again and again.
  /// - Returns: nil when the other side is gone or does not keep to the protocol.
  func receive(_ buffer: inout [UInt8], waits: Bool = true) -> ReceivedMessage? {
    var descriptors = [Int32](repeating: -1, count: Int(HOSTLER_MESSAGE_DESCRIPTORS))
    var count: Int32 = 0
    let length = buffer.withUnsafeMutableBytes {
      hostler_message_receive(
        descriptor, $0.baseAddress, $0.count, &descriptors, &count, waits ? 1 : 0)
    }
    guard length > 0 else { return nil }
    var message = ReceivedMessage(
      bytes: buffer[..<Int(length)], descriptors: Array(descriptors.prefix(Int(count))))
    if buffer[0] == Self.isInFile, !Self.takeFile(&message) {
      message.closeDescriptors()
      return nil
    }
    return message
  }

  private static func takeFile(_ message: inout ReceivedMessage) -> Bool {
    var reader = MessageReader(message.bytes.dropFirst())
    guard let length = try? reader.number(UInt64.self), length <= UInt64(mostBytes),
      let file = message.descriptors.popLast()
    else { return false }
    defer { closeDescriptor(file) }
    var content = [UInt8](repeating: 0, count: Int(length))
    guard pread(file, &content, content.count, 0) == content.count else { return false }
    message.bytes = content[...]
    return true
  }

  /// Room for one message.
  static var buffer: [UInt8] { [UInt8](repeating: 0, count: longestBytes + 1024) }
}
