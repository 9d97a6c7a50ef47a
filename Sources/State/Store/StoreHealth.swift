/// Whether records reach the disk.
public enum StoreHealth: Hashable, Sendable, CustomStringConvertible {
  /// They do.
  case writing
  /// They do not. Everything is kept in memory and tried again; whatever waits for durable records waits.
  case paused(StoreFailure)

  /// A phrase for a person.
  public var description: String {
    switch self {
    case .writing: "records are written"
    case .paused(let failure): "paused: \(failure)"
    }
  }
}

/// Why a batch could not be written.
public struct StoreFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure, as far as it matters to an operator.
  public enum Kind: Hashable, Sendable {
    /// No space, or a quota or file size limit that is used up.
    case diskFull
    /// Anything else: the disk does not read or write, the file became read-only, somebody locks it.
    case other
  }

  /// What kind of failure it is.
  public var kind: Kind
  /// What SQLite or the kernel says.
  public var message: String

  /// Makes a failure from its parts.
  public init(_ kind: Kind, message: String) {
    self.kind = kind
    self.message = message
  }

  /// A phrase for a person.
  public var description: String {
    switch kind {
    case .diskFull: "disk full (\(message))"
    case .other: message
    }
  }
}

/// What a store has done since it was opened.
public struct StoreCounts: Hashable, Sendable {
  /// Records, placements and removals that it was given.
  public var changes: UInt64 = 0
  /// Transactions that were made durable: each is one sync of the log.
  public var commits: UInt64 = 0
  /// How often somebody waited for durable records.
  public var flushes: UInt64 = 0
  /// Transactions that failed and were tried again.
  public var failedCommits: UInt64 = 0

  /// Makes counts of nothing.
  public init() {}
}
