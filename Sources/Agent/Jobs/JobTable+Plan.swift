public import Jobs
import Lifecycle
import Runner
import Synchronization

extension JobTable {
  /// What registering a job would do to its allocations, by group. Changes nothing.
  public func plan(_ job: Job) -> [String: GroupUpdates] {
    let running = state.withLock { state in
      (state.jobs[JobKey(job)]?.allocations ?? []).compactMap { state.allocations[$0]?.snapshot }
        .filter { !$0.hasEnded && $0.desired == .run }
    }
    var updates: [String: GroupUpdates] = [:]
    let isTemplate = job.isPeriodic || job.isParameterized
    for group in job.groups {
      updates[group.name] = GroupUpdates()
      updates[group.name]?.placed = isTemplate ? 0 : group.count
    }
    for allocation in running {
      let name = allocation.identity.group.name
      guard let group = job.groups.first(where: { $0.name == name }), !isTemplate,
        allocation.identity.index < group.count
      else {
        updates[name, default: GroupUpdates()].stopped += 1
        continue
      }
      updates[name]?.placed -= 1
      switch allocation.identity.job.impact(of: job, on: name) {
      case .none: updates[name]?.ignored += 1
      case .inPlace: updates[name]?.updatedInPlace += 1
      case .destructive: updates[name]?.replaced += 1
      }
    }
    return updates
  }
}
