import HCL

/// What a new version of a job means for a running allocation.
public enum UpdateImpact: Hashable, Sendable {
  /// Nothing about its group differs.
  case none
  /// It runs on: what differs is not seen by its tasks.
  case inPlace
  /// Another takes its place.
  case destructive
}

extension Job {
  /// What another version of the job means for a running allocation of a group. A group that the other version
  /// does not have is told as destructive; its allocations end.
  public func impact(of other: Job, on group: String) -> UpdateImpact {
    guard let mine = groups.first(where: { $0.name == group }),
      let theirs = other.groups.first(where: { $0.name == group })
    else { return .destructive }
    if seen(of: mine) != other.seen(of: theirs) { return .destructive }
    return mine.partJSON(.canonical) == theirs.partJSON(.canonical)
      && own == other.own ? .none : .inPlace
  }

  /// What is not of a group.
  private var own: Value {
    var job = self
    job.groups = []
    return job.partJSON(.canonical)
  }

  /// What the tasks of a group can tell, or what holds for them while they run. Where it was written does not
  /// matter.
  private func seen(of group: Group) -> [Value] {
    var group = group
    group.count = 0
    group.reschedule = nil
    group.update = nil
    group.migrate = nil
    group.scaling = nil
    group.disconnect = nil
    group.maxClientDisconnect = nil
    group.stopAfterClientDisconnect = nil
    group.preventRescheduleOnLost = nil
    group.constraints = []
    group.affinities = []
    group.spreads = []
    group.services = []
    let shared = meta.merging(group.meta) { $1 }
    group.meta = [:]
    for index in group.tasks.indices {
      // Tasks see all meta together.
      group.tasks[index].meta = shared.merging(group.tasks[index].meta) { $1 }
      group.tasks[index].constraints = []
      group.tasks[index].affinities = []
      group.tasks[index].services = []
      group.tasks[index].actions = []
      group.tasks[index].scalingPolicies = []
      group.tasks[index].schedule = nil
    }
    return [
      group.partJSON(.canonical), .string(name), .string(type.rawValue), .string(namespace), .string(region),
      .string(parentID), payload.map { .string($0) } ?? .null,
    ]
  }
}
