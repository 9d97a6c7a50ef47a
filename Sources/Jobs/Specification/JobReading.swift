public import HCL

/// What reading a job gives: the job as far as it could be read, and everything that is wrong with it.
public struct JobReading: Sendable {
  /// The job; to be used only when no problem is an error.
  public var job: Job
  /// What is wrong with it and what does nothing.
  public var problems: [JobProblem]

  /// The job when it can be used.
  public var usableJob: Job? { problems.hasErrors ? nil : job }

  /// Makes a reading from its parts.
  public init(job: Job, problems: [JobProblem]) {
    self.job = job
    self.problems = problems
  }

  /// Reads and checks a tree with Nomad's JSON names.
  init(_ value: LocatedValue) {
    let problems = JobProblems()
    var job = Job(id: "")
    guard let reader = PartReader(value, at: JobPath(), problems) else {
      self.init(job: job, problems: problems.list)
      return
    }
    job.read(from: reader)
    self.init(job: job, problems: JobRules.problems(of: job, after: problems.list))
  }
}

extension Job {
  /// Reads a job in Nomad's JSON, as clients register it: unknown fields are passed over, null and absent
  /// fields get the defaults, durations count nanoseconds.
  ///
  /// - Parameter json: the job's object, without the `Job` around it.
  /// - Returns: the job with every problem it has: values of a wrong type (``JobProblem/Kind/wrongType``),
  ///   broken rules and warnings, each with its path.
  public static func reading(json: Value) -> JobReading {
    JobReading(LocatedValue(value: json, range: nil))
  }

  /// The job in Nomad's JSON.
  ///
  /// - Parameters:
  ///   - form: for whom.
  ///   - standing: what the agent knows of it because it was registered; nil for a job that was not.
  public func json(_ form: JobForm, standing: JobStanding? = nil) -> Value {
    let whole = partJSON(form)
    guard let standing, case .object(let attributes) = whole else { return whole }
    return .object(attributes.merging(standing.json) { _, new in new })
  }

  /// What is wrong with the job.
  public var problems: [JobProblem] { JobRules.problems(of: self) }
}
