public import Jobs
public import Lifecycle

/// What is stored of a job that the agent was told to keep.
public struct JobRegistration: Hashable, Sendable {
  /// The versions that are kept, newest first; never empty.
  public var versions: [JobVersion]
  /// Whether the job was asked to stop.
  public var isStopped: Bool
  /// The index of its first registration.
  public var createIndex: UInt64

  /// Makes a registration from its parts.
  public init(versions: [JobVersion], isStopped: Bool = false, createIndex: UInt64) {
    self.versions = versions
    self.isStopped = isStopped
    self.createIndex = createIndex
  }
}

/// A version of a job, as it was registered.
public struct JobVersion: Hashable, Sendable {
  /// The job.
  public var job: Job
  /// From 0, rising with each registration that changes something.
  public var number: Int
  /// When it was registered.
  public var submittedAt: Timestamp
  /// The index of its registration.
  public var jobModifyIndex: UInt64
  /// Whether it is known to run well: what a revert goes back to.
  public var isStable: Bool
  /// The folder that relative artifact sources are taken from.
  public var artifactBase: String
  /// The text that it was registered with; nil when only the job itself was sent.
  public var submission: JobSubmission?
  /// The file of the agent's jobs folder that keeps it running; nil when it was registered by hand.
  public var folderFile: String?

  /// Makes a version from its parts.
  public init(
    job: Job, number: Int, submittedAt: Timestamp, jobModifyIndex: UInt64, isStable: Bool = false,
    artifactBase: String, submission: JobSubmission? = nil, folderFile: String? = nil
  ) {
    self.job = job
    self.number = number
    self.submittedAt = submittedAt
    self.jobModifyIndex = jobModifyIndex
    self.isStable = isStable
    self.artifactBase = artifactBase
    self.submission = submission
    self.folderFile = folderFile
  }
}

/// The text of a job file, as whoever registered the job has sent it.
public struct JobSubmission: Hashable, Sendable {
  /// The text.
  public var source: String
  /// `hcl2` or `json`.
  public var format: String
  /// Values of variables that were given one by one.
  public var variableFlags: [String: String]
  /// The text of variable files.
  public var variables: String

  /// Makes a submission from its parts.
  public init(
    source: String, format: String = "hcl2", variableFlags: [String: String] = [:], variables: String = ""
  ) {
    self.source = source
    self.format = format
    self.variableFlags = variableFlags
    self.variables = variables
  }
}
