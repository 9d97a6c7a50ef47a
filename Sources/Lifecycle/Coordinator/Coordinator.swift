/// Decides which stages of an allocation may run.
///
/// It is told the condition of each task, advances until it is stable, and opens and closes the
/// gates of the six stages. Entering a state sets every gate, so stages can be blocked and let go
/// any number of times.
public struct Coordinator: Sendable {
  /// Which part of its life the allocation is in.
  public enum State: UInt8, Hashable, Sendable, CaseIterable {
    /// Waits until every task is pending, at the beginning and when all tasks are restarted.
    case initial
    /// Waits until the prestart tasks have ended well and their sidecars run.
    case prestart
    /// Waits until no main task is pending.
    case main
    /// Waits until the poststart tasks have ended.
    case poststart
    /// Waits until everything but the poststop tasks has ended.
    case waitAlloc
    /// The poststop tasks run; there is nothing after it.
    case poststop

    /// Whether tasks of the stage may run.
    public func passes(_ stage: Stage) -> Bool {
      switch (self, stage) {
      case (.prestart, .prestart), (.prestart, .prestartSidecar): true
      case (.main, .prestartSidecar), (.main, .main): true
      case (.poststart, .prestartSidecar), (.poststart, .main): true
      case (.poststart, .poststart), (.poststart, .poststartSidecar): true
      case (.waitAlloc, .prestartSidecar), (.waitAlloc, .main), (.waitAlloc, .poststartSidecar): true
      case (.poststop, .poststop): true
      case (.initial, _), (.prestart, _), (.main, _), (.poststart, _), (.waitAlloc, _), (.poststop, _): false
      }
    }
  }

  /// What the coordinator has to know of a task.
  public enum Condition: UInt8, Hashable, Sendable, CaseIterable {
    /// Waits to be started, for the first time or again.
    case pending
    /// Has a process, or will have one in a moment.
    case running
    /// Ended well; may run again when all tasks are restarted.
    case succeeded
    /// Ended badly.
    case failed
    /// Ended for good without having failed: nobody should wait for it.
    case complete

    var isDead: Bool { self != .pending && self != .running }
  }

  /// Which part of its life the allocation is in.
  public private(set) var state: State = .initial
  private let stages: [Stage]
  private var conditions: [Condition]
  /// How many tasks of a stage are in a condition, at `stage * 5 + condition`.
  private var counts = InlineArray<30, Int32>(repeating: 0)
  /// The gates of the stages.
  private var gates = InlineArray<6, Gate>(repeating: Gate())

  /// A coordinator for pending tasks of these stages; nothing passes before the first update.
  public init(stages: [Stage]) {
    self.stages = stages
    conditions = Array(repeating: .pending, count: stages.count)
    for stage in stages { counts[Self.slot(stage, .pending)] += 1 }
  }

  /// The gate of a stage.
  public func gate(_ stage: Stage) -> Gate { gates[Int(stage.rawValue)] }

  /// Whether tasks of the stage may run now.
  public func passes(_ stage: Stage) -> Bool { gate(stage).answer == .pass }

  /// Takes in a task's condition and advances until stable.
  ///
  /// - Returns: Whether a gate was set, so that those who wait should look again.
  @discardableResult
  public mutating func update(_ task: TaskIndex, to condition: Condition) -> Bool {
    note(task, condition)
    return advance()
  }

  /// Takes in the conditions of all tasks, in the order of the plan, and advances until stable.
  ///
  /// - Returns: Whether a gate was set.
  @discardableResult
  public mutating func update(_ all: some Sequence<Condition>) -> Bool {
    for (index, condition) in all.enumerated() { note(TaskIndex(index), condition) }
    return advance()
  }

  /// Goes back to the beginning: nothing passes until every task is pending again.
  public mutating func restart() { enter(.initial) }

  /// Finds its place after the agent went away: begins at prestart, not at the beginning, and
  /// advances until stable.
  public mutating func restore(_ all: some Sequence<Condition>) {
    enter(.prestart)
    update(all)
  }

  /// Releases everybody who waits, for good.
  public mutating func shutDown() {
    for index in gates.indices { gates[index].shutDown() }
  }

  /// Takes in a task's condition without drawing conclusions; ``advance()`` does.
  package mutating func note(_ task: TaskIndex, _ condition: Condition) {
    let old = conditions[task.rawValue]
    guard old != condition else { return }
    let stage = stages[task.rawValue]
    counts[Self.slot(stage, old)] -= 1
    counts[Self.slot(stage, condition)] += 1
    conditions[task.rawValue] = condition
  }

  /// Advances until stable; returns whether a gate was set.
  @discardableResult
  package mutating func advance() -> Bool {
    var moved = false
    while let next = nextState() {
      enter(next)
      moved = true
    }
    return moved
  }

  /// The state to go to, nil when this one is stable.
  private func nextState() -> State? {
    if state == .poststop { return nil }
    if allDead { return .poststop }
    switch state {
    case .initial: return allWaiting ? .prestart : nil
    case .prestart: return prestartDone ? .main : nil
    case .main: return count(.main, .pending) == 0 ? .poststart : nil
    case .poststart: return count(.poststart, .pending) + count(.poststart, .running) == 0 ? .waitAlloc : nil
    case .waitAlloc, .poststop: return nil
    }
  }

  private mutating func enter(_ next: State) {
    state = next
    for stage in Stage.allCases {
      if next.passes(stage) {
        gates[Int(stage.rawValue)].open()
      } else {
        gates[Int(stage.rawValue)].close()
      }
    }
  }

  /// Whether everything but the poststop tasks has ended.
  private var allDead: Bool {
    for stage in Stage.allCases where stage != .poststop {
      if count(stage, .pending) + count(stage, .running) != 0 { return false }
    }
    return true
  }

  /// Whether every task stands at its gate, except those that can never come back to it.
  private var allWaiting: Bool {
    for stage in Stage.allCases {
      // What has failed does not come back, and its group is being stopped.
      if count(stage, .running) + count(stage, .succeeded) != 0 { return false }
    }
    return true
  }

  private var prestartDone: Bool {
    let tasksLeft = count(.prestart, .pending) + count(.prestart, .running) + count(.prestart, .failed)
    let sidecarsLeft =
      count(.prestartSidecar, .pending) + count(.prestartSidecar, .succeeded)
      + count(.prestartSidecar, .failed)
    return tasksLeft == 0 && sidecarsLeft == 0
  }

  private func count(_ stage: Stage, _ condition: Condition) -> Int32 { counts[Self.slot(stage, condition)] }

  private static func slot(_ stage: Stage, _ condition: Condition) -> Int {
    Int(stage.rawValue) * 5 + Int(condition.rawValue)
  }
}
