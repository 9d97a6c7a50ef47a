/// What a task may use.
public struct Resources: Hashable, Sendable {
  /// Processor share in MHz.
  public var cpuMHz: Int
  /// Whole cores reserved; 0 for none.
  public var cores: Int
  /// Memory in MB (1024 × 1024 bytes).
  public var memoryMB: Int
  /// Memory that may be used when the host has it to spare, in MB; nil for none.
  public var memoryMaxMB: Int?
  /// Devices.
  public var devices: [Device] = []
  /// How cores should be near each other.
  public var numa: NUMA?
  /// An older place for the group's network.
  public var networks: [Network] = []
  /// Kept for older clients, without effect.
  public var diskMB: Int?
  /// Kept for older clients, without effect.
  public var iops: Int?
  /// Size of the directory for secrets in MB; nil for the default.
  public var secretsMB: Int?

  /// Makes the resources of a job file that says nothing else.
  public init(cpuMHz: Int = 100, cores: Int = 0, memoryMB: Int = 300, memoryMaxMB: Int? = nil) {
    self.cpuMHz = cpuMHz
    self.cores = cores
    self.memoryMB = memoryMB
    self.memoryMaxMB = memoryMaxMB
  }
}
