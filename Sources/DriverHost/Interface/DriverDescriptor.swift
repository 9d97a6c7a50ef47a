/// A version of the driver ABI.
public struct ABIVersion: Hashable, Sendable, CustomStringConvertible {
  /// Changes when libraries of the old version cannot be loaded any more.
  public var major: UInt32
  /// Changes when something was added.
  public var minor: UInt32

  /// Makes a version from its parts.
  public init(major: UInt32, minor: UInt32) {
    self.major = major
    self.minor = minor
  }

  /// `1.0`
  public var description: String { "\(major).\(minor)" }
}

/// What a driver can do.
public struct DriverCapabilities: OptionSet, Hashable, Sendable {
  /// The bits as the ABI has them.
  public var rawValue: UInt64

  /// Makes a set from the ABI's bits.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Signals can be sent to its tasks.
  public static let signals = DriverCapabilities(rawValue: 1 << 0)
  /// Its tasks outlive the process that the driver is in, and can be found again.
  public static let recover = DriverCapabilities(rawValue: 1 << 1)
  /// The task's user is honoured.
  public static let user = DriverCapabilities(rawValue: 1 << 2)
  /// Memory and processor limits are enforced.
  public static let resourceLimits = DriverCapabilities(rawValue: 1 << 3)

  /// The names of the capabilities in the set, in a fixed order.
  public var names: [String] {
    let known: [(DriverCapabilities, String)] = [
      (.signals, "signals"), (.recover, "recover"), (.user, "user"), (.resourceLimits, "resource limits"),
    ]
    return known.filter { contains($0.0) }.map(\.1)
  }
}

/// What the tasks of a driver see of the host's files.
public enum FilesystemIsolation: String, Hashable, Sendable {
  /// The host's files.
  case none
  /// A part of them.
  case chroot
  /// Those of an image.
  case image
}

/// Where a driver's code runs.
public enum DriverIsolation: String, Hashable, Sendable, CaseIterable {
  /// In this process.
  case none
  /// In a process of its own.
  case process
}

/// What a driver is.
public struct DriverDescriptor: Hashable, Sendable {
  /// The name that job files use.
  public var name: String
  /// What it is for, in a sentence.
  public var documentation: String
  /// What it can do.
  public var capabilities: DriverCapabilities
  /// What its tasks see of the host's files.
  public var filesystemIsolation: FilesystemIsolation
  /// The name of the library, as it calls itself.
  public var pluginName: String
  /// The version of the library, as it calls itself.
  public var pluginVersion: String
  /// The version of the ABI that the library was made for.
  public var abiVersion: ABIVersion
  /// The library's file.
  public var libraryPath: String
  /// Where the driver's code runs.
  public var isolation: DriverIsolation
  /// What may stand in the `config` of the driver's `plugin` block.
  public var pluginSchema: ConfigurationSchema
  /// What may stand in the `config` of a task.
  public var taskSchema: ConfigurationSchema

  /// Makes a descriptor from its parts.
  public init(
    name: String, documentation: String = "", capabilities: DriverCapabilities = [],
    filesystemIsolation: FilesystemIsolation = .none, pluginName: String = "", pluginVersion: String = "",
    abiVersion: ABIVersion = ABIVersion(major: 1, minor: 0), libraryPath: String = "",
    isolation: DriverIsolation = .none, pluginSchema: ConfigurationSchema = .empty,
    taskSchema: ConfigurationSchema = .empty
  ) {
    self.name = name
    self.documentation = documentation
    self.capabilities = capabilities
    self.filesystemIsolation = filesystemIsolation
    self.pluginName = pluginName
    self.pluginVersion = pluginVersion
    self.abiVersion = abiVersion
    self.libraryPath = libraryPath
    self.isolation = isolation
    self.pluginSchema = pluginSchema
    self.taskSchema = taskSchema
  }
}
