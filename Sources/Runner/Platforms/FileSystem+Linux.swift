// The only file of this module that speaks to the kernel.
#if canImport(Glibc)
  import Glibc
#else
  #error("hostler runs on Linux")
#endif

/// A file operation that failed: which one, on what, and why.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was attempted, as a verb: "make directory".
  public var operation: String
  /// The path it was attempted on.
  public var path: String
  /// The error number that the kernel gave.
  public var number: Int32

  /// Makes an error from its parts.
  public init(operation: String, path: String, number: Int32) {
    self.operation = operation
    self.path = path
    self.number = number
  }

  /// A sentence for a person.
  public var description: String {
    "cannot \(operation) \(path): \(reason)"
  }

  private var reason: String {
    if number == EEXIST { return "something else of that name is there" }
    if number == ENOTDIR, FileSystem.kind(path) == .file { return "it is a file" }
    return String(cString: strerror(number))
  }

  /// Whether the disk is full or a quota is used up, so that trying later may work.
  public var isOutOfSpace: Bool { number == ENOSPC || number == EDQUOT }
  /// Whether a file is larger than what is read.
  public var isTooLarge: Bool { number == EFBIG }
  /// Whether the path does not exist.
  public var isNotFound: Bool { number == ENOENT }
}

/// The file operations that allocations need. Every function blocks on the disk and must be called
/// on a thread that may (see ``DiskThreads``).
public enum FileSystem {
  /// What a path is.
  public enum Kind: Hashable, Sendable {
    case file, directory, other
  }

  /// Makes a directory; one that exists already is fine.
  public static func makeDirectory(_ path: String, mode: UInt32 = 0o755) throws(FileError) {
    if mkdir(path, mode) == 0 {
      // The umask takes write permission of group and others away; one that is asked for is meant.
      if mode & 0o022 != 0, chmod(path, mode) != 0 {
        throw FileError(operation: "set the mode of", path: path, number: errno)
      }
      return
    }
    let number = errno
    if number == EEXIST {
      let kind = kind(path)
      if kind == .directory { return }
      if kind == .file { throw FileError(operation: "use as a directory", path: path, number: ENOTDIR) }
    }
    throw FileError(operation: "make directory", path: path, number: number)
  }

  /// Makes a directory and those above it.
  public static func makeDirectories(_ path: String, mode: UInt32 = 0o755) throws(FileError) {
    do {
      try makeDirectory(path, mode: mode)
    } catch {
      guard error.isNotFound, let parent = parent(of: path) else { throw error }
      try makeDirectories(parent, mode: mode)
      try makeDirectory(path, mode: mode)
    }
  }

  /// Makes a directory with a name nobody else has: `prefix` and six random characters.
  public static func makeTemporaryDirectory(prefix: String) throws(FileError) -> String {
    var template = Array((prefix + "XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw FileError(operation: "make temporary directory", path: prefix, number: errno)
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// What a path is, following links; nil when there is nothing.
  public static func kind(_ path: String) -> Kind? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .directory
    default: return .other
    }
  }

  /// Whether there is anything at a path, a dangling link too.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// The names in a directory, sorted, without `.` and `..`.
  public static func names(in path: String) throws(FileError) -> [String] {
    guard let directory = opendir(path) else {
      throw FileError(operation: "list", path: path, number: errno)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Reads a whole file, refusing one larger than `limitBytes`.
  public static func read(_ path: String, limitBytes: Int) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(operation: "read", path: path, number: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FileError(operation: "read", path: path, number: errno)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw FileError(operation: "read", path: path, number: EISDIR)
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(operation: "read", path: path, number: errno)
      }
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
      if bytes.count > limitBytes { throw FileError(operation: "read", path: path, number: EFBIG) }
    }
  }

  /// Writes a whole file with the given mode, replacing one that exists. `owner` is left alone.
  public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw FileError(operation: "write", path: path, number: errno) }
    defer { close(descriptor) }
    // The umask must not narrow a mode that a job file states.
    guard fchmod(descriptor, mode) == 0 else {
      throw FileError(operation: "set the mode of", path: path, number: errno)
    }
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(operation: "write", path: path, number: errno)
      }
      offset += count
    }
  }

  /// Waits until the bytes of a file are on the disk.
  public static func synchronize(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(operation: "open", path: path, number: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError(operation: "synchronize", path: path, number: errno) }
  }

  /// Gives a file or directory another path, in place of what has that one.
  public static func rename(_ path: String, to new: String) throws(FileError) {
    guard Glibc.rename(path, new) == 0 else {
      throw FileError(operation: "rename", path: path, number: errno)
    }
  }

  /// Copies a file with its mode, or a directory with everything in it. Symbolic links are copied as
  /// links.
  public static func copy(_ source: String, to destination: String) throws(FileError) {
    var status = stat()
    guard lstat(source, &status) == 0 else {
      throw FileError(operation: "copy", path: source, number: errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      try makeDirectories(destination, mode: status.st_mode & 0o777)
      for name in try names(in: source) {
        try copy(source + "/" + name, to: destination + "/" + name)
      }
    case S_IFLNK:
      var target = [CChar](repeating: 0, count: Int(PATH_MAX))
      let length = readlink(source, &target, target.count)
      guard length >= 0 else { throw FileError(operation: "copy", path: source, number: errno) }
      let link = String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard symlink(link, destination) == 0 else {
        throw FileError(operation: "link", path: destination, number: errno)
      }
    case S_IFREG:
      try copyFile(source, to: destination, mode: status.st_mode & 0o777)
    default:
      throw FileError(operation: "copy", path: source, number: EINVAL)
    }
  }

  private static func copyFile(_ source: String, to destination: String, mode: UInt32) throws(FileError) {
    let input = open(source, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else { throw FileError(operation: "copy", path: source, number: errno) }
    defer { close(input) }
    let output = open(destination, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard output >= 0 else { throw FileError(operation: "write", path: destination, number: errno) }
    defer { close(output) }
    while true {
      let count = sendfile(output, input, nil, 1 << 20)
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(operation: "copy", path: source, number: errno)
      }
      if count == 0 { return }
    }
  }

  /// Removes a file, or a directory with everything in it, without following links. Nothing there is
  /// fine.
  public static func remove(_ path: String) throws(FileError) {
    if unlink(path) == 0 { return }
    switch errno {
    case ENOENT: return
    case EISDIR, EPERM: break
    default: throw FileError(operation: "remove", path: path, number: errno)
    }
    for name in try names(in: path) { try remove(path + "/" + name) }
    guard rmdir(path) == 0 || errno == ENOENT else {
      throw FileError(operation: "remove", path: path, number: errno)
    }
  }

  /// The path with links and dots resolved; nil when it does not exist.
  public static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// Changes the mode of a path.
  public static func changeMode(of path: String, to mode: UInt32) throws(FileError) {
    guard chmod(path, mode) == 0 else {
      throw FileError(operation: "set the mode of", path: path, number: errno)
    }
  }

  /// Changes the owner of a path.
  public static func changeOwner(of path: String, user: UInt32, group: UInt32) throws(FileError) {
    guard chown(path, user, group) == 0 else {
      throw FileError(operation: "change the owner of", path: path, number: errno)
    }
  }

  /// The directory above a path; nil for a path without one.
  static func parent(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
    return String(path[..<slash])
  }
}

/// A file that is open for reading.
struct ReadableFile {
  private let descriptor: Int32
  private let path: String

  /// Opens a file; nil when it cannot be opened.
  init?(path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    self.path = path
    if descriptor < 0 { return nil }
  }

  /// The bytes at an offset, or nil at the end.
  func read(upTo most: Int, at offsetBytes: Int64) throws(FileError) -> [UInt8]? {
    // Mostly there is little or nothing; room for more is not asked of the allocator each time.
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FileError(operation: "read", path: path, number: errno)
    }
    let left = Int64(status.st_size) - offsetBytes
    if left <= 0 { return nil }
    let count = Int(min(Int64(most), left))
    var bytes = [UInt8](repeating: 0, count: count)
    while true {
      let got = pread(descriptor, &bytes, count, off_t(offsetBytes))
      if got > 0 {
        bytes.removeLast(count - got)
        return bytes
      }
      if got == 0 { return nil }
      if errno != EINTR { throw FileError(operation: "read", path: path, number: errno) }
    }
  }

  /// Closes the file; it is not used after that.
  func close() {
    _ = Glibc.close(descriptor)
  }
}
