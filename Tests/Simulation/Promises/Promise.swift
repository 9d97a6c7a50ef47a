/// What must hold in every run, whatever is killed.
public enum Promise: String, Sendable, CaseIterable {
  /// No invocation is started twice, and each start was durably intended.
  case startsOnce = "an invocation is started at most once, after its intent is durable"
  case oneProcess = "a task never has two live processes"
  case survival = "no task is ended that nobody asked to end"
  case exits = "every exit is told once, with its true result"
  case noOrphans = "no process is left behind"
  case durability = "what was acknowledged or told is durable"
  case history = "what is durable goes on from what was durable"
  case restartCounts = "restarts are counted across restores"
  case requests = "acknowledged requests are carried out, and every request is answered"
  case completion = "a task that is complete never runs again"
  case stages = "stages are respected"
  case end = "an allocation whose tasks can end does end"
  case release = "what has ended is given back"
}

/// A promise that was broken.
public struct Violation: Sendable, CustomStringConvertible {
  /// Which one.
  public var promise: Promise
  /// What happened.
  public var message: String
  /// When, in nanoseconds.
  public var at: Int64

  /// Both in a line.
  public var description: String { "\(seconds(at))  broken: \(promise.rawValue): \(message)" }
}
