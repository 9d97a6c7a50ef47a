public import Foundation

/// A run of a job that was recorded from a real Nomad: what was done, and what came of it.
public struct Scenario: Decodable, Sendable, CustomStringConvertible {
  /// What a person did, in order.
  public enum Step: Sendable {
    /// Waited until each of these tasks was in the given state.
    case waitForTasks([String: String])
    /// Waited until the allocation was complete or failed.
    case waitForEnd
    /// Let time pass.
    case sleep(seconds: Double)
    /// Asked for a restart, and was answered with the HTTP status.
    case restart(taskName: String?, allTasks: Bool, status: Int)
    /// Stopped the job.
    case stop
    /// Killed the agent.
    case killAgent
    /// Started the agent again.
    case startAgent
  }

  /// One event of a task.
  public struct Event: Decodable, Sendable {
    /// Milliseconds since the first event.
    public var ms: Int
    /// The task's name.
    public var task: String
    /// The event's type.
    public var type: String
  }

  /// The end of a task.
  public struct TaskResult: Decodable, Equatable, Sendable {
    /// `pending`, `running` or `dead`.
    public var state: String
    /// Whether it failed.
    public var failed: Bool
    /// How often it was started again.
    public var restarts: Int

    /// Makes a result from its parts.
    public init(state: String, failed: Bool, restarts: Int) {
      self.state = state
      self.failed = failed
      self.restarts = restarts
    }
  }

  /// The end of the allocation.
  public struct Result: Decodable, Sendable {
    /// Its client status.
    public var clientStatus: String
    /// Its tasks by name.
    public var tasks: [String: TaskResult]

    private enum CodingKeys: String, CodingKey {
      case clientStatus = "client status"
      case tasks
    }
  }

  /// The scenario's name, which is the job's too.
  public var name: String
  /// What it is about.
  public var about: String
  /// The job file.
  public var job: String
  /// What was done.
  public var steps: [Step]
  /// How it ended.
  public var result: Result
  /// The events of all tasks.
  public var events: [Event]

  /// The scenario's name.
  public var description: String { name }

  private enum CodingKeys: String, CodingKey {
    case name = "scenario"
    case about, job, steps, result, events
  }

  /// Reads every scenario of a folder, sorted by name.
  public static func all(in folder: URL) throws -> [Scenario] {
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try files.filter { $0.pathExtension == "json" }
      .map { try JSONDecoder().decode(Scenario.self, from: Data(contentsOf: $0)) }
      .sorted { $0.name < $1.name }
  }
}

extension Scenario.Step: Decodable {
  private enum CodingKeys: String, CodingKey {
    case wait, sleep, restart, status, stop, agent
  }

  private struct RestartBody: Decodable {
    var TaskName: String?
    var AllTasks: Bool?
  }

  /// Reads a step as trace.py writes it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if container.contains(.wait) {
      if let tasks = try? container.decode([String: String].self, forKey: .wait) {
        self = .waitForTasks(tasks)
      } else {
        self = .waitForEnd
      }
    } else if container.contains(.sleep) {
      self = .sleep(seconds: try container.decode(Double.self, forKey: .sleep))
    } else if container.contains(.restart) {
      let body = try container.decode(RestartBody.self, forKey: .restart)
      self = .restart(
        taskName: body.TaskName, allTasks: body.AllTasks ?? false,
        status: try container.decode(Int.self, forKey: .status))
    } else if container.contains(.stop) {
      self = .stop
    } else {
      self = try container.decode(String.self, forKey: .agent) == "kill" ? .killAgent : .startAgent
    }
  }
}
