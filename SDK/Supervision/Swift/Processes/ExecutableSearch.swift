#if canImport(Glibc)
  import Glibc
#endif

/// Finds the file behind a command's name.
public struct ExecutableSearch: Sendable {
  /// Directories looked into for any relative command, first to last.
  public var directories: [String]
  /// The value of PATH, for a command without a slash; nil for the usual one.
  public var path: String?

  /// The PATH of a task whose environment has none.
  public static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  /// Describes where to look.
  public init(directories: [String], path: String?) {
    self.directories = directories
    self.path = path
  }

  /// Finds a command. An absolute path is taken as it is: starting it says what is wrong with it.
  ///
  /// - Parameter command: a path or a bare name.
  /// - Returns: the path of an executable file.
  /// - Throws: `SupervisionError` when there is none, or only files that are not executable.
  public func find(_ command: String) throws(SupervisionError) -> String {
    if command.hasPrefix("/") { return command }
    guard !command.isEmpty else {
      throw SupervisionError(kind: .invalidCommand, description: "the command is empty")
    }
    let searchPath = command.utf8.contains(UInt8(ascii: "/")) ? "" : path ?? Self.defaultPath
    var notExecutable: String?
    for directory in directories + searchPath.split(separator: ":").map(String.init) {
      // An empty or relative entry would mean this process's directory, not the task's.
      guard directory.hasPrefix("/") else { continue }
      let candidate = directory + "/" + command
      var status = stat()
      guard stat(candidate, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      if status.st_mode & 0o111 != 0 { return candidate }
      notExecutable = notExecutable ?? candidate
    }
    if let notExecutable {
      throw SupervisionError(
        kind: .invalidCommand,
        description: "cannot run \(notExecutable): permission denied, it is not executable")
    }
    let places = searchPath.isEmpty ? "" : " nor on PATH \(searchPath)"
    throw SupervisionError(
      kind: .invalidCommand,
      description:
        "command \"\(command)\" not found: no such file in \(directories.joined(separator: ", "))\(places)")
  }
}
