import Glibc

/// A state file and what stands beside it: the log, and the log's index.
struct StateFile: Hashable {
  let path: String

  private var logPath: String { path + "-wal" }
  private var logIndexPath: String { path + "-shm" }
  private var folder: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  var exists: Bool { Self.size(path) != nil }

  /// Whether everything is in the file itself.
  var logIsEmpty: Bool { (Self.size(logPath) ?? 0) == 0 }

  var logIndexExists: Bool { Self.size(logIndexPath) != nil }

  /// The file's name for SQLite, with the promise that nobody changes it meanwhile.
  var immutableURI: String {
    let special: Set<UInt8> = [UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#")]
    let escaped = path.utf8.flatMap { special.contains($0) ? Array("%\(String($0, radix: 16))".utf8) : [$0] }
    return "file:\(String(decoding: escaped, as: UTF8.self))?immutable=1"
  }

  private static func size(_ path: String) -> Int64? {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : nil
  }

  /// Throws when the folder, or the file if there is one, cannot be written to.
  func checkWritable() throws(StateError) {
    if access(folder, W_OK | X_OK) != 0 { throw .notWritable(path: path, reason: reason()) }
    guard exists else { return }
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    if descriptor < 0 { throw .notWritable(path: path, reason: reason()) }
    close(descriptor)
  }

  /// The first bytes of the file, fewer when it is shorter.
  func head(byteCount: Int) throws(StateError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw .notReadable(path: path, reason: reason()) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: byteCount)
    let count = read(descriptor, &bytes, byteCount)
    if count < 0 { throw .notReadable(path: path, reason: reason()) }
    return Array(bytes.prefix(count))
  }

  /// Makes the empty file, for nobody else to read: records hold the environment of tasks.
  func create() throws(StateError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor < 0 { throw .notWritable(path: path, reason: reason()) }
    close(descriptor)
  }

  /// Removes the file and what stands beside it; nothing there is fine.
  func remove() throws(StateError) {
    for path in [path, logPath, logIndexPath] where unlink(path) != 0 && errno != ENOENT {
      throw .notWritable(path: path, reason: reason())
    }
  }

  func removeLogIndex() { unlink(logIndexPath) }

  func sync() throws(StateError) { try Self.sync(path, O_RDWR) }

  /// Gives the file another name, durably.
  func rename(to other: StateFile) throws(StateError) {
    if Glibc.rename(path, other.path) != 0 { throw .notWritable(path: path, reason: reason()) }
    try Self.sync(folder, O_RDONLY | O_DIRECTORY)
  }

  private static func sync(_ path: String, _ flags: Int32) throws(StateError) {
    let descriptor = open(path, flags | O_CLOEXEC)
    guard descriptor >= 0, fsync(descriptor) == 0 else {
      let reason = String(cString: strerror(errno))
      if descriptor >= 0 { close(descriptor) }
      throw .notWritable(path: path, reason: reason)
    }
    close(descriptor)
  }

  private func reason() -> String { String(cString: strerror(errno)) }
}
