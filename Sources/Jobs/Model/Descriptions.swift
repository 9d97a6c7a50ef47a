/// What people are shown beside a job.
public struct JobDescription: Hashable, Sendable {
  /// Text in Markdown.
  public var text: String = ""
  /// Where more is to be found.
  public var links: [Link] = []

  /// Makes the one of a job file that says nothing else.
  public init() {}
  /// A link to a page.
  public struct Link: Hashable, Sendable {
    /// What it says.
    public var label = ""
    /// Where it leads.
    public var url = ""

    /// Makes an empty link.
    public init() {}
  }
}

/// A name that a version of a job was given.
public struct VersionTag: Hashable, Sendable {
  /// The name.
  public var name: String = ""
  /// What it is for.
  public var description: String = ""
  /// When it was given, in nanoseconds since 1970; 0 when it never was.
  public var taggedTime: Int = 0

  /// Makes the one of a job file that says nothing else.
  public init() {}
}

/// A command that people can run in a task.
public struct TaskAction: Hashable, Sendable {
  /// Its name.
  public var name: String = ""
  /// The program.
  public var command: String = ""
  /// Its arguments.
  public var arguments: [String] = []

  /// Makes the one of a job file that says nothing else.
  public init() {}
}
