import Agent
import HCL
import Jobs
import Lifecycle
import Runner
import State

/// Reading jobs.
extension API {
  /// The key of the job that a path names.
  func key(_ request: APIRequest) -> JobKey {
    JobKey(namespace: request.namespace ?? "default", id: request["job"])
  }

  /// The job that a path names.
  func job(_ request: APIRequest) throws(APIError) -> JobSnapshot {
    guard let job = jobs.job(key(request)) else { throw .notFound("job not found") }
    return job
  }

  /// `GET /v1/jobs`
  func listJobs(_ request: APIRequest) async throws -> APIResponse {
    let query = try ListQuery(request.query)
    let withMeta = try request.query.flag("meta") ?? false
    let namespace = request.namespace
    return try await read(request, [.jobs, .allocations]) {
      let all = jobs.jobs
      let page = try ListPage(
        all.filter { job in
          job.job.id.hasPrefix(query.prefix) && (namespace == nil || job.job.namespace == namespace)
        }, query, token: { "\($0.job.namespace).\($0.job.id)" },
        json: { job in job.stub(summary(of: job, among: all), withMeta: withMeta) },
        subject: { $0.json() })
      return page.reading(index: jobs.index(of: [.jobs, .allocations]))
    }
  }

  /// What became of a job's allocations and children.
  func summary(of job: JobSnapshot, among all: [JobSnapshot]) -> JobSummary {
    JobSummary(job, jobs.allocations(of: job.key), children: children(of: job, among: all).map(\.status))
  }

  /// The jobs that were started from a job.
  func children(of job: JobSnapshot, among all: [JobSnapshot]) -> [JobSnapshot] {
    // Most jobs are no parents, and there may be many jobs.
    guard job.job.isPeriodic || job.job.isParameterized else { return [] }
    return all.filter { $0.job.parentID == job.job.id && $0.job.namespace == job.job.namespace }
  }

  /// `GET /v1/job/ID`
  func readJob(_ request: APIRequest) async throws -> APIResponse {
    try await read(request, .jobs) {
      let job = try job(request)
      return .json(job.json(), index: job.modifyIndex)
    }
  }

  /// `GET /v1/job/ID/summary`
  func readJobSummary(_ request: APIRequest) async throws -> APIResponse {
    try await read(request, [.jobs, .allocations]) {
      let summary = summary(of: try job(request), among: jobs.jobs)
      return .json(summary.json, index: summary.modifyIndex)
    }
  }

  /// `GET /v1/job/ID/allocations`
  func listJobAllocations(_ request: APIRequest) async throws -> APIResponse {
    let query = try ListQuery(request.query)
    return try await read(request, .allocations) {
      try allocationList(jobs.allocations(of: key(request)), query, request)
    }
  }

  /// `GET /v1/job/ID/evaluations`
  func listJobEvaluations(_ request: APIRequest) async throws -> APIResponse {
    let query = try ListQuery(request.query)
    return try await read(request, .evaluations) {
      try evaluationList(jobs.evaluations(of: key(request)), query)
    }
  }

  /// `GET /v1/job/ID/deployment`
  func readJobDeployment(_ request: APIRequest) async throws -> APIResponse {
    try await read(request, .jobs) {
      _ = try job(request)
      return .json(.null, index: jobs.index(of: .jobs))
    }
  }
}
