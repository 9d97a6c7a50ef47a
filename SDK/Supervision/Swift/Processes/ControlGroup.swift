internal import CSpawn

#if canImport(Glibc)
  import Glibc
#endif

/// Where this host has a cgroup v2 tree in which tasks can be put.
public struct ControlGroupTree: Sendable {
  /// The directory under which each task gets its own.
  public let path: String

  /// Finds the tree and makes the parent directory in it.
  ///
  /// - Parameter parent: the directory's path below the root of the tree, for example `hostler`.
  /// - Throws: `SupervisionError` that says why tasks cannot be put into cgroups here.
  public init(parent: String) throws(SupervisionError) {
    let places = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
    guard let root = places.first(where: { hostler_is_cgroup2($0) != 0 }) else {
      throw SupervisionError(
        kind: .systemCall, description: "no cgroup v2 tree at \(places.joined(separator: " or "))")
    }
    var path = root
    for component in parent.split(separator: "/") where component != "." && component != ".." {
      path += "/" + component
      if mkdir(path, 0o755) != 0 && errno != EEXIST {
        throw SupervisionError(
          kind: .systemCall, description: "cannot make the cgroup \(path): \(describe(errno: errno))")
      }
    }
    guard access(path, W_OK) == 0 else {
      throw SupervisionError(
        kind: .systemCall, description: "cannot write to the cgroup \(path): \(describe(errno: errno))")
    }
    self.path = path
  }

  /// The cgroup that belongs to a task's id.
  public func group(taskID: String) -> ControlGroup {
    // A file name holds 255 bytes; the end of the id is what is unique.
    let flat = String(taskID.map { $0 == "/" ? ":" : $0 })
    return ControlGroup(path: path + "/" + String(decoding: flat.utf8.suffix(240), as: UTF8.self))
  }
}

/// A cgroup v2 directory of one task.
public struct ControlGroup: Sendable, Equatable {
  /// Its directory.
  public let path: String

  /// Names a cgroup by its directory.
  public init(path: String) {
    self.path = path
  }

  /// Makes the directory.
  ///
  /// - Throws: `SupervisionError`, also when processes are in a cgroup of that name already.
  func create() throws(SupervisionError) {
    guard mkdir(path, 0o755) != 0 else { return }
    if errno == EEXIST {
      guard isPopulated else { return }
      throw SupervisionError(
        kind: .systemCall, description: "processes of an earlier start are still in the cgroup \(path)")
    }
    throw SupervisionError(
      kind: errno == ENOSPC || errno == EAGAIN || errno == ENOMEM ? .outOfResources : .systemCall,
      description: "cannot make the cgroup \(path): \(describe(errno: errno))")
  }

  /// Whether the directory exists.
  public var exists: Bool { access(path, F_OK) == 0 }

  /// Whether any process is in it or below.
  public var isPopulated: Bool {
    readSmallFile(path + "/cgroup.events")?.split(separator: "\n").contains("populated 1") ?? false
  }

  /// The processes in it.
  public var processes: [Int32] {
    readSmallFile(path + "/cgroup.procs")?.split(separator: "\n").compactMap { Int32($0) } ?? []
  }

  /// Kills every process in it and below, also one that forks meanwhile.
  public func kill() {
    let descriptor = open(path + "/cgroup.kill", O_WRONLY | O_CLOEXEC)
    if descriptor >= 0 {
      _ = write(descriptor, "1", 1)
      closeDescriptor(descriptor)
      return
    }
    // Kernels before 5.14 have no such file: repeat until no process is left to fork another.
    for _ in 0..<100 {
      let left = processes
      if left.isEmpty { return }
      for process in left { _ = Glibc.kill(process, SIGKILL) }
    }
  }

  /// Removes the directory when nothing runs in it.
  ///
  /// - Returns: whether it is gone.
  @discardableResult
  func removeIfEmpty() -> Bool {
    rmdir(path) == 0 || errno == ENOENT
  }

  /// Kills what is in it, waits until that is gone, and removes the directory.
  ///
  /// - Parameter timeoutMilliseconds: how long to wait for the processes' end.
  /// - Returns: whether it is gone.
  @discardableResult
  public func killAndRemove(timeoutMilliseconds: Int32 = 10_000) -> Bool {
    if removeIfEmpty() { return true }
    let events = open(path + "/cgroup.events", O_RDONLY | O_CLOEXEC)
    defer { closeDescriptor(events) }
    kill()
    // The kernel tells of each change through POLLPRI, once for each read of the file.
    let deadline = wallClockNanoseconds() + Int64(timeoutMilliseconds) * 1_000_000
    var text = [UInt8](repeating: 0, count: 128)
    while !removeIfEmpty() {
      let left = (deadline - wallClockNanoseconds()) / 1_000_000
      guard errno == EBUSY, left > 0 else { return false }
      _ = pread(events, &text, text.count, 0)
      if removeIfEmpty() { return true }
      var wanted = pollfd(fd: events, events: Int16(POLLPRI), revents: 0)
      _ = poll(&wanted, 1, Int32(min(left, 1000)))
    }
    return true
  }
}
