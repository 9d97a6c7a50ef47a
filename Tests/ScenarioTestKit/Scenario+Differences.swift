/// What a run of a scenario came to.
public struct ScenarioOutcome: Sendable {
  /// What can be seen of a task at the end.
  public struct Task: Sendable {
    /// Its state, failure and restarts.
    public var result: Scenario.TaskResult
    /// The types of its events, oldest first.
    public var eventTypes: [String]

    /// Makes it from its parts.
    public init(result: Scenario.TaskResult, eventTypes: [String]) {
      self.result = result
      self.eventTypes = eventTypes
    }
  }

  /// The allocation's client status.
  public var clientStatus: String
  /// The tasks by name.
  public var tasks: [String: Task]

  /// Makes it from its parts.
  public init(clientStatus: String, tasks: [String: Task]) {
    self.clientStatus = clientStatus
    self.tasks = tasks
  }
}

extension Scenario {
  /// The event types that a comparison looks at.
  private static let comparedEvents: Set<String> = [
    "Task Setup", "Started", "Terminated", "Restarting", "Not Restarting", "Restart Signaled",
    "Driver Failure",
    "Killing", "Killed", "Main Tasks Dead", "Leader Task Dead", "Sibling Task Failed",
    "Waiting for shutdown delay",
  ]

  /// Nomad keeps ten events of a task, and one may be left out of a recording: of such a list the
  /// oldest are gone, and only the newest are compared.
  private static let completeListLimit = 9

  /// Where a run differs from the recording; empty when they agree.
  public func differences(from outcome: ScenarioOutcome) -> [String] {
    var differences: [String] = []
    if outcome.clientStatus != result.clientStatus {
      differences.append("allocation \(outcome.clientStatus) for \(result.clientStatus)")
    }
    for (name, expected) in result.tasks.sorted(by: { $0.key < $1.key }) {
      guard let task = outcome.tasks[name] else {
        differences.append("\(name): no state")
        continue
      }
      if task.result != expected { differences.append("\(name): \(task.result) for \(expected)") }
      let recorded = events.filter { $0.task == name }.map(\.type)
      let wanted = Self.relevant(recorded)
      var found = Self.relevant(task.eventTypes)
      if recorded.count >= Self.completeListLimit { found = found.suffix(wanted.count) }
      if found != wanted { differences.append("\(name): events \(found) for \(wanted)") }
    }
    return differences
  }

  /// The types that count, each once where it is repeated.
  private static func relevant(_ types: [String]) -> [String] {
    var kept: [String] = []
    for type in types where comparedEvents.contains(type) && kept.last != type { kept.append(type) }
    return kept
  }
}
