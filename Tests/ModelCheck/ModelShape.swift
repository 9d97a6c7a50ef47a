import Jobs
public import Lifecycle

/// A group whose every run is walked.
public struct ModelShape: Hashable, Sendable, CustomStringConvertible {
  /// The stages of its tasks, in ascending order.
  public var stages: [Stage]
  /// The place of the leader among the tasks; nil for none.
  public var leader: Int?
  /// How many restarts its tasks' policy allows.
  public var attempts: Int
  /// The only task whose policy allows restarts; nil for all of them.
  public var restartable: Int?
  /// Whether its main tasks are started again after a success.
  public var isService: Bool
  /// Whether its tasks have a shutdown delay.
  public var hasShutdownDelay: Bool
  /// Whether the group has a shutdown delay.
  public var hasGroupDelay: Bool
  /// Which hooks its tasks have.
  public var hooks: HookKinds

  /// Makes a shape from its parts.
  public init(
    stages: [Stage], leader: Int? = nil, attempts: Int = 0, isService: Bool = false,
    hasShutdownDelay: Bool = false, hasGroupDelay: Bool = false, hooks: HookKinds = []
  ) {
    self.stages = stages
    self.leader = leader
    self.attempts = attempts
    self.isService = isService
    self.hasShutdownDelay = hasShutdownDelay
    self.hasGroupDelay = hasGroupDelay
    self.hooks = hooks
  }

  /// Every multiset of stages of a size.
  public static func multisets(of count: Int) -> [[Stage]] {
    var found: [[Stage]] = [[]]
    for _ in 0..<count {
      found = found.flatMap { stages in
        Stage.allCases.filter { $0.rawValue >= stages.last?.rawValue ?? 0 }.map { stages + [$0] }
      }
    }
    return found
  }

  /// This shape, and with each of its tasks that differs from the others as the leader.
  public var withLeaders: [ModelShape] {
    [self]
      + representatives.filter { stages[$0] != .poststop }.map { index in
        var shape = self
        shape.leader = index
        return shape
      }
  }

  /// This shape with one restart, for each of its tasks that differs from the others.
  public var withOneRestartable: [ModelShape] {
    representatives.map { index in
      var shape = self
      shape.attempts = 1
      shape.restartable = index
      return shape
    }
  }

  /// The first task of each stage.
  private var representatives: [Int] {
    stages.indices.filter { $0 == 0 || stages[$0 - 1] != stages[$0] }
  }

  /// This shape with shutdown delays of its tasks and of the group.
  public var withDelays: ModelShape {
    var shape = self
    shape.hasShutdownDelay = true
    shape.hasGroupDelay = true
    return shape
  }

  /// This shape with every kind of hook.
  public var withHooks: ModelShape {
    var shape = self
    shape.hooks = [.preKill, .exited, .stop]
    return shape
  }

  /// The plan that the machine gets.
  var plan: AllocationPlan {
    return AllocationPlan(
      tasks: stages.enumerated().map { index, stage in
        let policy = RestartPolicy(
          attempts: restartable == nil || restartable == index ? attempts : 0, interval: .seconds(600),
          delay: .seconds(10), mode: .fail)
        return AllocationPlan.Task(
          name: "task\(index)", stage: stage, leader: index == leader,
          shutdownDelay: hasShutdownDelay ? .seconds(1) : .zero, restart: policy,
          restartsOnSuccess: stage == .main ? isService : stage.isSidecar, hooks: hooks)
      },
      shutdownDelay: hasGroupDelay ? .seconds(1) : .zero)
  }

  /// For each task the first one that cannot be told from it.
  var symmetry: [Int] {
    let special = [leader, restartable]
    return stages.indices.map { index in
      if special.contains(index) { return index }
      return stages.indices.first { stages[$0] == stages[index] && !special.contains($0) } ?? index
    }
  }

  /// The shape in words.
  public var description: String {
    var words = stages.enumerated().map { "\($1)\($0 == leader ? "*" : "")" }.joined(separator: "+")
    words +=
      " attempts \(attempts)\(restartable.map { " for \($0)" } ?? "") \(isService ? "service" : "batch")"
    if hasShutdownDelay { words += " shutdown_delay" }
    if hasGroupDelay { words += " group shutdown_delay" }
    if !hooks.isEmpty { words += " hooks" }
    return words
  }
}

/// What may happen beside the answers of drivers and the ends of tasks.
public struct ModelReach: OptionSet, Hashable, Sendable {
  /// The bits.
  public var rawValue: UInt16

  /// Makes a set from its bits.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Restarts of all and of the running tasks, one at a time.
  public static let restarts = ModelReach(rawValue: 1)
  /// Restarts of single tasks.
  public static let taskRestarts = ModelReach(rawValue: 2)
  /// A second restart while the first goes on.
  public static let concurrentRestarts = ModelReach(rawValue: 4)
  /// The allocation is stopped.
  public static let stops = ModelReach(rawValue: 8)
  /// Single tasks are stopped.
  public static let taskKills = ModelReach(rawValue: 16)
  /// Preparations are steps of their own, and can fail.
  public static let preparations = ModelReach(rawValue: 32)
  /// Drivers do not pass a stop on, and lose their tasks.
  public static let driverFaults = ModelReach(rawValue: 64)
  /// The agent is killed after any effect, and started again.
  public static let crashes = ModelReach(rawValue: 128)
  /// Tasks do not end on their signal and are ended by force, and the allocation is stopped at once.
  public static let force = ModelReach(rawValue: 512)
  /// A restart counts as a failure.
  public static let failureRestarts = ModelReach(rawValue: 256)
}
