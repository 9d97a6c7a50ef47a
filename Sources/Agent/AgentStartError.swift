public import Runner
public import State

/// Why an agent cannot use its data directory.
public enum AgentStartError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The directory cannot be made or written to.
  case file(FileError)
  /// Another agent uses it; its process id, if that could be read.
  case locked(path: String, processID: Int32?)
  /// The state in it cannot be used.
  case state(StateError)

  /// What was found, and what to do.
  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .locked(let path, let processID):
      "\(path): another agent uses this directory\(processID.map { ": process \($0)" } ?? ""); stop it first, or "
        + "name another data directory"
    case .state(let error): "\(error)"
    }
  }
}
