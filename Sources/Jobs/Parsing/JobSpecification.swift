public import HCL

/// What a job file says, before any rule is held against it.
public struct JobSpecification: Sendable {
  private let written: LocatedValue
  /// The job with the defaults filled in; it may break rules.
  public let job: Job

  init(written: LocatedValue, job: Job) {
    self.written = written
    self.job = job
  }

  /// Nomad's JSON of what was written, with null for what was not, as `/v1/jobs/parse` answers.
  public var parsedJSON: Value {
    var value = Job.fields.shape.parsed(written)
    if case .object(var attributes) = value {
      if attributes["Name"]?.isNull == true { attributes["Name"] = attributes["ID"] }
      value = .object(attributes)
    }
    return value
  }

  /// Where something of the job was written; the nearest part around it when it was not.
  public func range(of path: JobPath) -> SourceRange? {
    ProblemLocator(root: written).range(of: path, place: .value)
  }

  /// Nomad's JSON with the defaults filled in, as `/v1/jobs/parse` answers with `Canonicalize`.
  public var canonicalJSON: Value { job.json(.canonical) }
}
