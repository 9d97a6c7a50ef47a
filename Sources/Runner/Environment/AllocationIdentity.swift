public import Jobs

/// Which allocation this is: the job as it was when placed, the group, and the place among its
/// siblings.
public struct AllocationIdentity: Hashable, Sendable {
  /// The allocation's id, a lower-case UUID.
  public let id: String
  /// From 0 to the group's count.
  public let index: Int
  /// What it runs; identities of one group may share it, as there may be a hundred thousand of them.
  public let placement: Placement

  /// A group of a job, as both were when allocations of it were placed.
  public final class Placement: Hashable, Sendable {
    /// The job.
    public let job: Job
    /// The group of the job.
    public let group: Job.Group

    /// Makes a placement from its parts.
    public init(job: Job, group: Job.Group) {
      self.job = job
      self.group = group
    }

    /// Whether both are the same.
    public static func == (left: Placement, right: Placement) -> Bool {
      left === right || left.job == right.job && left.group == right.group
    }

    /// Feeds the job's id; see `Hashable`.
    public func hash(into hasher: inout Hasher) { hasher.combine(job.id) }
  }

  /// Makes an identity of a group that may have others.
  public init(id: String, placement: Placement, index: Int) {
    self.id = id
    self.placement = placement
    self.index = index
  }

  /// Makes an identity from its parts.
  public init(id: String, job: Job, group: Job.Group, index: Int) {
    self.init(id: id, placement: Placement(job: job, group: group), index: index)
  }

  /// The job, as it was when the allocation was placed.
  public var job: Job { placement.job }
  /// The group of the job that the allocation runs.
  public var group: Job.Group { placement.group }

  /// The allocation's name, `JOB.GROUP[INDEX]`.
  public var name: String { "\(job.id).\(group.name)[\(index)]" }
  /// The first eight characters of the id, as people type it.
  public var shortID: String { String(id.prefix(8)) }
}

/// This host, as job files refer to it.
public struct HostFacts: Hashable, Sendable {
  /// The node's name: `${node.unique.name}`.
  public var nodeName: String
  /// The node's datacenter: `${node.datacenter}`.
  public var datacenter: String
  /// The node's region: `${node.region}`.
  public var region: String
  /// The node's class: `${node.class}`.
  public var nodeClass: String
  /// Attributes of host and drivers: `${attr.NAME}`.
  public var attributes: [String: String]
  /// The node's own pairs: `${meta.NAME}`.
  public var meta: [String: String]
  /// What tasks inherit of the agent's own environment (a few names such as `PATH`).
  public var inheritedEnvironment: [String: String]

  /// Makes facts from their parts.
  public init(
    nodeName: String, datacenter: String = "dc1", region: String = "global",
    nodeClass: String = "", attributes: [String: String] = [:], meta: [String: String] = [:],
    inheritedEnvironment: [String: String] = [:]
  ) {
    self.nodeName = nodeName
    self.datacenter = datacenter
    self.region = region
    self.nodeClass = nodeClass
    self.attributes = attributes
    self.meta = meta
    self.inheritedEnvironment = inheritedEnvironment
  }

  /// What references in a task's texts stand for, with the environment as it is so far.
  func interpolation(for environment: TaskEnvironment) -> Interpolation {
    Interpolation(
      environment: environment.variables, attributes: attributes, meta: meta,
      node: [
        "unique.name": nodeName, "datacenter": datacenter, "region": region,
        "class": nodeClass, "pool": "default",
      ])
  }

  /// The names of the agent's environment that tasks inherit. Nothing else of it reaches a task: it
  /// may hold the operator's secrets.
  public static let inheritedNames: Set<String> = [
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TERM", "LC_ALL", "LC_CTYPE",
    "LC_COLLATE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME",
  ]
}
