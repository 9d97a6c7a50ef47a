public import Lifecycle

/// What is stored of how an allocation came to be.
public struct PlacementRecord: Hashable, Sendable {
  /// The version of the job that it was placed from.
  public var jobVersion: Int
  /// The allocation of the same slot before it.
  public var previous: String?
  /// The tries after failures that led to it, oldest first.
  public var attempts: [RescheduleAttempt]
  /// The evaluation that placed it.
  public var evaluation: String
  /// The index of its placement.
  public var createIndex: UInt64
  /// When it was placed.
  public var createdAt: Timestamp

  /// Makes a record from its parts.
  public init(
    jobVersion: Int, previous: String? = nil, attempts: [RescheduleAttempt] = [], evaluation: String,
    createIndex: UInt64, createdAt: Timestamp
  ) {
    self.jobVersion = jobVersion
    self.previous = previous
    self.attempts = attempts
    self.evaluation = evaluation
    self.createIndex = createIndex
    self.createdAt = createdAt
  }
}
