import Synchronization

/// Parts of the state, each with an index of its own.
public struct StateTables: OptionSet, Hashable, Sendable {
  /// The bits.
  public var rawValue: UInt8

  /// Makes a set from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The jobs.
  public static let jobs = StateTables(rawValue: 1)
  /// The allocations.
  public static let allocations = StateTables(rawValue: 2)
  /// The evaluations.
  public static let evaluations = StateTables(rawValue: 4)
  /// The node with its drivers.
  public static let node = StateTables(rawValue: 8)
}

extension HostEvent {
  /// The part of the state that has changed.
  var table: StateTables {
    switch payload {
    case .job: .jobs
    case .allocation: .allocations
    case .evaluation: .evaluations
    case .driver, .node: .node
    }
  }
}

extension JobTable {
  /// The index of the newest change of any of these parts; never 0.
  public func index(of tables: StateTables) -> UInt64 {
    state.withLock { max(1, $0.log.index(of: tables)) }
  }
}
