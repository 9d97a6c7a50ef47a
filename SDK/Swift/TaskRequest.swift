internal import CHostlerDriver

/// Where a task's output goes: `standardOutputName.N` and `standardErrorName.N` in `directory`.
public struct LogDestination: Sendable, Equatable {
  /// The directory: an absolute path.
  public var directory: String
  /// The name of the standard output's files, before the number.
  public var standardOutputName: String
  /// The name of the standard error's files, before the number.
  public var standardErrorName: String
  /// The size at which a file is full.
  public var maximumFileBytes: Int64
  /// How many files of each output are kept.
  public var maximumFiles: Int
  /// Whether output is to be thrown away.
  public var isDisabled: Bool

  init(_ logs: hostler_task_logs) {
    directory = String(logs.directory)
    standardOutputName = String(logs.stdout_name)
    standardErrorName = String(logs.stderr_name)
    maximumFileBytes = logs.max_file_bytes
    maximumFiles = Int(logs.max_files)
    isDisabled = logs.disabled != 0
  }
}

/// What a task may use; 0 where nothing was asked for.
public struct TaskResources: Sendable, Equatable {
  /// Processor share, in MHz.
  public var cpuMHz: Int
  /// Whole processor cores.
  public var cores: Int
  /// Memory that it should not exceed, in bytes.
  public var memoryBytes: Int64
  /// Memory that it must not exceed, in bytes.
  public var maximumMemoryBytes: Int64
}

/// A task to be started. It can be read until `start` returns; each property copies what it gives.
public struct TaskRequest: ~Copyable {
  private let request: UnsafePointer<hostler_task_request>

  init(_ request: UnsafePointer<hostler_task_request>) {
    self.request = request
  }

  /// ALLOCATION/TASK/INVOCATION: unique to this start.
  public var taskID: String { String(request.pointee.task_id) }
  /// The allocation's id.
  public var allocationID: String { String(request.pointee.allocation_id) }
  /// The job's id.
  public var jobID: String { String(request.pointee.job_id) }
  /// The job's name.
  public var jobName: String { String(request.pointee.job_name) }
  /// The task group's name.
  public var groupName: String { String(request.pointee.group_name) }
  /// The task's name.
  public var taskName: String { String(request.pointee.task_name) }
  /// The namespace's name.
  public var namespaceName: String { String(request.pointee.namespace_name) }
  /// The host's name.
  public var nodeName: String { String(request.pointee.node_name) }
  /// The whole environment, as `NAME=value`.
  public var environment: [String] {
    UnsafeBufferPointer(start: request.pointee.environment, count: request.pointee.environment_count)
      .map { String($0) }
  }
  /// The user to run as, by name or number; empty for the driver's default.
  public var user: String { String(request.pointee.user) }
  /// The directory that the group's tasks share: an absolute path.
  public var allocationDirectory: String { String(request.pointee.allocation_directory) }
  /// The task's own directory, which holds the next three: an absolute path.
  public var taskDirectory: String { String(request.pointee.task_directory) }
  /// For the task's files: an absolute path.
  public var localDirectory: String { String(request.pointee.local_directory) }
  /// For secrets: an absolute path.
  public var secretsDirectory: String { String(request.pointee.secrets_directory) }
  /// For temporary files: an absolute path.
  public var temporaryDirectory: String { String(request.pointee.temporary_directory) }
  /// Where the output goes.
  public var logs: LogDestination { LogDestination(request.pointee.logs) }
  /// What it may use.
  public var resources: TaskResources {
    let resources = request.pointee.resources
    return TaskResources(
      cpuMHz: Int(resources.cpu_mhz), cores: Int(resources.cores), memoryBytes: resources.memory_bytes,
      maximumMemoryBytes: resources.memory_max_bytes)
  }
}

/// A task to be found again. It can be read until `recover` returns.
public struct RecoverRequest: ~Copyable {
  private let request: UnsafePointer<hostler_recover_request>

  init(_ request: UnsafePointer<hostler_recover_request>) {
    self.request = request
  }

  /// The task's id, as at the start.
  public var taskID: String { String(request.pointee.task_id) }
  /// The handle as `start` gave it; empty when the host could not store it.
  public var handle: [UInt8] { Array(request.pointee.handle.bytes) }
  /// The version of the handle's form.
  public var handleVersion: UInt32 { request.pointee.handle_version }
  /// Whether this library replaces another version of itself that still runs.
  public var isReloading: Bool { request.pointee.reloading != 0 }
  /// Where the output goes, as at the start.
  public var logs: LogDestination { LogDestination(request.pointee.logs) }
}
