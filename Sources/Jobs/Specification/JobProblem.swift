import HCL

/// Something that is wrong with a job, or in it without effect, and where.
public struct JobProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of problem it is.
  public enum Kind: String, Hashable, Sendable {
    /// A value is of another type than it has to be: the text cannot be read as a job.
    case wrongType
    /// The job can be read but breaks a rule.
    case rule
    /// The job can be used; something in it does nothing, or not what it says.
    case warning
  }

  /// Which part of what is at the path is meant.
  public enum Place: Hashable, Sendable {
    /// The value.
    case value
    /// The key of the entry.
    case key
  }

  /// Another place that helps to understand the problem.
  public struct Related: Hashable, Sendable {
    /// What is there.
    public var message: String
    /// Where it is.
    public var path: JobPath

    /// Makes a related place from its parts.
    public init(_ message: String, at path: JobPath) {
      self.message = message
      self.path = path
    }
  }

  /// What kind of problem it is.
  public var kind: Kind
  /// A few words that name the problem, without a full stop.
  public var summary: String
  /// Whole sentences that explain it.
  public var detail: String
  /// Where it is.
  public var path: JobPath
  /// Which part of what is there is meant.
  public var place: Place
  /// What the user may have meant.
  public var suggestion: String?
  /// Other places that matter.
  public var related: [Related]

  /// Makes a problem from its parts.
  public init(
    _ kind: Kind, _ summary: String, _ detail: String, at path: JobPath, place: Place = .value,
    suggestion: String? = nil, related: [Related] = []
  ) {
    self.kind = kind
    self.summary = summary
    self.detail = detail
    self.path = path
    self.place = place
    self.suggestion = suggestion
    self.related = related
  }

  /// Whether the job cannot be used.
  public var isError: Bool { kind != .warning }

  /// The problem on one line, with its path.
  public var description: String {
    var text = "\(path): \(summary): \(detail)"
    if let suggestion { text += " Did you mean \"\(suggestion)\"?" }
    return text
  }
}

extension [JobProblem] {
  /// Whether the job cannot be used.
  public var hasErrors: Bool { contains(where: \.isError) }
}

/// Collects what is wrong with one job while it is read or checked. Belongs to one task at a time.
final class JobProblems {
  private(set) var list: [JobProblem] = []

  func add(_ problem: JobProblem) { list.append(problem) }

  func rule(
    _ summary: String, _ detail: String, at path: JobPath, place: JobProblem.Place = .value,
    suggestion: String? = nil, related: [JobProblem.Related] = []
  ) {
    add(
      JobProblem(
        .rule, summary, detail, at: path, place: place, suggestion: suggestion, related: related))
  }

  func warning(_ summary: String, _ detail: String, at path: JobPath) {
    add(JobProblem(.warning, summary, detail, at: path))
  }
}
