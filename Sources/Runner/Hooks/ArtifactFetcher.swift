public import HCL
public import Jobs

/// Fetches the `artifact` blocks of a task.
///
/// A source is a path on this host or a `file:` URL; a relative path is taken from `base`, the folder
/// of the job file.
public struct ArtifactFetcher: Sendable {
  /// An artifact that cannot be had.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The source as written.
    public var source: String
    /// Why not: one sentence.
    public var reason: String
    /// Whether trying again cannot help.
    public var isPermanent = false

    /// A sentence for a person.
    public var description: String { "failed to download artifact \"\(source)\": \(reason)" }
  }

  private let base: String

  /// Makes a fetcher that takes relative sources from `base`, an absolute path.
  public init(base: String) {
    self.base = base
  }

  /// Copies an artifact into the task directory. Blocks on the disk.
  ///
  /// - Parameter source: the artifact's source after interpolation.
  /// - Parameter destination: its destination after interpolation.
  public func fetch(
    _ artifact: Artifact, source: String, destination: String, into task: TaskDirectory,
    of allocation: AllocationDirectory
  ) throws(Failure) {
    let path = try localPath(of: source)
    guard let kind = FileSystem.kind(path) else {
      throw Failure(source: source, reason: "\(path) does not exist")
    }
    if let option = artifact.options.keys.sorted().first {
      throw Failure(
        source: source, reason: "option \"\(option)\" is not supported for local files", isPermanent: true)
    }
    do {
      var target = try task.resolve(destination, within: allocation)
      switch (kind, artifact.mode) {
      case (.file, "dir"):
        throw Failure(source: source, reason: "mode is \"dir\" but \(path) is a file")
      case (.directory, "file"):
        throw Failure(source: source, reason: "mode is \"file\" but \(path) is a directory")
      case (.other, _):
        throw Failure(source: source, reason: "\(path) is neither a file nor a directory")
      case (.file, "file"):
        // The destination names the file itself.
        if let parent = FileSystem.parent(of: target) { try FileSystem.makeDirectories(parent) }
      case (.file, _):
        try FileSystem.makeDirectories(target)
        target += "/" + (path.split(separator: "/").last.map(String.init) ?? path)
      case (.directory, _):
        break
      }
      try FileSystem.copy(path, to: target)
    } catch let failure as Failure {
      throw failure
    } catch let error as EscapeError {
      throw Failure(source: source, reason: "\(error)", isPermanent: true)
    } catch {
      throw Failure(source: source, reason: "\(error)")
    }
  }

  private func localPath(of source: String) throws(Failure) -> String {
    switch ArtifactSource(source) {
    case .path(let path): return path.hasPrefix("/") ? path : base + "/" + path
    case .empty: throw Failure(source: source, reason: "the source is empty", isPermanent: true)
    case .unsupported:
      throw Failure(
        source: source, reason: "only local files can be fetched: a path or a file:// URL", isPermanent: true)
    }
  }

  /// What is wrong with a task's artifacts whenever they are fetched, each at its place in the job file.
  public static func problems(of task: Job.Task) -> [Diagnostic] {
    task.artifacts.flatMap { artifact in
      var problems: [Diagnostic] = []
      if case .unsupported(let scheme) = ArtifactSource(artifact.source) {
        problems.append(
          Diagnostic(
            .error, "Artifact cannot be fetched",
            detail: "hostler copies local files: a path or a file:// URL, not \"\(scheme)\".",
            range: artifact.sourceRange ?? artifact.range))
      } else if let option = artifact.options.keys.sorted().first {
        problems.append(
          Diagnostic(
            .error, "Artifact cannot be fetched",
            detail: "The option \"\(option)\" is not supported for local files.", range: artifact.range))
      }
      return problems
    }
  }
}
