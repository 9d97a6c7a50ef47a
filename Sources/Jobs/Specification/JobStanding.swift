import HCL

/// What an agent knows of a job because it was registered.
public struct JobStanding: Hashable, Sendable {
  /// The version, from 0.
  public var version: Int
  /// Whether the job was stopped.
  public var isStopped: Bool
  /// `pending`, `running` or `dead`.
  public var status: String
  /// More about the status, for people.
  public var statusDescription: String
  /// Whether this version was once healthy.
  public var isStable: Bool
  /// When it was submitted, in nanoseconds since 1970.
  public var submittedAt: Int
  /// The state's index when the job was first registered.
  public var createIndex: Int
  /// The state's index at the last change of anything.
  public var modifyIndex: Int
  /// The state's index at the last change of the specification.
  public var jobModifyIndex: Int

  /// Makes it from its parts.
  public init(
    version: Int = 0, isStopped: Bool = false, status: String = "", statusDescription: String = "",
    isStable: Bool = false, submittedAt: Int = 0, createIndex: Int = 0, modifyIndex: Int = 0,
    jobModifyIndex: Int = 0
  ) {
    self.version = version
    self.isStopped = isStopped
    self.status = status
    self.statusDescription = statusDescription
    self.isStable = isStable
    self.submittedAt = submittedAt
    self.createIndex = createIndex
    self.modifyIndex = modifyIndex
    self.jobModifyIndex = jobModifyIndex
  }

  /// The JSON of a job that was not registered.
  static let blank: [(name: String, value: Value)] =
    JobStanding().json.sorted { $0.key < $1.key }.map { name, value in
      (name, name == "SubmitTime" ? .null : value)
    }

  /// The fields of the job's JSON that it gives.
  var json: [String: Value] {
    [
      "Version": .number(Number(version)), "Stop": .bool(isStopped), "Status": .string(status),
      "StatusDescription": .string(statusDescription), "Stable": .bool(isStable),
      "SubmitTime": .number(Number(submittedAt)), "CreateIndex": .number(Number(createIndex)),
      "ModifyIndex": .number(Number(modifyIndex)), "JobModifyIndex": .number(Number(jobModifyIndex)),
    ]
  }
}
