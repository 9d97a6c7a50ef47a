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
  /// The signal that the task is sent when the text changes and `changeMode` says so.
  public var changeSignal = ""
  /// What runs when the text changes and `changeMode` says so.
  public var changeScript: ChangeScript?
  /// The longest time at random before the task is told of a change.
  public var splay: Duration = .seconds(5)
  /// The file's owner; nil for the task's.
  public var userID: Int?
  /// The file's group; nil for the task's.
  public var groupID: Int?
  /// What an expression in the text begins with.
  public var leftDelimiter = "{{"
  /// What an expression in the text ends with.
  public var rightDelimiter = "}}"
  /// Whether a key that is missing is an error.
  public var failsOnMissingKey = false
  /// Whether the text is never rendered again.
  public var once = false
  /// How long changes are awaited before they are rendered.
  public var wait: Wait?
  /// Kept for older clients, without effect.
  public var vaultGrace: Duration = .zero
  /// Where the block was written.
  public var range: SourceRange?

  /// Makes a template from its parts.
  public init(
    data: String? = nil, source: String? = nil, destination: String, permissions: String = "0644",
    env: Bool = false, changeMode: String = "restart", range: SourceRange? = nil
  ) {
    self.data = data
    self.source = source
    self.destination = destination
    self.permissions = permissions
    self.env = env
    self.changeMode = changeMode
    self.range = range
  }

  /// A program that runs when the text changes.
  public struct ChangeScript: Hashable, Sendable {
    /// The program.
    public var command = ""
    /// Its arguments.
    public var arguments: [String] = []
    /// How long it may take.
    public var timeout: Duration = .seconds(5)
    /// Whether the task ends when the program fails.
    public var failsOnError = false
    /// Whether it also runs when the file is made.
    public var runsOnFirstRender = false

    /// Makes an empty script.
    public init() {}
  }

  /// How long changes are awaited.
  public struct Wait: Hashable, Sendable {
    /// At least so long.
    public var minimum: Duration = .zero
    /// At most so long.
    public var maximum: Duration = .zero

    /// Makes one without waiting.
    public init() {}
  }
}
