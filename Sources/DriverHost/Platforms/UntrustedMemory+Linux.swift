internal import CLinux

#if canImport(Glibc)
  internal import Glibc
#endif

/// Memory that a library points at: it may not be there.
///
/// The kernel does the reading (bytes go through a pipe), so that a pointer to nowhere is an answer and
/// not the end of the process. Belongs to one thread at a time.
struct UntrustedMemory: ~Copyable {
  private let input: Int32
  private let output: Int32

  /// More than this is never in the pipe, so that writing to it does not block.
  private static let pieceBytes = 4096

  init() throws(SystemCallError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .last("make a pipe") }
    (output, input) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    close(input)
    close(output)
  }

  /// Copies bytes of this process.
  /// - Returns: whether all of them could be read.
  func copy(_ source: UnsafeRawPointer, to target: UnsafeMutableRawBufferPointer) -> Bool {
    var done = 0
    while done < target.count {
      let written = Int(
        hostler_write_untrusted(input, source + done, min(target.count - done, Self.pieceBytes)))
      if written <= 0 {
        if written < 0, errno == EINTR { continue }
        return false
      }
      var left = written
      while left > 0 {
        let got = read(output, target.baseAddress?.advanced(by: done), left)
        if got <= 0 {
          if got < 0, errno == EINTR { continue }
          return false
        }
        done += got
        left -= got
      }
    }
    return true
  }

  /// Copies a value of plain bytes; nil when it cannot be read.
  func value<Value: BitwiseCopyable>(at address: UnsafeRawPointer, initial: Value) -> Value? {
    var value = initial
    return withUnsafeMutableBytes(of: &value) { copy(address, to: $0) } ? value : nil
  }

  /// What there is to say about a C string.
  enum Text {
    case bytes([UInt8])
    case unreadable
    case tooLong
  }

  /// The bytes before the first zero.
  func text(at address: UnsafeRawPointer, limitBytes: Int) -> Text {
    var bytes: [UInt8] = []
    var address = address
    while bytes.count <= limitBytes {
      // A string may end just before a page that is not there: no piece crosses the end of a page.
      let toPageEnd = 4096 - Int(bitPattern: address) & 4095
      var piece = [UInt8](repeating: 0, count: min(toPageEnd, 256))
      guard piece.withUnsafeMutableBytes({ copy(address, to: $0) }) else { return .unreadable }
      if let end = piece.firstIndex(of: 0) {
        bytes += piece[..<end]
        return bytes.count <= limitBytes ? .bytes(bytes) : .tooLong
      }
      bytes += piece
      address += piece.count
    }
    return .tooLong
  }
}
