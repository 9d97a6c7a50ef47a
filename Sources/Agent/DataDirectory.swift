public import Runner

/// Where an agent keeps its allocations.
public struct DataDirectory: Hashable, Sendable {
  /// The path, absolute, with links resolved.
  public let path: String
  /// Whether the directory was made for this run only.
  public let isTemporary: Bool

  /// Makes the directory, or a new one under the system's temporary folder when none is named.
  init(_ path: String?) throws(FileError) {
    if let path {
      try FileSystem.makeDirectories(path)
      self.path = FileSystem.resolved(path) ?? path
      isTemporary = false
    } else {
      let made = try FileSystem.makeTemporaryDirectory(prefix: temporaryFolder() + "/hostler-")
      self.path = FileSystem.resolved(made) ?? made
      isTemporary = true
    }
    // Tasks of other users must reach their own directories, and list nobody else's.
    try FileSystem.makeDirectory(self.path, mode: 0o711)
    try FileSystem.makeDirectory(allocationsPath, mode: 0o711)
    try FileSystem.changeMode(of: self.path, to: 0o711)
  }

  private var allocationsPath: String { path + "/allocations" }

  /// Where drivers keep what outlives the agent.
  var driversPath: String { path + "/drivers" }

  /// The file that holds the state.
  var statePath: String { Self.statePath(in: path) }

  /// The file that holds the state of an agent whose data directory this is.
  public static func statePath(in directory: String) -> String { directory + "/state.sqlite" }

  /// The directories of an allocation.
  public func allocation(_ id: String) -> AllocationDirectory {
    AllocationDirectory(root: allocationsPath + "/" + id)
  }

  /// Removes the directory with everything in it. Blocks on the disk.
  public func remove() throws(FileError) {
    try FileSystem.remove(path)
  }
}
