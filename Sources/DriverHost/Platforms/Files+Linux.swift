internal import CLinux

#if canImport(Glibc)
  internal import Glibc
#else
  #error("hostler runs on Linux")
#endif

/// A call to the kernel that failed.
struct SystemCallError: Error, Hashable, CustomStringConvertible {
  /// What was attempted, as a verb.
  var operation: String
  var number: Int32

  /// The failure of the call that was made last on this thread.
  static func last(_ operation: String) -> SystemCallError {
    SystemCallError(operation: operation, number: errno)
  }

  var isNotFound: Bool { number == ENOENT || number == ENOTDIR }
  var description: String { "cannot \(operation): \(String(cString: strerror(number)))" }
}

/// What names a file's content: changes when the file is replaced, and mostly when it is written to.
struct FileIdentity: Hashable, Sendable {
  var device: UInt64
  var inode: UInt64
  var sizeBytes: Int64
  var modifiedAtNanoseconds: Int64

  /// Whether it is the same file, whatever is in it now.
  func isSameFile(as other: FileIdentity) -> Bool { device == other.device && inode == other.inode }
}

/// Owner, mode and kind of a file.
struct FileStatus: Hashable {
  let identity: FileIdentity
  let owner: UInt32
  private let mode: UInt32

  /// Reads the status of an open file.
  init(descriptor: Int32) throws(SystemCallError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last("look at the file") }
    owner = status.st_uid
    mode = status.st_mode
    identity = FileIdentity(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), sizeBytes: Int64(status.st_size),
      modifiedAtNanoseconds: hostler_modified_nanoseconds(&status))
  }

  /// The user that this process acts as.
  static var ownUser: UInt32 { geteuid() }

  var isRegularFile: Bool { mode & S_IFMT == S_IFREG }
  var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
  var hasTrustedOwner: Bool { owner == 0 || owner == Self.ownUser }
  var isWritableByOthers: Bool { mode & (S_IWGRP | S_IWOTH) != 0 }
  var modeText: String { "0" + String(mode & 0o7777, radix: 8) }
}

/// A descriptor that is closed with its owner.
struct OwnedDescriptor: ~Copyable {
  let number: Int32

  /// Opens a file for reading, without waiting for the other end of a pipe.
  /// - Parameter directory: what a relative path is relative to; nil for the working directory.
  init(opening path: String, in directory: Int32? = nil, isDirectory: Bool = false) throws(SystemCallError) {
    let kind = isDirectory ? O_DIRECTORY : O_NONBLOCK | O_NOFOLLOW
    number = openat(directory ?? AT_FDCWD, path, O_RDONLY | O_CLOEXEC | kind)
    if number < 0 { throw .last("open it") }
  }

  deinit { close(number) }

  /// Leaves the descriptor open for ever.
  consuming func leaked() -> Int32 {
    let number = number
    discard self
    return number
  }
}

/// The bytes of a whole file, copied.
struct FileBytes: ~Copyable {
  private let memory: UnsafeMutableRawBufferPointer
  private var count = 0

  /// Reads an open file from its beginning.
  init(descriptor: Int32, sizeBytes: Int) throws(SystemCallError) {
    memory = .allocate(byteCount: max(sizeBytes, 1), alignment: 16)
    while count < sizeBytes {
      let got = pread(descriptor, memory.baseAddress?.advanced(by: count), sizeBytes - count, off_t(count))
      // A file that was cut off meanwhile has what it has.
      if got == 0 { return }
      if got > 0 { count += got } else if errno != EINTR { throw .last("read it") }
    }
  }

  deinit { memory.deallocate() }

  /// The bytes; valid during the call.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
  }
}

/// The functions on paths that need no type of their own.
enum FilePath {
  /// The path with links and dots resolved.
  static func resolved(_ path: String) throws(SystemCallError) -> String {
    guard let real = realpath(path, nil) else { throw .last("find it") }
    defer { free(real) }
    return String(cString: real)
  }

  /// The names in a directory, sorted.
  static func names(inDirectory path: String) throws(SystemCallError) -> [String] {
    guard let directory = opendir(path) else { throw .last("list it") }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      names.append(name)
    }
    return names.sorted()
  }

  /// The folder that holds a file.
  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Makes a directory that only its owner may enter, or closes one that is there.
  static func makePrivateDirectory(_ path: String) throws(SystemCallError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .last("make it") }
    guard chmod(path, 0o700) == 0 else { throw .last("change its mode") }
  }

  /// Whether something is at a path.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}

/// Closes a descriptor that a driver handed over.
func closeDescriptor(_ descriptor: Int32) { close(descriptor) }

/// A descriptor of our own for what another stands for; nil when it is not open.
func duplicatedDescriptor(_ descriptor: Int32) -> Int32? {
  let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
  return copy < 0 ? nil : copy
}

/// Whether a descriptor is open and can turn readable.
func isPollable(_ descriptor: Int32) -> Bool {
  guard descriptor > 2 else { return false }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { return false }
  return status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
}
