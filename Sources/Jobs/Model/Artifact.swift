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
  /// Whether certificates of servers are not looked at.
  public var insecure = false
  /// Whether the files belong to the task's user.
  public var chown = false
  /// Headers of HTTP requests.
  public var headers: [String: String] = [:]
  /// Where the block was written.
  public var range: SourceRange?
  /// Where the source was written.
  public var sourceRange: SourceRange?

  /// Makes an artifact from its parts.
  public init(
    source: String, destination: String = "local/", mode: String = "any",
    options: [String: String] = [:], range: SourceRange? = nil
  ) {
    self.source = source
    self.destination = destination
    self.mode = mode
    self.options = options
    self.range = range
  }
}
