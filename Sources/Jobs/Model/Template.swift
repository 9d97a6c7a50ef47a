public import HCL

/// A file made from text before a task starts.
public struct Template: Hashable, Sendable {
  /// The text, before interpolation; nil when it comes from `source`.
  public var data: String?
  /// A file in the task directory that holds the text.
  public var source: String?
  /// Where the file goes, relative to the task directory.
  public var destination: String
  /// The file's mode, octal.
  public var permissions: String
  /// Whether the file's lines are `KEY=value` pairs for the task's environment.
  public var env: Bool
  /// What happens when the text changes: `noop`, `restart`, `signal` or `script`.
  public var changeMode: String
  /// What the block says beyond this model; checked and kept, without effect.
  public var kept: [KeptSetting]
  /// Where the block was written.
  public var range: SourceRange?

  /// Makes a template from its parts.
  public init(
    data: String? = nil, source: String? = nil, destination: String, permissions: String = "0644",
    env: Bool = false, changeMode: String = "restart", kept: [KeptSetting] = [],
    range: SourceRange? = nil
  ) {
    self.data = data
    self.source = source
    self.destination = destination
    self.permissions = permissions
    self.env = env
    self.changeMode = changeMode
    self.kept = kept
    self.range = range
  }
}
