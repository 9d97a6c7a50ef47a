internal import CHostlerDriver

/// What a driver offers beyond starting tasks.
public struct DriverCapabilities: OptionSet, Sendable {
  /// The bits, as the host knows them.
  public let rawValue: UInt64

  /// Makes a set from bits.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// It can send signals.
  public static let signals = DriverCapabilities(rawValue: 1 << 0)
  /// Tasks outlive the driver's process: `recover` can find them running.
  public static let recover = DriverCapabilities(rawValue: 1 << 1)
  /// The `user` of a task is honoured.
  public static let user = DriverCapabilities(rawValue: 1 << 2)
  /// Memory and processor limits are enforced.
  public static let resourceLimits = DriverCapabilities(rawValue: 1 << 3)
}

/// What the tasks of a driver see of the host's files.
public enum FilesystemIsolation: Int32, Sendable {
  /// Everything.
  case none = 0
  /// A root directory of their own.
  case chroot = 1
  /// An image.
  case image = 2
}

/// What a driver says about itself before anything of it runs.
public struct DriverDescription: Sendable {
  /// The name that job files use: `[a-z][a-z0-9_-]{0,62}`.
  public var name: String
  /// What it runs, in one sentence.
  public var doc: String
  /// What it offers.
  public var capabilities: DriverCapabilities
  /// What its tasks see of the host's files.
  public var filesystemIsolation: FilesystemIsolation
  /// The fields of the `plugin` block's configuration.
  public var pluginSchema: ConfigurationSchema
  /// The fields of a task's configuration.
  public var taskSchema: ConfigurationSchema

  /// Describes a driver.
  public init(
    name: String, doc: String, capabilities: DriverCapabilities = [],
    filesystemIsolation: FilesystemIsolation = .none, pluginSchema: ConfigurationSchema = .empty,
    taskSchema: ConfigurationSchema
  ) {
    self.name = name
    self.doc = doc
    self.capabilities = capabilities
    self.filesystemIsolation = filesystemIsolation
    self.pluginSchema = pluginSchema
    self.taskSchema = taskSchema
  }

  /// The descriptor that the host reads.
  func staticDescriptor() -> UnsafePointer<hostler_driver_descriptor> {
    var descriptor = hostler_driver_descriptor()
    descriptor.size = MemoryLayout<hostler_driver_descriptor>.size
    descriptor.name = staticCString(name)
    descriptor.doc = staticCString(doc)
    descriptor.capabilities = capabilities.rawValue
    descriptor.filesystem_isolation = filesystemIsolation.rawValue
    descriptor.plugin_schema = pluginSchema.staticTable()
    descriptor.task_schema = taskSchema.staticTable()
    return staticValue(descriptor)
  }
}
