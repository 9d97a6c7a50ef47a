/// What differs between two versions of a job, in the shape that clients show.
public struct JobDiff: Hashable, Sendable {
  /// What became of something.
  public enum Change: String, Hashable, Sendable {
    case none = "None"
    case added = "Added"
    case deleted = "Deleted"
    case edited = "Edited"
  }

  /// A plain value.
  public struct Field: Hashable, Sendable {
    /// What became of it.
    public var change: Change
    /// Its name: `Priority`, `Env[PATH]`, `args[0]`.
    public var name: String
    /// What it was; empty for nothing.
    public var old: String
    /// What it is; empty for nothing.
    public var new: String
    /// What follows from it, for people.
    public var annotations: [String] = []
  }

  /// A part with fields.
  public struct Object: Hashable, Sendable {
    /// What became of it.
    public var change: Change
    /// What it is: `Constraint`, `Network`.
    public var name: String
    /// Its plain values that differ, and in parts that differ those that do not.
    public var fields: [Field]
    /// The parts in it that differ.
    public var objects: [Object]
  }

  /// A task.
  public struct Task: Hashable, Sendable {
    /// What became of it.
    public var change: Change
    /// Its name.
    public var name: String
    /// Its plain values that differ.
    public var fields: [Field]
    /// Its parts that differ.
    public var objects: [Object]
    /// What follows from it, for people.
    public var annotations: [String] = []
  }

  /// A group.
  public struct Group: Hashable, Sendable {
    /// What became of it.
    public var change: Change
    /// Its name.
    public var name: String
    /// Its plain values that differ.
    public var fields: [Field]
    /// Its parts that differ.
    public var objects: [Object]
    /// Its tasks, whether they differ or not, by name.
    public var tasks: [Task]
    /// How many allocations are changed in which way; nil where nobody asked.
    public var updates: [String: Int]?
  }

  /// What became of the job.
  public var change: Change
  /// Its id.
  public var id: String
  /// Its plain values that differ.
  public var fields: [Field]
  /// Its parts that differ.
  public var objects: [Object]
  /// Its groups, whether they differ or not, by name.
  public var groups: [Group]
}
