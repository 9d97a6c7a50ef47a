/// Why a process could not be started, found or ended.
public struct SupervisionError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is; decides whether trying again can help.
  public enum Kind: UInt8, Sendable, Equatable {
    /// The command, its directory, user or limits cannot be as they were asked for.
    case invalidCommand
    /// The machine is short of something (processes, memory, descriptors), which may pass.
    case outOfResources
    /// The operating system refused for another reason.
    case systemCall
  }

  /// What kind of failure it is.
  public var kind: Kind
  /// One sentence for a person.
  public var description: String

  /// Makes an error from its parts.
  public init(kind: Kind, description: String) {
    self.kind = kind
    self.description = description
  }
}
