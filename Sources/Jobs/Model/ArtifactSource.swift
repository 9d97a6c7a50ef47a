/// Where an artifact comes from, as far as it can be told from the text of its source.
public enum ArtifactSource: Hashable, Sendable {
  /// A path on the host, absolute or relative to the job file's folder.
  case path(String)
  /// Something that hostler cannot fetch, with what says so: `https:`, `git::`.
  case unsupported(String)
  /// Nothing.
  case empty

  /// Looks at a source. A reference (`${…}`) before what decides must have been replaced; with one the
  /// source counts as a path.
  public init(_ text: String) {
    if text.isEmpty {
      self = .empty
    } else if text.hasPrefix("file://") {
      let path = String(text.dropFirst("file://".count))
      self = path.isEmpty ? .empty : .path(path)
    } else if let colon = text.firstIndex(of: ":"), !text[..<colon].contains(where: { "/${".contains($0) }) {
      let isForced = text[colon...].hasPrefix("::")
      self = .unsupported(text[...colon] + (isForced ? ":" : ""))
    } else {
      self = .path(text)
    }
  }
}
