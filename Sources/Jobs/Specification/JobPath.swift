/// Where something stands within a job, by the names that Nomad's JSON has for its parts.
public struct JobPath: Hashable, Sendable, CustomStringConvertible {
  /// One step into a part.
  public enum Step: Hashable, Sendable {
    /// A field of an object.
    case field(String)
    /// An element of a list, from 0.
    case index(Int)
    /// An entry of a map whose keys are data.
    case key(String)
  }

  /// The steps from the job.
  public var steps: [Step]

  /// Makes a path from its steps.
  public init(_ steps: [Step] = []) { self.steps = steps }

  /// The path of a field of the part at this path.
  public func field(_ name: String) -> JobPath { JobPath(steps + [.field(name)]) }

  /// The path of an element of the list at this path.
  public func index(_ index: Int) -> JobPath { JobPath(steps + [.index(index)]) }

  /// The path of an entry of the map at this path.
  public func key(_ key: String) -> JobPath { JobPath(steps + [.key(key)]) }

  /// As it is written in messages: `Job.TaskGroups[0].Tasks[1].Env["PATH"]`.
  public var description: String {
    steps.reduce(into: "Job") { text, step in
      switch step {
      case .field(let name): text += "." + name
      case .index(let index): text += "[\(index)]"
      case .key(let key): text += "[\"\(key)\"]"
      }
    }
  }
}
