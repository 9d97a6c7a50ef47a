public import Jobs

/// Which job: ids are unique within a namespace.
public struct JobKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The job's namespace.
  public var namespace: String
  /// The job's id.
  public var id: String

  /// Makes a key from its parts.
  public init(namespace: String = "default", id: String) {
    self.namespace = namespace
    self.id = id
  }

  /// The key of a job.
  public init(_ job: Job) { self.init(namespace: job.namespace, id: job.id) }

  /// By namespace, then by id.
  public static func < (left: JobKey, right: JobKey) -> Bool {
    (left.namespace, left.id) < (right.namespace, right.id)
  }

  /// The id, with its namespace in front unless that is the default one.
  public var description: String { namespace == "default" ? id : "\(namespace)/\(id)" }
}
