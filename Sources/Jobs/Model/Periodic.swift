/// When a job is started again and again.
public struct Periodic: Hashable, Sendable {
  /// Whether it is started at all.
  public var isEnabled: Bool = true
  /// A time as cron writes it; empty when `specifications` has them.
  public var specification: String = ""
  /// Times as cron writes them.
  public var specifications: [String] = []
  /// How times are written; always `cron`.
  public var kind: String = "cron"
  /// Whether a start is left out while the last one still runs.
  public var prohibitsOverlap: Bool = false
  /// The time zone of the times, by its name.
  public var timeZone: String = "UTC"

  /// Makes the one of a job file that says nothing else.
  public init() {}
  /// All times as cron writes them.
  public var schedules: [String] { specification.isEmpty ? specifications : [specification] + specifications }
}

/// How a job is dispatched with parameters.
public struct Parameterized: Hashable, Sendable {
  /// Whether a payload comes with them: `optional`, `required` or `forbidden`.
  public var payload: String = "optional"
  /// Meta keys that must be given.
  public var metaRequired: [String] = []
  /// Meta keys that may be given.
  public var metaOptional: [String] = []

  /// Makes the one of a job file that says nothing else.
  public init() {}
}

/// The windows in which a task may run; kept, without effect.
public struct TaskSchedule: Hashable, Sendable {
  /// A window that comes again and again.
  public struct Window: Hashable, Sendable {
    /// When it begins, as cron writes it.
    public var start = ""
    /// When it ends, as cron writes it.
    public var end = ""
    /// The time zone.
    public var timeZone = ""

    /// Makes an empty window.
    public init() {}
  }

  /// The window.
  public var window = Window()

  /// Makes the one of a job file that says nothing else.
  public init() {}
}
