public import Jobs

extension Job {
  /// Whether allocations of a group that were placed from this job can run on under another version of it:
  /// nothing that their tasks see differs.
  public func runsTheSame(as other: Job, in group: String) -> Bool {
    guard type == other.type, name == other.name, meta == other.meta,
      var mine = groups.first(where: { $0.name == group }),
      let theirs = other.groups.first(where: { $0.name == group })
    else { return false }
    mine.count = theirs.count
    mine.reschedule = theirs.reschedule
    return mine == theirs
  }

  /// Whether the job says when it is to run; children of it run.
  public var isPeriodic: Bool { periodic != nil }

  /// Whether the job is to be dispatched; children of it run.
  public var isParameterized: Bool { parameterized != nil }
}
