import HCL
public import Jobs

/// A job's definition as it is stored.
public struct EncodedJob: Sendable {
  let namespace: String
  let id: String
  let definition: StateBatch.Definition

  /// Encodes a job.
  ///
  /// - Parameters:
  ///   - job: The job.
  ///   - artifactBase: The folder that relative artifact sources are taken from.
  public init(_ job: Job, artifactBase: String) {
    namespace = job.namespace
    id = job.id
    let bytes = job.storedBytes
    var digest = SHA256()
    bytes.withUnsafeBytes { digest.update($0) }
    // A path holds no zero byte, so nothing else gives the same bytes.
    ([0] + Array(artifactBase.utf8)).withUnsafeBytes { digest.update($0) }
    definition = StateBatch.Definition(
      type: job.type, artifactBase: artifactBase, bytes: bytes, digest: digest.finish())
  }
}

/// A new allocation of a job.
public struct PlacedAllocation: Hashable, Sendable {
  /// The allocation's id.
  public var id: String
  /// The name of its group.
  public var group: String
  /// Its place among the group's allocations, from 0.
  public var index: Int
  /// How it came to be; nil where nobody asks.
  public var record: PlacementRecord?

  /// Makes a new allocation from its parts.
  public init(id: String, group: String, index: Int, record: PlacementRecord? = nil) {
    self.id = id
    self.group = group
    self.index = index
    self.record = record
  }
}
