/// The directories of one allocation.
///
///     ROOT/alloc/{data,logs,tmp}           shared by the group's tasks
///     ROOT/TASK/{local,secrets,tmp}        of one task
public struct AllocationDirectory: Hashable, Sendable {
  /// The allocation's own directory, an absolute path.
  public let root: String

  /// Names the directories under `root`; makes nothing.
  public init(root: String) {
    self.root = root
  }

  /// Shared by all tasks of the group: `NOMAD_ALLOC_DIR`.
  public var shared: String { root + "/alloc" }
  /// Where the tasks' output goes.
  public var logs: String { shared + "/logs" }

  /// Makes the shared directories. Blocks on the disk.
  public func make() throws(FileError) {
    try FileSystem.makeDirectory(root)
    try FileSystem.makeDirectory(shared)
    try FileSystem.makeDirectory(logs)
    // Tasks may run as any user, and all of them share these.
    for name in ["data", "tmp"] { try FileSystem.makeDirectory(shared + "/" + name, mode: 0o777) }
  }

  /// The directories of one task.
  public func task(_ name: String) -> TaskDirectory {
    TaskDirectory(root: root + "/" + name)
  }

  /// Removes everything. Blocks on the disk.
  public func remove() throws(FileError) {
    try FileSystem.remove(root)
  }
}

/// The directories of one task.
public struct TaskDirectory: Hashable, Sendable {
  /// The task's own directory, where its process starts.
  public let root: String

  /// For files of the task: `NOMAD_TASK_DIR`.
  public var local: String { root + "/local" }
  /// For what nobody else may read: `NOMAD_SECRETS_DIR`.
  public var secrets: String { root + "/secrets" }
  /// For temporary files.
  public var temporary: String { root + "/tmp" }

  /// Makes the directories; those that exist already stay as they are. When `owner` is given, what
  /// the task writes to belongs to it. Blocks on the disk.
  func make(owner: HostUser?) throws(FileError) {
    try FileSystem.makeDirectory(root)
    try FileSystem.makeDirectory(local)
    try FileSystem.makeDirectory(secrets, mode: 0o700)
    try FileSystem.makeDirectory(temporary)
    guard let owner else { return }
    for path in [local, secrets, temporary] {
      try FileSystem.changeOwner(of: path, user: owner.user, group: owner.group)
    }
  }

  /// The absolute path of a destination that a job file names relative to the task directory.
  ///
  /// An absolute path within the allocation, as `${NOMAD_SECRETS_DIR}/x` makes one, is itself; any other
  /// begins at the task directory, too.
  ///
  /// - Throws: ``EscapeError`` when it leads out of the allocation, by dots or by a link that exists.
  func resolve(_ destination: String, within allocation: AllocationDirectory) throws(EscapeError) -> String {
    var parts: [Substring] = []
    var rest = destination[...]
    if destination.hasPrefix(allocation.root + "/") {
      rest = destination.dropFirst(allocation.root.count)
    } else {
      // The allocation directory may be named from the task: `../alloc/data/x`.
      parts.append(contentsOf: root.dropFirst(allocation.root.count).split(separator: "/"))
    }
    for part in rest.split(separator: "/") where part != "." {
      if part == ".." {
        guard parts.popLast() != nil else { throw EscapeError(destination: destination) }
      } else {
        parts.append(part)
      }
    }
    let path = allocation.root + "/" + parts.joined(separator: "/")
    // A link that an earlier run of the task made must not lead the agent, which may be root, out.
    var existing = path
    while !FileSystem.exists(existing), let parent = FileSystem.parent(of: existing) { existing = parent }
    guard let real = FileSystem.resolved(existing), let realRoot = FileSystem.resolved(allocation.root),
      real == realRoot || real.hasPrefix(realRoot + "/")
    else { throw EscapeError(destination: destination) }
    return path
  }
}

/// A destination that leads out of the allocation directory.
public struct EscapeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The destination as written.
  public var destination: String

  /// A sentence for a person.
  public var description: String {
    "destination \"\(destination)\" leads out of the allocation directory"
  }
}
