/// Where a task's output goes: into `directory`/`name`.N, the newest `maximumFiles` of each kept.
public struct TaskLogs: Hashable, Sendable {
  /// The directory of the files.
  public var directory: String
  /// The name of the files for standard output, without the number.
  public var stdoutName: String
  /// The name of the files for standard error, without the number.
  public var stderrName: String
  /// The size at which the next file is begun.
  public var maximumFileBytes: Int64
  /// How many files of each are kept.
  public var maximumFiles: UInt32
  /// Whether output is thrown away.
  public var isDisabled: Bool

  /// Makes a placement from its parts.
  public init(
    directory: String, stdoutName: String, stderrName: String, maximumFileBytes: Int64 = 10_000_000,
    maximumFiles: UInt32 = 10, isDisabled: Bool = false
  ) {
    self.directory = directory
    self.stdoutName = stdoutName
    self.stderrName = stderrName
    self.maximumFileBytes = maximumFileBytes
    self.maximumFiles = maximumFiles
    self.isDisabled = isDisabled
  }
}

/// What a task may use; 0 for not limited, or not asked for.
public struct TaskResources: Hashable, Sendable {
  /// Processor time, as a clock rate.
  public var cpuMHz: Int64
  /// Whole processors.
  public var cores: Int64
  /// Memory that is set aside.
  public var memoryBytes: Int64
  /// Memory that may be used while there is some to spare.
  public var maximumMemoryBytes: Int64

  /// Makes limits from their parts.
  public init(cpuMHz: Int64 = 0, cores: Int64 = 0, memoryBytes: Int64 = 0, maximumMemoryBytes: Int64 = 0) {
    self.cpuMHz = cpuMHz
    self.cores = cores
    self.memoryBytes = memoryBytes
    self.maximumMemoryBytes = maximumMemoryBytes
  }
}

/// A task to start. A NUL in one of the texts makes the start fail as invalid.
public struct TaskRequest: Sendable {
  /// The directories of a task: absolute paths that exist.
  public struct Directories: Hashable, Sendable {
    /// Shared by the tasks of the group.
    public var allocation: String
    /// The task's own; holds the others.
    public var task: String
    /// For anything.
    public var local: String
    /// For what nobody else may read.
    public var secrets: String
    /// For what need not last.
    public var temporary: String

    /// Makes directories from their paths.
    public init(allocation: String, task: String, local: String, secrets: String, temporary: String) {
      self.allocation = allocation
      self.task = task
      self.local = local
      self.secrets = secrets
      self.temporary = temporary
    }
  }

  /// Names this start among all starts: ALLOCATION/TASK/INVOCATION.
  public var taskID: String
  /// The allocation's id.
  public var allocationID: String
  /// The job's id.
  public var jobID: String
  /// The job's name.
  public var jobName: String
  /// The group's name.
  public var groupName: String
  /// The task's name.
  public var taskName: String
  /// The job's namespace.
  public var namespace: String
  /// The name of this node.
  public var nodeName: String
  /// The whole environment, as `NAME=value`.
  public var environment: [String]
  /// The user to run as, by name or number; empty for the driver's default.
  public var user: String
  /// The directories.
  public var directories: Directories
  /// Where output goes.
  public var logs: TaskLogs
  /// What the task may use.
  public var resources: TaskResources
  /// The task's `config`, checked against the driver's task schema.
  public var configuration: CheckedConfiguration

  /// Makes a request from its parts.
  public init(
    taskID: String, allocationID: String, jobID: String, jobName: String, groupName: String,
    taskName: String, namespace: String = "default", nodeName: String = "", environment: [String] = [],
    user: String = "", directories: Directories, logs: TaskLogs, resources: TaskResources = TaskResources(),
    configuration: CheckedConfiguration
  ) {
    self.taskID = taskID
    self.allocationID = allocationID
    self.jobID = jobID
    self.jobName = jobName
    self.groupName = groupName
    self.taskName = taskName
    self.namespace = namespace
    self.nodeName = nodeName
    self.environment = environment
    self.user = user
    self.directories = directories
    self.logs = logs
    self.resources = resources
    self.configuration = configuration
  }
}

/// What a driver says after a start.
public struct StartedTask: Hashable, Sendable {
  /// A network address that the task has for itself.
  public struct Network: Hashable, Sendable {
    /// The address.
    public var ip: String
    /// Host ports by label.
    public var ports: [String: UInt16]

    /// Makes an address from its parts.
    public init(ip: String, ports: [String: UInt16] = [:]) {
      self.ip = ip
      self.ports = ports
    }
  }

  /// The bytes by which the driver finds the task again; only it understands them.
  public var handle: [UInt8]
  /// What form they have, for the driver's own use.
  public var handleVersion: UInt32
  /// The task's own address, when it has one.
  public var network: Network?

  /// Makes an answer from its parts.
  public init(handle: [UInt8], handleVersion: UInt32 = 0, network: Network? = nil) {
    self.handle = handle
    self.handleVersion = handleVersion
    self.network = network
  }
}

/// How to end a task.
public struct TaskStopRequest: Hashable, Sendable {
  /// The signal to ask with; nil for the driver's own way. Ignored with `isForced`.
  public var signal: Int32?
  /// Whether to end it now, whatever it takes, instead of asking.
  public var isForced: Bool
  /// How long the caller is going to wait before it comes again with force: a hint.
  public var timeout: Duration

  /// Makes a request from its parts.
  public init(signal: Int32? = nil, isForced: Bool = false, timeout: Duration = .seconds(5)) {
    self.signal = signal
    self.isForced = isForced
    self.timeout = timeout
  }
}

/// A task to find again.
public struct RecoverRequest: Hashable, Sendable {
  /// The id it was started with.
  public var taskID: String
  /// The handle as start gave it; empty when it never came back from start.
  public var handle: [UInt8]
  /// The handle's version as start gave it.
  public var handleVersion: UInt32
  /// Whether the driver's library is being replaced by another version while its tasks run.
  public var isReloading: Bool
  /// Where output goes, as at start.
  public var logs: TaskLogs

  /// Makes a request from its parts.
  public init(
    taskID: String, handle: [UInt8], handleVersion: UInt32 = 0, isReloading: Bool = false, logs: TaskLogs
  ) {
    self.taskID = taskID
    self.handle = handle
    self.handleVersion = handleVersion
    self.isReloading = isReloading
    self.logs = logs
  }
}
