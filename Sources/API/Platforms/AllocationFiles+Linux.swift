import CLinux
import Glibc
import Runner

/// The files of an allocation, as clients may see them: nothing outside its directory, whatever links there are,
/// and no secrets. Every function blocks on the disk.
struct AllocationFiles: Sendable {
  /// What is told of a file.
  struct Entry: Hashable, Sendable {
    var name: String
    var mode: UInt32
    var sizeBytes: Int64
    /// When its content last changed, in nanoseconds since 1970.
    var modifiedAt: Int64

    var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    var isFile: Bool { mode & S_IFMT == S_IFREG }
  }

  /// How many entries of a directory are told.
  private static let entryLimit = 10_000

  /// The allocation's directory.
  let root: String

  /// What a path names.
  func entry(_ path: String) throws(APIError) -> Entry {
    let place = try open(path)
    defer { close(place) }
    return try entry(of: place, name: Self.parts(path).last.map(String.init) ?? "/", path)
  }

  /// What is in a directory, in the order of names.
  func entries(_ path: String) throws(APIError) -> [Entry] {
    let place = try open(path)
    defer { close(place) }
    let about = try entry(of: place, name: "", path)
    guard about.isDirectory else { return [try entry(path)] }
    guard let names = try? FileSystem.names(in: "/proc/self/fd/\(place)") else {
      throw .failed("\(path) cannot be listed")
    }
    var entries: [Entry] = []
    for name in names.sorted().prefix(Self.entryLimit) {
      // What has gone meanwhile, and links that lead out, are left out.
      guard let inner = try? open(path + "/" + name, allowsSecretsFolder: true) else { continue }
      defer { close(inner) }
      if let entry = try? entry(of: inner, name: name, path) { entries.append(entry) }
    }
    return entries
  }

  /// Some bytes of a file.
  ///
  /// - Parameters:
  ///   - offset: Where they begin.
  ///   - limitBytes: How many at most.
  func read(_ path: String, at offset: Int64, limitBytes: Int) throws(APIError) -> [UInt8] {
    let descriptor = try openFile(path)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while bytes.count < limitBytes {
      let wanted = min(limitBytes - bytes.count, 64 << 10)
      let piece = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
        count = max(0, pread(descriptor, buffer.baseAddress, wanted, Int(offset) + bytes.count))
      }
      if piece.isEmpty { break }
      bytes.append(contentsOf: piece)
    }
    return bytes
  }

  // MARK: Opening

  private static func parts(_ path: String) -> [Substring] {
    path.split(separator: "/").filter { $0 != "." }
  }

  /// Opens a file for reading.
  private func openFile(_ path: String) throws(APIError) -> Int32 {
    let place = try open(path)
    defer { close(place) }
    let about = try entry(of: place, name: "", path)
    guard about.isFile else {
      throw .badRequest(about.isDirectory ? "file \"\(path)\" is a directory" : "\"\(path)\" is not a file")
    }
    // The very thing that was looked at, not what has the path now.
    let descriptor = Glibc.open("/proc/self/fd/\(place)", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw Self.error(errno, path) }
    return descriptor
  }

  /// Opens what a path names, as a place that can be looked at and not read.
  private func open(_ path: String, allowsSecretsFolder: Bool = false) throws(APIError) -> Int32 {
    guard !path.utf8.contains(0), path.utf8.count < 4096 else { throw .badRequest("the path is not one") }
    let directory = Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw Self.error(errno, path) }
    defer { close(directory) }
    let parts = Self.parts(path)
    let place = hostler_open_place_beneath(directory, parts.isEmpty ? "." : parts.joined(separator: "/"))
    guard place >= 0 else { throw Self.error(errno, path) }
    do throws(APIError) {
      let inner = try pathWithin(place, directory)
      if Self.isSecret(inner), !(allowsSecretsFolder && inner.count == 2) {
        throw APIError.forbidden("\(path) is secret")
      }
    } catch {
      close(place)
      throw error
    }
    return place
  }

  /// The parts of the path that something has below the allocation's directory, with every link followed.
  private func pathWithin(_ place: Int32, _ directory: Int32) throws(APIError) -> [Substring] {
    guard let path = FileSystem.resolved("/proc/self/fd/\(place)"),
      let root = FileSystem.resolved("/proc/self/fd/\(directory)"),
      path == root || path.hasPrefix(root + "/")
    else { throw .notFound("the file has gone") }
    return path.dropFirst(root.count).split(separator: "/")
  }

  /// Whether it is the directory for a task's secrets, or in it.
  static func isSecret(_ parts: [Substring]) -> Bool {
    parts.count >= 2 && parts[0] != "alloc" && (parts[1] == "secrets" || parts[1] == "private")
  }

  private func entry(of place: Int32, name: String, _ path: String) throws(APIError) -> Entry {
    var entry = Entry(name: name, mode: 0, sizeBytes: 0, modifiedAt: 0)
    guard hostler_describe(place, &entry.mode, &entry.sizeBytes, &entry.modifiedAt) == 0 else {
      throw Self.error(errno, path)
    }
    return entry
  }

  private static func error(_ number: Int32, _ path: String) -> APIError {
    switch number {
    case ENOENT, ENOTDIR: .notFound("open \(path): no such file or directory")
    case EXDEV, ELOOP: .badRequest("Path escapes the alloc directory")
    case ENAMETOOLONG: .badRequest("the path is too long")
    default: .failed("\(FileError(operation: "open", path: path, number: number))")
    }
  }
}

extension AllocationFiles.Entry {
  /// Kind and permissions as `ls` of a Go program shows them.
  var modeText: String {
    let kinds: [(UInt32, String)] = [
      (S_IFDIR, "d"), (S_IFLNK, "L"), (S_IFIFO, "p"), (S_IFSOCK, "S"), (S_IFBLK, "D"), (S_IFCHR, "Dc"),
    ]
    var text = kinds.first { mode & S_IFMT == $0.0 }?.1 ?? ""
    if mode & S_ISUID != 0 { text += "u" }
    if mode & S_ISGID != 0 { text += "g" }
    if mode & S_ISVTX != 0 { text += "t" }
    if text.isEmpty { text = "-" }
    for bit in (0..<9).reversed() {
      text += mode >> UInt32(bit) & 1 == 1 ? ["x", "w", "r"][bit % 3] : "-"
    }
    return text
  }
}
