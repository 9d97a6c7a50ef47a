public import Jobs
import Lifecycle
import Runner
import State
import Synchronization

/// What registering a job would do to the allocations of one of its groups.
public struct GroupPlan: Hashable, Sendable {
  /// New ones.
  public var place = 0
  /// Those that are not wanted any more.
  public var stop = 0
  /// Those that run on as they are.
  public var ignore = 0
  /// Those that run on under the new version.
  public var updateInPlace = 0
  /// Those that others take the place of.
  public var replace = 0
}

extension JobTable {
  /// What registering a job would do, by group. Changes nothing.
  public func plan(_ job: Job) -> [String: GroupPlan] {
    let (before, allocations) = state.withLock { state in
      let entry = state.jobs[JobKey(job)]
      return (
        entry?.versions.first?.job,
        (entry?.allocations ?? []).compactMap { state.allocations[$0]?.snapshot }
          .filter { !$0.hasEnded && $0.desired == .run }
      )
    }
    var plans: [String: GroupPlan] = [:]
    let isTemplate = job.isPeriodic || job.isParameterized
    for group in job.groups { plans[group.name] = GroupPlan(place: isTemplate ? 0 : group.count) }
    for allocation in allocations {
      let name = allocation.identity.group.name
      var plan = plans[name] ?? GroupPlan()
      if let group = job.groups.first(where: { $0.name == name }), !isTemplate,
        allocation.identity.index < group.count
      {
        plan.place -= 1
        if before == job {
          plan.ignore += 1
        } else if allocation.identity.job.runsTheSame(as: job, in: name) {
          plan.updateInPlace += 1
        } else {
          plan.replace += 1
        }
      } else {
        plan.stop += 1
      }
      plans[name] = plan
    }
    return plans
  }
}
