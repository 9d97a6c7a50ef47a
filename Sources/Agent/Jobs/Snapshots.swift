public import Jobs
public import Lifecycle
public import Runner
public import State

/// A job of this host at one moment.
public struct JobSnapshot: Sendable {
  /// The newest version.
  public var current: JobVersion
  /// The versions before it that are kept, newest first.
  public var older: [JobVersion]
  /// What clients know of it.
  public var status: JobMachine.Status
  /// Whether it was asked to stop.
  public var isStopped: Bool
  /// The index of its first registration.
  public var createIndex: UInt64
  /// The index of its last change.
  public var modifyIndex: UInt64
  /// Slots that this host has no room for, with the reason.
  public var blocked: [JobSlot: String]

  /// The job.
  public var job: Job { current.job }
  /// Which job it is.
  public var key: JobKey { JobKey(current.job) }
}

/// An allocation of this host at one moment.
public struct AllocationSnapshot: Sendable {
  /// Which allocation it is, with the job as it was when it was placed.
  public var identity: AllocationIdentity
  /// The version of the job that it runs.
  public var jobVersion: Int
  /// What is wanted of it.
  public var desired: JobAllocation.Desired
  /// Why, for people.
  public var desiredDescription = ""
  /// What clients know of it.
  public var status = ClientStatus.pending
  /// The status in words.
  public var statusDescription = ""
  /// Its tasks' states by name; empty before it has begun.
  public var tasks: [String: TaskState] = [:]
  /// Whether nothing runs and nothing will.
  public var hasEnded = false
  /// The allocation of the same slot before it.
  public var previous: String?
  /// The allocation of the same slot after it.
  public var next: String?
  /// The tries after failures that led to it.
  public var attempts: [RescheduleAttempt] = []
  /// The evaluation that placed it.
  public var evaluation: String
  /// The index of its placement.
  public var createIndex: UInt64
  /// The index of its last change.
  public var modifyIndex: UInt64
  /// The index of the last change of what is wanted of it.
  public var allocModifyIndex: UInt64
  /// When it was placed.
  public var createdAt: Timestamp
  /// When it last changed.
  public var modifiedAt: Timestamp

  /// What a new allocation is, and one that was restored before its records are looked at.
  init(_ identity: AllocationIdentity, _ record: PlacementRecord) {
    self.identity = identity
    jobVersion = record.jobVersion
    desired = .run
    statusDescription = "No tasks have started"
    previous = record.previous
    attempts = record.attempts
    evaluation = record.evaluation
    createIndex = record.createIndex
    modifyIndex = record.createIndex
    allocModifyIndex = record.createIndex
    createdAt = record.createdAt
    modifiedAt = record.createdAt
  }

  /// Its id.
  public var id: String { identity.id }
  /// The job's key.
  public var key: JobKey { JobKey(identity.job) }
}

/// One look at what a job needs, and what came of it.
public struct EvaluationSnapshot: Sendable {
  /// Why the host looked.
  public enum Trigger: String, Hashable, Sendable {
    case jobRegister = "job-register"
    case jobDeregister = "job-deregister"
    case jobScaling = "job-scaling"
    case periodicJob = "periodic-job"
    case allocStop = "alloc-stop"
    case allocFailure = "alloc-failure"
    case nodeUpdate = "node-update"
    case queuedAllocations = "queued-allocs"
  }

  /// Its id.
  public var id: String
  /// The job.
  public var key: JobKey
  /// The job's type.
  public var type: JobType
  /// The job's priority.
  public var priority: Int
  /// Why the host looked.
  public var trigger: Trigger
  /// The index of the job's registration.
  public var jobModifyIndex: UInt64
  /// Whether it waits for room.
  public var isBlocked = false
  /// For each group what kept allocations from being placed.
  public var refusals: [String: String] = [:]
  /// The index at which it was made.
  public var createIndex: UInt64
  /// The index of its last change.
  public var modifyIndex: UInt64
  /// When it was made.
  public var createdAt: Timestamp
}
