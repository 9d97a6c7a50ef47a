import Lifecycle

/// A mistake that is made on purpose, to show that a broken promise is noticed.
public enum Flaw: String, Sendable, CaseIterable {
  // MARK: The store
  /// Says that records are durable before they are.
  case storeTellsEarly
  /// Takes a batch that could not be written for written.
  case storeForgetsFailures
  /// What was committed last is gone when the agent is killed.
  case diskForgetsCommits

  // MARK: The shell
  /// Acts on records that are not durable.
  case shellDoesNotWait
  case shellForgetsReplies
  /// Runs all tasks at once.
  case planForgetsStages
  /// Leaves what no agent claims alone.
  case agentKeepsUnclaimed
  case agentNeverForgets

  // MARK: Restoring
  case restoreForgetsCounts
  case restoreForgetsCompletion
  case restoreForgetsStops

  // MARK: The driver
  /// Starts a task again of which it knows.
  case driverStartsTwice
  /// Does not know a task that it runs.
  case driverForgetsTasks
  case driverMakesUpExits
  case driverIgnoresForce
  /// Does not give back what is destroyed.
  case driverKeepsTasks

  /// The promises that it breaks.
  public var breaks: Set<Promise> {
    switch self {
    case .storeTellsEarly, .storeForgetsFailures: [.durability, .startsOnce]
    // Nothing is sure then.
    case .diskForgetsCommits: Set(Promise.allCases)
    case .shellDoesNotWait: [.startsOnce, .durability]
    case .shellForgetsReplies: [.requests]
    case .planForgetsStages: [.stages]
    case .agentKeepsUnclaimed: [.noOrphans, .oneProcess, .release]
    case .agentNeverForgets: [.release]
    case .restoreForgetsCounts: [.restartCounts]
    case .restoreForgetsCompletion: [.completion, .history]
    case .restoreForgetsStops: [.requests]
    case .driverStartsTwice: [.startsOnce, .oneProcess]
    case .driverForgetsTasks: [.exits, .survival, .oneProcess, .noOrphans]
    case .driverMakesUpExits: [.exits]
    case .driverIgnoresForce: [.end]
    case .driverKeepsTasks: [.release]
    }
  }
}

extension Simulation {
  /// Makes the mistakes of restoring.
  func `break`(_ restored: inout RestoredAllocation) {
    switch flaw {
    case .restoreForgetsCounts:
      for index in restored.tasks.indices { restored.tasks[index]?.restartCount = 0 }
    case .restoreForgetsCompletion:
      for index in restored.tasks.indices where restored.tasks[index]?.position == .complete {
        restored.tasks[index]?.position = .waiting
        restored.tasks[index]?.intent = .run
        restored.tasks[index]?.state.phase = .pending
      }
    case .restoreForgetsStops: restored.allocation?.stop = nil
    default: break
    }
  }
}
