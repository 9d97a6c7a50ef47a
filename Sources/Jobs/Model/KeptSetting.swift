public import HCL

/// An argument or block of a job file that Nomad knows and that hostler checks and keeps, but does
/// not act on yet.
public struct KeptSetting: Hashable, Sendable {
  /// The name of the argument or the type of the block.
  public var name: String
  /// The labels of a block.
  public var labels: [String]
  /// What was written.
  public var value: LocatedValue

  /// Makes a setting from its parts.
  public init(name: String, labels: [String] = [], value: LocatedValue) {
    self.name = name
    self.labels = labels
    self.value = value
  }
}
