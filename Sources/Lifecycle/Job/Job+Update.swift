public import Jobs

extension Job {
  /// Whether allocations of a group that were placed from this job can run on under another version of it:
  /// nothing that their tasks see differs.
  public func runsTheSame(as other: Job, in group: String) -> Bool {
    impact(of: other, on: group) != .destructive
  }

  /// Whether the job says when it is to run; children of it run.
  public var isPeriodic: Bool { periodic != nil }

  /// Whether the job is to be dispatched; children of it run.
  public var isParameterized: Bool { parameterized != nil }
}
