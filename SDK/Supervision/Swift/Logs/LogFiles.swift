#if canImport(Glibc)
  import Glibc
#endif

/// The numbered log files of one output, of which the newest is written to.
///
/// A file is opened for a piece of work and closed after it: a task that is quiet holds none.
public struct LogFiles: Sendable {
  /// The files' path up to the number.
  private let prefix: String
  private var rotation: LogRotation
  /// The current file while it is open, else -1.
  private(set) var descriptor: Int32 = -1

  /// Makes the first file, or goes on in the newest of those that exist, and removes those that are too many.
  init(prefix: String, limits: LogLimits, existing: [Int]) throws(SupervisionError) {
    self.prefix = prefix
    let newest = existing.max()
    let path = prefix + String(newest ?? 0)
    let file = Self.open(path)
    guard file >= 0 else {
      throw SupervisionError(
        kind: .systemCall, description: "cannot write the log file \(path): \(describe(errno: errno))")
    }
    defer { closeDescriptor(file) }
    rotation = LogRotation(
      limits: limits, existing: existing, newestBytes: newest == nil ? 0 : Self.size(of: file))
    for number in rotation.surplus(of: existing) { unlink(prefix + String(number)) }
  }

  private static func open(_ path: String) -> Int32 {
    Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
  }

  private static func size(of file: Int32) -> Int64 {
    var status = stat()
    return fstat(file, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// Where the next byte goes in the current file.
  var offsetBytes: Int64 { rotation.offsetBytes }

  /// Opens the current file, going to the next one when it is full.
  ///
  /// - Returns: how many bytes it takes; 0 when it cannot be opened.
  mutating func openCurrent() -> Int64 {
    if rotation.roomBytes == 0 {
      close()
      if let surplus = rotation.startNextFile() { unlink(prefix + String(surplus)) }
    }
    if descriptor < 0 {
      descriptor = Self.open(prefix + String(rotation.number))
      guard descriptor >= 0 else { return 0 }
      // Somebody may have cut or removed it.
      rotation.wasCut(toBytes: Self.size(of: descriptor))
    }
    return rotation.roomBytes
  }

  /// Bytes were added to the current file.
  mutating func wrote(bytes: Int64) {
    rotation.wrote(bytes: bytes)
  }

  /// Closes the current file.
  mutating func close() {
    closeDescriptor(descriptor)
    descriptor = -1
  }

  /// Adds text. What cannot be written is lost.
  public mutating func append(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let room = Int(openCurrent())
      let count = rest.prefix(room).withUnsafeBytes { bytes in
        retrying { pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(rotation.offsetBytes)) }
      }
      if count <= 0 { break }
      wrote(bytes: Int64(count))
      rest = rest.dropFirst(count)
    }
    close()
  }
}
