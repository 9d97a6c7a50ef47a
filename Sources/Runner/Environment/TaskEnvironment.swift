public import Jobs

/// The environment that a task starts with: what hostler says about the allocation, the meta of the
/// job, and what the job file adds.
public struct TaskEnvironment: Sendable {
  /// The variables by name.
  public private(set) var variables: [String: String]

  /// Builds the environment of a task, without the job file's `env`.
  public init(
    _ task: Job.Task, of allocation: AllocationIdentity, in directory: AllocationDirectory, host: HostFacts
  ) {
    variables = host.inheritedEnvironment
    let taskDirectory = directory.task(task.name)
    let job = allocation.job
    var facts: [(String, String)] = [
      ("ALLOC_ID", allocation.id),
      ("SHORT_ALLOC_ID", allocation.shortID),
      ("ALLOC_NAME", allocation.name),
      ("ALLOC_INDEX", String(allocation.index)),
      ("ALLOC_DIR", directory.shared),
      ("TASK_NAME", task.name),
      ("TASK_DIR", taskDirectory.local),
      ("SECRETS_DIR", taskDirectory.secrets),
      ("GROUP_NAME", allocation.group.name),
      ("JOB_ID", job.id),
      ("JOB_NAME", job.name),
      ("NAMESPACE", job.namespace),
      ("REGION", host.region),
      ("DC", host.datacenter),
      ("CPU_LIMIT", String(task.resources.cpuMHz)),
      ("MEMORY_LIMIT", String(task.resources.memoryMB)),
    ]
    if let most = task.resources.memoryMaxMB { facts.append(("MEMORY_MAX_LIMIT", String(most))) }
    if task.resources.cores > 0 { facts.append(("CPU_CORES", String(task.resources.cores))) }
    for (name, value) in facts {
      variables["NOMAD_" + name] = value
      variables["HOSTLER_" + name] = value
    }
    let meta = Self.meta(of: task, in: allocation)
    for (key, value) in meta {
      let name = Self.variableName(key)
      // As given and in upper case: programs look for either.
      variables["NOMAD_META_" + name] = value
      variables["NOMAD_META_" + name.uppercased()] = value
    }
    variables["TMPDIR"] = taskDirectory.temporary
  }

  /// Sets what programs expect to know of the user that they run as.
  mutating func add(user: HostUser) {
    add(["HOME": user.home, "USER": user.name, "LOGNAME": user.name, "SHELL": user.shell])
  }

  /// Sets variables of the job file or of a template; they win over what is there.
  public mutating func add(_ more: [String: String]) {
    variables.merge(more) { $1 }
  }

  /// The meta a task sees: its own wins over the group's, which wins over the job's.
  static func meta(of task: Job.Task, in allocation: AllocationIdentity) -> [String: String] {
    allocation.job.meta.merging(allocation.group.meta) { $1 }.merging(task.meta) { $1 }
  }

  /// The `NAME=value` lines that a driver gets, in the order of the names.
  public var lines: [String] {
    variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  /// A meta key as a shell can name it.
  private static func variableName(_ key: String) -> String {
    String(key.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" })
  }
}
