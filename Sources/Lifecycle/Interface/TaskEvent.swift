/// Something that happened to a task, for people and for clients that match on it.
public struct TaskEvent: Hashable, Sendable {
  /// What happened, spelled as clients know it.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case received = "Received"
    case taskSetup = "Task Setup"
    case buildingTaskDirectory = "Building Task Directory"
    case downloadingArtifacts = "Downloading Artifacts"
    case artifactDownloadFailed = "Failed Artifact Download"
    case validationFailed = "Failed Validation"
    case setupFailure = "Setup Failure"
    case driverMessage = "Driver"
    case driverFailure = "Driver Failure"
    case started = "Started"
    case running = "Running"
    case pausing = "Pausing"
    case terminated = "Terminated"
    case restarting = "Restarting"
    case notRestarting = "Not Restarting"
    case restartSignaled = "Restart Signaled"
    case signaling = "Signaling"
    case killing = "Killing"
    case killed = "Killed"
    case siblingFailed = "Sibling Task Failed"
    case leaderDead = "Leader Task Dead"
    case mainDead = "Main Tasks Dead"
    case hookFailed = "Task hook failed"
    case hookMessage = "Task hook message"
    case restoreFailed = "Failed Restoring Task"
    case waitingShutdownDelay = "Waiting for shutdown delay"
    case skippingShutdownDelay = "Skipping shutdown delay"
    case diskExceeded = "Disk Resources Exceeded"
    case pluginUnhealthy = "Plugin became unhealthy"
    case pluginHealthy = "Plugin became healthy"
    case reconnected = "Reconnected"
  }

  /// What happened.
  public var kind: Kind
  /// When it happened.
  public var time: Timestamp
  /// A sentence for people.
  public var message: String
  /// Pairs for programs, such as `exit_code` and `restart_reason`.
  public var details: [String: String]

  /// Makes an event from its parts.
  public init(_ kind: Kind, at time: Timestamp, message: String = "", details: [String: String] = [:]) {
    self.kind = kind
    self.time = time
    self.message = message
    self.details = details
  }
}
