import Agent
import HCL
import Jobs
import Lifecycle
import Runner
import State

/// Taking jobs in, changing and stopping them.
extension API {
  /// `POST /v1/jobs/parse`
  func parseJob(_ request: APIRequest) async throws -> APIResponse {
    let fields = try request.fields()
    guard let text = try fields.string("JobHCL"), !text.isEmpty else {
      throw APIError.badRequest("Job spec is empty")
    }
    let isCanonical = try fields.bool("Canonicalize") ?? false
    let variables = try fields.string("Variables") ?? ""
    let (json, error) = await onDiskThread {
      ParsingThread.run { () -> (JSON?, String?) in
        var options = JobFile.Options()
        if !variables.isEmpty {
          do {
            options.variableFiles = [try SourceFile(name: "variables.hcl", bytes: Array(variables.utf8))]
          } catch {
            return (nil, "the variables cannot be read: \(error)")
          }
        }
        let result = JobFile.parse(text, fileName: "input.hcl", options: options)
        if let specification = result.specification {
          return (.value(isCanonical ? specification.canonicalJSON : specification.parsedJSON), nil)
        }
        let renderer = DiagnosticRenderer(files: result.sources)
        return (nil, renderer.render(result.diagnostics.filter { $0.severity == .error }))
      }
    }
    guard let json else { throw APIError.badRequest("Failed to parse job: \(error ?? "it is not a job")") }
    return .json(json)
  }

  /// What is said of a job that a client has sent.
  struct JobCheck: Sendable {
    /// The job; nil when it cannot be used.
    var job: Job?
    /// Values of a type that they must not have.
    var wrongTypes: [String]
    /// Everything that keeps the job from being run here.
    var errors: [String]
    /// What the client should know.
    var warnings: [String]
  }

  /// Looks at a job that a client has sent.
  func check(_ value: Value) async -> JobCheck {
    await onDiskThread { [agent] in
      ParsingThread.run {
        let reading = Job.reading(json: value)
        let here = reading.usableJob.map(agent.check) ?? []
        return JobCheck(
          job: here.hasErrors ? nil : reading.usableJob,
          wrongTypes: reading.problems.filter { $0.kind == .wrongType }.map(\.description),
          errors: reading.problems.filter(\.isError).map(\.description)
            + here.filter { $0.severity == .error }.map(\.description),
          warnings: reading.problems.filter { !$0.isError }.map(\.description)
            + here.filter { $0.severity == .warning }.map(\.description))
      }
    }
  }

  /// A job that a client has sent and that can be run here.
  ///
  /// - Parameter id: The id that it must have; nil for any.
  func checkedJob(
    _ fields: BodyFields, id: String? = nil
  ) async throws(APIError) -> (job: Job, warnings: String) {
    guard let value = fields.value("Job") else { throw .badRequest("Job must be specified") }
    let check = await check(value)
    guard let job = check.job else {
      throw .badRequest(check.errors.isEmpty ? "the job cannot be used" : Self.list(check.errors, "error"))
    }
    if let id, job.id != id { throw .badRequest("Job ID does not match") }
    return (job, Self.list(check.warnings, "warning"))
  }

  /// Problems as one text; empty for none.
  static func list(_ problems: [String], _ kind: String) -> String {
    guard !problems.isEmpty else { return "" }
    return "\(problems.count) \(kind)\(problems.count == 1 ? "" : "s"):\n\n"
      + problems.map { "* \($0)" }.joined(separator: "\n")
  }

  /// `POST /v1/jobs` and `POST /v1/job/ID`
  func registerJob(_ request: APIRequest) async throws -> APIResponse {
    let fields = try request.fields()
    let (job, warnings) = try await checkedJob(fields, id: request.parameters["job"])
    var expected: UInt64?
    if try fields.bool("EnforceIndex") ?? false {
      expected = UInt64(clamping: try fields.int("JobModifyIndex") ?? 0)
    }
    var submission: JobSubmission?
    if let sent = try fields.fields("Submission"), let source = try sent.string("Source") {
      submission = JobSubmission(
        source: source, format: try sent.string("Format") ?? "hcl2",
        variableFlags: try sent.pairs("VariableFlags") ?? [:], variables: try sent.string("Variables") ?? "")
    }
    let registered: JobRegistered
    do throws(JobRequestError) {
      registered = try await jobs.register(
        job, artifactBase: "/", submission: submission, expecting: expected)
    } catch { throw APIError(error) }
    return registeredResponse(registered, warnings: warnings)
  }

  /// What clients are told who have changed a job.
  func registeredResponse(
    evaluation: String, index: UInt64, warnings: String = ""
  ) -> APIResponse {
    .json(
      [
        "EvalCreateIndex": .number(index), "EvalID": .string(evaluation), "Index": .number(index),
        "JobModifyIndex": .number(index), "KnownLeader": .bool(false), "LastContact": .int(0),
        "NextToken": .string(""), "Warnings": .string(warnings),
      ], index: index)
  }

  func registeredResponse(_ registered: JobRegistered, warnings: String = "") -> APIResponse {
    registeredResponse(
      evaluation: registered.evaluation, index: registered.jobModifyIndex, warnings: warnings)
  }

  /// `DELETE /v1/job/ID`
  func deregisterJob(_ request: APIRequest) async throws -> APIResponse {
    let purge = try request.query.flag("purge") ?? false
    let isQuick = try request.query.flag("no_shutdown_delay") ?? false
    var evaluation = ""
    var index: UInt64 = 0
    do throws(JobRequestError) {
      evaluation = try await jobs.deregister(
        key(request), purge: purge, StopRequest(urgency: isQuick ? .withoutDelay : .graceful))
      index = jobs.index(of: .jobs)
    } catch {
      // Clients rely on it: what is not there needs no stopping.
      guard case .unknownJob = error else { throw APIError(error) }
    }
    return .json(
      [
        "EvalCreateIndex": .number(index), "EvalID": .string(evaluation), "Index": .number(index),
        "JobModifyIndex": .number(index), "KnownLeader": .bool(false), "LastContact": .int(0),
        "NextToken": .string(""), "VolumeEvalID": .string(""), "VolumeEvalIndex": .int(0),
      ], index: index)
  }
}

extension APIError {
  /// Why a request about a job or an allocation was refused, in the words that clients know.
  init(_ error: JobRequestError) {
    switch error {
    case .unknownJob: self = .notFound("job not found")
    case .unknownVersion(let key, let version):
      self = .notFound("job \"\(key.id)\" in namespace \"\(key.namespace)\" at version \(version) not found")
    case .unknownAllocation(let id): self = .notFound("Unknown allocation \"\(id)\"")
    case .indexConflict(_, 0, let wanted):
      self = .conflict("Enforcing job modify index \(wanted): job does not exist")
    case .indexConflict(_, _, 0): self = .conflict("Enforcing job modify index 0: job already exists")
    case .indexConflict(_, let has, let wanted):
      self = .conflict(
        "Enforcing job modify index \(wanted): job exists with conflicting job modify index: \(has)")
    case .unknownGroup(_, let group):
      self = .badRequest("task group \"\(group)\" does not exist in job")
    case .lifecycle(let error): self = .failed("\(error)")
    case .shuttingDown: self = APIError(status: 503, message: "\(error)")
    }
  }
}
