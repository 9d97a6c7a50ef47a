import Agent
import Jobs
import Lifecycle
import Runner
import State

/// The versions of jobs.
extension API {
  /// `GET /v1/job/ID/versions`
  func listVersions(_ request: APIRequest) async throws -> APIResponse {
    let withDiffs = try request.query.flag("diffs") ?? false
    return try await read(request, .jobs) {
      let job = try job(request)
      let versions = [job.current] + job.older
      var diffs: [JSON] = []
      if withDiffs {
        for (newer, older) in zip(versions, versions.dropFirst()) {
          diffs.append(await difference(from: older.job, to: newer.job))
        }
      }
      return .json(
        [
          "Diffs": diffs.isEmpty ? .null : .array(diffs), "Index": .number(job.modifyIndex),
          "KnownLeader": .bool(true),
          "LastContact": .int(0), "NextToken": .string(""),
          "Versions": .array(versions.map { job.json($0) }),
        ], index: job.modifyIndex)
    }
  }

  /// `GET /v1/job/ID/submission`
  func readSubmission(_ request: APIRequest) async throws -> APIResponse {
    guard let number = try request.query.int("version", in: 0 ... .max) else {
      throw APIError.badRequest("version must be given")
    }
    return try await read(request, .jobs) {
      let job = try job(request)
      guard let version = job.version(number), let submission = version.submission else {
        throw APIError.notFound("job source not found")
      }
      return .json(
        [
          "Format": .string(submission.format), "JobID": .string(job.job.id),
          "JobModifyIndex": .number(version.jobModifyIndex), "Namespace": .string(job.job.namespace),
          "Source": .string(submission.source),
          "VariableFlags": submission.variableFlags.isEmpty ? .null : .pairs(submission.variableFlags),
          "Variables": .string(submission.variables), "Version": .number(number),
        ], index: version.jobModifyIndex)
    }
  }

  /// `POST /v1/job/ID/revert`
  func revertJob(_ request: APIRequest) async throws -> APIResponse {
    let fields = try request.fields()
    let job = try job(request)
    guard let number = try fields.int("JobVersion") else {
      throw APIError.badRequest("JobVersion must be given")
    }
    if let id = try fields.string("JobID"), id != job.job.id {
      throw APIError.badRequest("Job ID does not match")
    }
    if let prior = try fields.int("EnforcePriorVersion"), prior != job.current.number {
      throw APIError.conflict(
        "Current job has version \(job.current.number); enforcing version \(prior)")
    }
    guard number != job.current.number else {
      throw APIError.badRequest("can't revert to current version")
    }
    guard let version = job.version(number) else {
      throw APIError(JobRequestError.unknownVersion(job.key, number))
    }
    return try await register(version.job, of: job, submission: version.submission)
  }

  /// `POST /v1/job/ID/stable`
  func setStable(_ request: APIRequest) async throws -> APIResponse {
    let fields = try request.fields()
    guard let number = try fields.int("JobVersion") else {
      throw APIError.badRequest("JobVersion must be given")
    }
    let isStable = try fields.bool("Stable") ?? false
    do throws(JobRequestError) {
      try await jobs.setStable(key(request), version: number, isStable)
    } catch { throw APIError(error) }
    let index = jobs.index(of: .jobs)
    return .json(["Index": .number(index)], index: index)
  }

  /// `POST /v1/job/ID/evaluate`
  func evaluateJob(_ request: APIRequest) async throws -> APIResponse {
    _ = try request.fields()
    let job = try job(request)
    let evaluation: String
    do throws(JobRequestError) { evaluation = try jobs.evaluate(job.key) } catch { throw APIError(error) }
    return registeredResponse(evaluation: evaluation, index: job.current.jobModifyIndex)
  }

  /// Takes a job in that was made from one that is there.
  func register(
    _ changed: Job, of job: JobSnapshot, submission: JobSubmission? = nil,
    trigger: EvaluationSnapshot.Trigger = .jobRegister
  ) async throws(APIError) -> APIResponse {
    do throws(JobRequestError) {
      return registeredResponse(
        try await jobs.register(
          changed, artifactBase: job.current.artifactBase, submission: submission,
          folderFile: job.current.folderFile, expecting: job.current.jobModifyIndex, trigger: trigger))
    } catch { throw APIError(error) }
  }

  /// `GET /v1/job/ID/scale`
  func readScale(_ request: APIRequest) async throws -> APIResponse {
    try await read(request, [.jobs, .allocations]) {
      let job = try job(request)
      let allocations = jobs.allocations(of: job.key).filter { !$0.hasEnded && $0.desired == .run }
      let groups = job.job.groups.map { group -> JSON.Member in
        let placed = allocations.filter { $0.identity.group.name == group.name }
        let running = placed.count { $0.status == .running }
        return JSON.Member(
          group.name,
          [
            "Desired": .number(group.count), "Events": .null, "Healthy": .number(running),
            "Placed": .number(placed.count), "Running": .number(running), "Unhealthy": .int(0),
          ])
      }
      return .json(
        [
          "JobCreateIndex": .number(job.createIndex), "JobID": .string(job.job.id),
          "JobModifyIndex": .number(job.current.jobModifyIndex), "JobStopped": .bool(job.isStopped),
          "Namespace": .string(job.job.namespace), "TaskGroups": .object(groups),
        ], index: jobs.index(of: [.jobs, .allocations]))
    }
  }

  /// `POST /v1/job/ID/scale`
  func scaleJob(_ request: APIRequest) async throws -> APIResponse {
    let fields = try request.fields()
    let job = try job(request)
    guard let name = try fields.fields("Target")?.string("Group"), !name.isEmpty else {
      throw APIError.badRequest("missing task group name for scaling action")
    }
    guard let place = job.job.groups.firstIndex(where: { $0.name == name }) else {
      throw APIError.badRequest("task group \"\(name)\" specified for scaling does not exist in job")
    }
    guard let count = try fields.int("Count") else {
      // Nothing but a note for people, of which there is no list here.
      return registeredResponse(evaluation: "", index: job.current.jobModifyIndex)
    }
    guard count >= 0 else { throw APIError.badRequest("scaling action count can't be negative") }
    guard job.job.type != .system, job.job.type != .sysbatch else {
      throw APIError.badRequest("a \(job.job.type.rawValue) job cannot be scaled")
    }
    guard !job.isStopped else { throw APIError.badRequest("cannot scale a stopped job") }
    if let scaling = job.job.groups[place].scaling {
      guard count >= scaling.minimum, count <= scaling.maximum else {
        throw APIError.badRequest(
          "group count was \(count), and its scaling block allows \(scaling.minimum) to \(scaling.maximum)")
      }
    }
    var changed = job.job
    changed.groups[place].count = count
    return try await register(changed, of: job, submission: job.current.submission, trigger: .jobScaling)
  }
}

extension JobSnapshot {
  /// A version of the job; nil when it is not known any more.
  func version(_ number: Int) -> JobVersion? { ([current] + older).first { $0.number == number } }
}
