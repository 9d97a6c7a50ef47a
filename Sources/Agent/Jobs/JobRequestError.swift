public import Lifecycle

/// Why a request about a job or an allocation was refused.
public enum JobRequestError: Error, Sendable, CustomStringConvertible {
  /// No job has the key.
  case unknownJob(JobKey)
  /// The job has no version of this number.
  case unknownVersion(JobKey, Int)
  /// No allocation has the id.
  case unknownAllocation(String)
  /// The job was changed by somebody else meanwhile; the index that it has, 0 when it does not exist.
  case indexConflict(JobKey, has: UInt64, wanted: UInt64)
  /// The job has no group of this name.
  case unknownGroup(JobKey, String)
  /// The allocation could not do it.
  case lifecycle(LifecycleRequestError)
  /// The agent goes down.
  case shuttingDown

  /// What was asked for and why it cannot be.
  public var description: String {
    switch self {
    case .unknownJob(let key): "job \"\(key)\" does not exist"
    case .unknownVersion(let key, let version): "job \"\(key)\" has no version \(version)"
    case .unknownAllocation(let id): "allocation \"\(id)\" does not exist"
    case .indexConflict(let key, 0, let wanted):
      "job \"\(key)\" does not exist, and index \(wanted) of it was expected"
    case .indexConflict(let key, let has, let wanted):
      "job \"\(key)\" was changed meanwhile: its index is \(has), and \(wanted) was expected"
    case .unknownGroup(let key, let group): "job \"\(key)\" has no group \"\(group)\""
    case .lifecycle(let error): "\(error)"
    case .shuttingDown: "the agent is shutting down"
    }
  }
}

/// What came of registering a job.
public struct JobRegistered: Hashable, Sendable {
  /// The evaluation that looked at the job; empty when there was nothing to look at.
  public var evaluation: String
  /// The index of the job's registration.
  public var jobModifyIndex: UInt64
  /// The version that the job has now.
  public var version: Int
}
