/// A volume that a group asks for.
public struct VolumeRequest: Hashable, Sendable {
  /// The name that tasks mount it by.
  public var name: String = ""
  /// `host` or `csi`.
  public var type: String = ""
  /// The volume's name on the host.
  public var source: String = ""
  /// Whether nobody writes to it.
  public var readOnly: Bool = false
  /// Whether the next allocation gets the same one.
  public var sticky: Bool = false
  /// Whether each allocation has one of its own.
  public var perAllocation: Bool = false
  /// Who may use it at a time.
  public var accessMode: String = ""
  /// How it is given: as files or as a device.
  public var attachmentMode: String = ""
  /// How it is mounted.
  public var mountOptions: MountOptions? = nil

  /// Makes the one of a job file that says nothing else.
  public init() {}
  /// How a volume is mounted.
  public struct MountOptions: Hashable, Sendable {
    /// The type of the file system.
    public var fileSystem = ""
    /// Flags of `mount`.
    public var flags: [String] = []

    /// Makes empty options.
    public init() {}
  }
}

/// Where a task has a volume of its group.
public struct VolumeMount: Hashable, Sendable {
  /// The name of the group's volume.
  public var volume: String = ""
  /// The path in the task.
  public var destination: String = ""
  /// Whether the task cannot write to it.
  public var readOnly: Bool = false
  /// How mounts within it are passed on: `private`, `host-to-task` or `bidirectional`.
  public var propagationMode: String = "private"
  /// The label that SELinux gives it.
  public var selinuxLabel: String = ""

  /// Makes the one of a job file that says nothing else.
  public init() {}
}
