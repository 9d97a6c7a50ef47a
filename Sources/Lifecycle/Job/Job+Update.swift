public import Jobs

extension Job {
  /// Whether another version of the job is the same job, wherever its parts were written.
  public func isSame(as other: Job) -> Bool {
    groups.map(\.name) == other.groups.map(\.name)
      && groups.allSatisfy { impact(of: other, on: $0.name) == .none }
  }

  /// Whether the job says when it is to run; children of it run.
  public var isPeriodic: Bool { periodic != nil }

  /// Whether the job is to be dispatched; children of it run.
  public var isParameterized: Bool { parameterized != nil }
}
