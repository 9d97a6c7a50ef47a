import Agent
import HCL
import Jobs
import Lifecycle
import Runner
import State

extension JobSnapshot {
  /// A version of the job with everything; the newest when none is named.
  func json(_ version: JobVersion? = nil) -> JSON {
    let version = version ?? current
    let isCurrent = version.number == current.number
    return .value(
      version.job.json(
        .stored,
        standing: JobStanding(
          version: version.number, isStopped: isCurrent && isStopped,
          status: isCurrent ? status.rawValue : "dead", isStable: version.isStable,
          submittedAt: Int(version.submittedAt.nanosecondsSinceEpoch),
          createIndex: Int(clamping: createIndex),
          modifyIndex: Int(clamping: isCurrent ? modifyIndex : version.jobModifyIndex),
          jobModifyIndex: Int(clamping: version.jobModifyIndex))))
  }

  /// The job as lists show it.
  ///
  /// - Parameters:
  ///   - summary: What became of its allocations.
  ///   - withMeta: Whether its own pairs are told.
  func stub(_ summary: JobSummary, withMeta: Bool) -> JSON {
    let stub: JSON = [
      "CreateIndex": .number(createIndex), "Datacenters": .strings(job.datacenters), "ID": .string(job.id),
      "JobModifyIndex": .number(current.jobModifyIndex), "JobSummary": summary.json,
      "ModifyIndex": .number(modifyIndex), "Multiregion": .null, "Name": .string(job.name),
      "Namespace": .string(job.namespace),
      "NodePool": .string(job.nodePool.isEmpty ? "default" : job.nodePool),
      "ParameterizedJob": .bool(job.isParameterized), "ParentID": .string(job.parentID),
      "Periodic": .bool(job.isPeriodic), "Priority": .number(job.priority),
      "Status": .string(status.rawValue),
      "StatusDescription": .string(""), "Stop": .bool(isStopped),
      "SubmitTime": .nanoseconds(current.submittedAt), "Type": .string(job.type.rawValue),
    ]
    return withMeta ? stub.adding([JSON.Member("Meta", .pairs(job.meta))]) : stub
  }
}

/// What became of a job's allocations, and of the jobs that were started from it.
struct JobSummary {
  /// How many allocations of a group there are of each kind.
  struct Counts {
    var queued = 0
    var starting = 0
    var running = 0
    var complete = 0
    var failed = 0
  }

  var key: JobKey
  var groups: [(name: String, counts: Counts)]
  var children: [JobMachine.Status: Int] = [:]
  var createIndex: UInt64
  var modifyIndex: UInt64

  /// - Parameters:
  ///   - job: The job.
  ///   - allocations: Its allocations.
  ///   - children: The statuses of the jobs that were started from it.
  init(_ job: JobSnapshot, _ allocations: [AllocationSnapshot], children: [JobMachine.Status] = []) {
    key = job.key
    createIndex = job.createIndex
    modifyIndex = allocations.reduce(job.modifyIndex) { max($0, $1.modifyIndex) }
    var counts: [String: Counts] = [:]
    for allocation in allocations {
      let group = allocation.identity.group.name
      switch allocation.status {
      case .pending: counts[group, default: Counts()].starting += 1
      case .running: counts[group, default: Counts()].running += 1
      case .complete: counts[group, default: Counts()].complete += 1
      case .failed: counts[group, default: Counts()].failed += 1
      }
    }
    for slot in job.blocked.keys { counts[slot.group, default: Counts()].queued += 1 }
    groups = job.job.groups.map { ($0.name, counts[$0.name] ?? Counts()) }
    for child in children { self.children[child, default: 0] += 1 }
  }

  var json: JSON {
    [
      "Children": [
        "Dead": .number(children[.dead] ?? 0), "Pending": .number(children[.pending] ?? 0),
        "Running": .number(children[.running] ?? 0),
      ],
      "CreateIndex": .number(createIndex), "JobID": .string(key.id), "ModifyIndex": .number(modifyIndex),
      "Namespace": .string(key.namespace),
      "Summary": .object(
        groups.map { name, counts in
          JSON.Member(
            name,
            [
              "Complete": .number(counts.complete), "Failed": .number(counts.failed), "Lost": .int(0),
              "Queued": .number(counts.queued), "Running": .number(counts.running),
              "Starting": .number(counts.starting), "Unknown": .int(0),
            ])
        }),
    ]
  }
}
