/// How a task's output is kept.
public struct LogConfiguration: Hashable, Sendable {
  /// How many files are kept for each stream.
  public var maxFiles: Int
  /// The size at which a new file begins, in MB (1024 × 1024 bytes).
  public var maxFileSizeMB: Int
  /// Whether output is thrown away.
  public var disabled: Bool
  /// An older way to say the same; kept, without effect.
  public var enabled: Bool?

  /// Makes the configuration of a job file that says nothing else.
  public init(maxFiles: Int = 10, maxFileSizeMB: Int = 10, disabled: Bool = false) {
    self.maxFiles = maxFiles
    self.maxFileSizeMB = maxFileSizeMB
    self.disabled = disabled
  }
}
