import Agent
import HCL
import Jobs
import Lifecycle
import Runner
import State

/// Looking at jobs that are not there yet.
extension API {
  /// `POST /v1/validate/job`
  func validateJob(_ request: APIRequest) async throws -> APIResponse {
    let fields = try request.fields()
    guard let value = fields.value("Job") else { throw APIError.badRequest("Job must be specified") }
    let check = await check(value)
    if let wrongType = check.wrongTypes.first { throw APIError.badRequest(wrongType) }
    return .json([
      "DriverConfigValidated": .bool(true), "Error": .string(Self.list(check.errors, "error")),
      "ValidationErrors": check.errors.isEmpty ? .null : .strings(check.errors),
      "Warnings": .string(Self.list(check.warnings, "warning")),
    ])
  }

  /// `POST /v1/job/ID/plan`
  func planJob(_ request: APIRequest) async throws -> APIResponse {
    let fields = try request.fields()
    let (job, warnings) = try await checkedJob(fields, id: request["job"])
    let before = jobs.job(JobKey(job))
    let updates = jobs.plan(job)
    let withDiff = try fields.bool("Diff") ?? false
    let diff = withDiff ? await difference(from: before?.job, to: job, updates) : .null
    let index = before?.current.jobModifyIndex ?? 0
    return .json(
      [
        "Annotations": ["DesiredTGUpdates": .map(updates) { .value($0.json) }, "PreemptedAllocs": .null],
        "CreatedEvals": .null, "Diff": diff, "FailedTGAllocs": .null, "Index": .number(index),
        "JobModifyIndex": .number(index), "NextPeriodicLaunch": .null, "Warnings": .string(warnings),
      ], index: max(1, index))
  }

  /// What differs between two versions of a job, with what follows from it.
  func difference(
    from old: Job?, to new: Job, _ updates: [String: GroupUpdates]? = nil
  ) async -> JSON {
    await onDiskThread {
      ParsingThread.run {
        var diff = JobDiff(from: old, to: new)
        if let updates {
          diff.annotate(updates: updates) { old?.impact(of: new, on: $0) ?? .destructive }
        }
        return .value(diff.json)
      }
    }
  }

  /// `GET /v1/job/ID/actions`
  func listActions(_ request: APIRequest) async throws -> APIResponse {
    try await read(request, .jobs) {
      let job = try job(request)
      let actions = job.job.groups.flatMap { group in
        group.tasks.flatMap { task in
          task.actions.map { action -> JSON in
            [
              "Args": .strings(action.arguments), "Command": .string(action.command),
              "Name": .string(action.name),
              "TaskGroupName": .string(group.name), "TaskName": .string(task.name),
            ]
          }
        }
      }
      return .json(.array(actions), index: job.modifyIndex)
    }
  }

  /// `GET /v1/jobs/statuses`
  func listStatuses(_ request: APIRequest) async throws -> APIResponse {
    let query = try ListQuery(request.query)
    let namespace = request.namespace
    let withChildren = try request.query.flag("include_children") ?? false
    return try await read(request, [.jobs, .allocations]) {
      let all = jobs.jobs
      let page = try ListPage(
        all.filter {
          (namespace == nil || $0.job.namespace == namespace) && (withChildren || $0.job.parentID.isEmpty)
        }.sorted { $0.modifyIndex > $1.modifyIndex }, query, token: { padded($0.modifyIndex) },
        json: { status(of: $0, among: all) })
      return page.reading(index: jobs.index(of: [.jobs, .allocations]))
    }
  }

  private func status(of job: JobSnapshot, among all: [JobSnapshot]) -> JSON {
    let children = children(of: job, among: all)
    let isParent = job.job.isPeriodic || job.job.isParameterized
    return [
      "Allocs": .array(
        jobs.allocations(of: job.key).map { allocation in
          [
            "ClientStatus": .string(allocation.status.rawValue), "DeploymentStatus": .null,
            "FollowupEvalID": .string(""), "Group": .string(allocation.identity.group.name),
            "HasPausedTask": .bool(false), "ID": .string(allocation.id),
            "JobVersion": .number(allocation.jobVersion), "NodeID": .string(node.id),
          ]
        }),
      "ChildStatuses": isParent ? .strings(children.map(\.status.rawValue)) : .null,
      "Datacenters": .strings(job.job.datacenters),
      "GroupCountSum": .number(job.job.groups.reduce(0) { $0 + $1.count }), "ID": .string(job.job.id),
      "IsPack": .bool(false), "LatestDeployment": .null, "ModifyIndex": .number(job.modifyIndex),
      "Name": .string(job.job.name), "Namespace": .string(job.job.namespace),
      "NodePool": .string(job.job.nodePool.isEmpty ? "default" : job.job.nodePool),
      "ParentID": .string(job.job.parentID), "Priority": .number(job.job.priority),
      "Status": .string(job.status.rawValue), "Stop": .bool(job.isStopped),
      "SubmitTime": .nanoseconds(job.current.submittedAt), "Type": .string(job.job.type.rawValue),
      "Version": .number(job.current.number),
    ]
  }
}
