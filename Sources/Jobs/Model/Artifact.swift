public import HCL

/// A file or folder fetched before a task starts.
public struct Artifact: Hashable, Sendable {
  /// Where it comes from: a path or a `file:` URL.
  public var source: String
  /// Where it goes, relative to the task directory.
  public var destination: String
  /// `any`, `file` or `dir`.
  public var mode: String
  /// Fetch options, such as `checksum`.
  public var options: [String: String]
  /// What the block says beyond this model; checked and kept, without effect.
  public var kept: [KeptSetting]
  /// Where the block was written.
  public var range: SourceRange?
  /// Where the source was written.
  public var sourceRange: SourceRange?

  /// Makes an artifact from its parts.
  public init(
    source: String, destination: String = "local/", mode: String = "any",
    options: [String: String] = [:], kept: [KeptSetting] = [],
    range: SourceRange? = nil
  ) {
    self.source = source
    self.destination = destination
    self.mode = mode
    self.options = options
    self.kept = kept
    self.range = range
  }
}
