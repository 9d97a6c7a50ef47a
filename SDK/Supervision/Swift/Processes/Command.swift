/// What to run: everything about a process except where its output goes.
public struct Command: Sendable, Equatable {
  /// The file to run: an absolute path, already searched for (see ``ExecutableSearch``).
  public var program: String
  /// The arguments, the first being the name under which the program is called.
  public var arguments: [String]
  /// The whole environment, as `NAME=value`.
  public var environment: [String]
  /// The working directory: an absolute path.
  public var workingDirectory: String
  /// Who to run as; nil for the user of this process.
  public var credentials: Credentials?
  /// Limits to set; what is not named stays as it is for this process.
  public var limits: [ResourceLimit]
  /// How gladly the kernel ends it when memory runs out, −1000 to 1000; nil to leave it.
  public var oomScoreAdjustment: Int?

  /// Describes a command.
  public init(
    program: String, arguments: [String], environment: [String], workingDirectory: String,
    credentials: Credentials? = nil, limits: [ResourceLimit] = [], oomScoreAdjustment: Int? = nil
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.credentials = credentials
    self.limits = limits
    self.oomScoreAdjustment = oomScoreAdjustment
  }
}
