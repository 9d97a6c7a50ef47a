import Lifecycle

/// Walks every state that a group can reach, and checks the promises of the core in each.
public struct ModelWalk {
  /// What a walk came to.
  public struct Outcome: Sendable {
    /// How many different states were reached.
    public var states = 0
    /// How many steps were taken between them.
    public var steps = 0
    /// What was wrong first, with the steps that led there; nil when nothing was.
    public var violation: String?
  }

  /// A way in which a run goes on when nobody asks for anything; each must reach the end.
  private enum Schedule: Int, CaseIterable {
    /// Whatever may end ends well, first tasks first.
    case well
    /// Whatever may end ends badly, last tasks first.
    case badly
    /// Nothing ends on its kill signal, only by force.
    case stubbornly
  }

  private let shape: ModelShape
  private let reach: ModelReach
  private let symmetry: [Int]
  private var known: [ModelKey: Int32] = [:]
  private var parents: [Int32] = []
  private var reasons: [ModelStep?] = []
  /// For each state and schedule the state that follows; -1 at the end.
  private var next: [[Int32]] = Array(repeating: [], count: Schedule.allCases.count)
  private var stack: [(index: Int32, state: ModelState)] = []
  private var outcome = Outcome()
  private let now = Timestamp(nanosecondsSinceEpoch: 1_000_000_000)

  /// Walks a shape.
  public static func walk(_ shape: ModelShape, _ reach: ModelReach) -> Outcome {
    var walk = ModelWalk(shape: shape, reach: reach)
    walk.run()
    return walk.outcome
  }

  private init(shape: ModelShape, reach: ModelReach) {
    self.shape = shape
    self.reach = reach
    symmetry = shape.symmetry
  }

  private mutating func run() {
    var start = ModelState(
      machine: AllocationMachine(plan: shape.plan), world: World(count: shape.stages.count))
    if let problem = handle(.begin, on: &start) { return fail(problem, from: nil, nil) }
    visit(start, from: -1, by: nil)
    while let (index, state) = stack.popLast() {
      if outcome.violation != nil { return }
      expand(index, state)
    }
    if outcome.violation == nil { checkThatAllEnd() }
    outcome.states = parents.count
  }

  /// Adds a state unless it is known; returns its number.
  @discardableResult
  private mutating func visit(_ state: ModelState, from parent: Int32, by step: ModelStep?) -> Int32 {
    let key = state.key(symmetry: symmetry)
    if let index = known[key] { return index }
    let index = Int32(parents.count)
    known[key] = index
    parents.append(parent)
    reasons.append(step)
    for schedule in Schedule.allCases { next[schedule.rawValue].append(-1) }
    stack.append((index, state))
    return index
  }

  private mutating func expand(_ index: Int32, _ state: ModelState) {
    let own = state.ownSteps(reach)
    for step in own + state.requests(reach) {
      guard let reached = take(step, index, state) else { return }
      for schedule in Schedule.allCases where step == choice(of: schedule, among: own, state) {
        next[schedule.rawValue][Int(index)] = reached
      }
    }
    for schedule in Schedule.allCases {
      if choice(of: schedule, among: own, state) == nil && !state.machine.hasEnded {
        return fail("stuck: nothing more happens (\(schedule))", from: index, nil)
      }
    }
    if reach.contains(.crashes) { crash(index, state, interrupting: [], during: "") }
  }

  /// Takes one step; returns the state that it leads to, nil after a violation.
  private mutating func take(_ step: ModelStep, _ index: Int32, _ state: ModelState) -> Int32? {
    var after = state
    let event = after.event(of: step)
    outcome.steps += 1
    if reach.contains(.crashes) {
      var interrupted = after
      let effects = interrupted.machine.handle(event, at: now)
      for count in 0..<effects.count {
        // After the last effect the state is an ordinary one, from which crashes are walked too.
        for effect in effects[..<count].suffix(1) {
          if let problem = interrupted.world.perform(effect, keepsRecords: true) {
            fail(problem, from: index, step)
            return nil
          }
        }
        crash(
          index, interrupted, interrupting: Array(effects[count...]),
          during: "\(step), \(count) of \(effects.count)")
        if outcome.violation != nil { return nil }
      }
    }
    if let problem = handle(event, on: &after) {
      fail(problem, from: index, step)
      return nil
    }
    if case .exited(let task, _) = step, after.world.tasks[task].hasHandle,
      after.world.tasks[task].invocation == state.world.tasks[task].invocation
    {
      fail("the handle was not cleared after the exit", from: index, step)
      return nil
    }
    return visit(after, from: index, by: step)
  }

  /// The agent is killed before it has performed `rest`, and started again.
  private mutating func crash(
    _ index: Int32, _ state: ModelState, interrupting rest: [AllocationEffect], during: String
  ) {
    let starting = state.world.tasks.indices.filter { state.world.tasks[$0].isStarting }
    for mask in 0..<(1 << starting.count) {
      var after = state
      for (place, task) in starting.enumerated() where mask >> place & 1 == 1 {
        after.world.tasks[task].isAlive = true
        after.world.tasks[task].hasHandle = true
      }
      after.world.loseAgent()
      let restored = RestoredAllocation(
        allocation: after.world.allocationRecord, tasks: after.world.taskRecords)
      after.machine = AllocationMachine(plan: shape.plan, restoring: restored)
      for task in after.world.tasks.indices {
        let record = after.world.taskRecords[task]
        after.world.tasks[task].invocation = record?.invocation ?? .none
        let isClaimed = record?.handle != nil || record?.position == .starting
        if !isClaimed && after.world.tasks[task].hasHandle {
          let wasBeingCleared = rest.contains {
            if case .destroy(let cleared, _, _) = $0 { cleared == TaskIndex(task) } else { false }
          }
          if !wasBeingCleared && !state.world.tasks[task].isForgotten {
            return fail(
              "task \(task) is orphaned by a crash", from: index, .crash(startedMask: mask, during: during))
          }
          // The driver gives up what nobody claims when the recovery is complete.
          after.world.tasks[task].hasHandle = false
          after.world.tasks[task].isAlive = false
        }
      }
      after.reference = after.world.allocationRecord?.isRestarting == true ? .initial : .prestart
      outcome.steps += 1
      if let problem = handle(.begin, on: &after) {
        return fail(problem, from: index, .crash(startedMask: mask, during: during))
      }
      visit(after, from: index, by: .crash(startedMask: mask, during: during))
    }
  }

  // MARK: One event

  /// Lets the machine handle an event, performs the effects, and checks what must always hold.
  private func handle(_ event: AllocationEvent, on state: inout ModelState) -> String? {
    let wasEnded = state.machine.hasEnded
    if case .restartRequested(_, .allTasks, _) = event, acceptsRestarts(state.machine) {
      state.reference = .initial
    }
    let wasStopping = state.machine.isStopping
    let effects = state.machine.handle(event, at: now)
    for effect in effects {
      if wasEnded { return "effect after the end: \(effect)" }
      if case .prepare(let task, _) = effect, let problem = checkPassage(of: task, wasStopping, state) {
        return problem
      }
      if let problem = state.world.perform(effect, keepsRecords: reach.contains(.crashes)) {
        return "\(problem) (task effects of \(event))"
      }
    }
    state.reference = ReferenceCoordinator.advance(state.reference, state.machine.presentConditions)
    if state.reference != state.machine.stage {
      return "the coordinator is in \(state.machine.stage), the table says \(state.reference)"
    }
    if !reach.contains(.preparations) && !reach.contains(.crashes) {
      for index in state.world.tasks.indices where state.world.tasks[index].isPreparing {
        let prepared = state.event(of: .prepared(index))
        if let problem = handle(prepared, on: &state) { return problem }
      }
    }
    // With faults one may be open while the next comes, no more, so that there is an end to states.
    let mostOpen = reach.contains(.driverFaults) ? 1 : 0
    for index in state.world.tasks.indices {
      while state.world.tasks[index].destroying.count > mostOpen {
        let destroyed = state.event(of: .destroyed(index, failed: false))
        if let problem = handle(destroyed, on: &state) { return problem }
      }
    }
    if reach.contains(.crashes), let problem = checkRecords(state) { return problem }
    if state.machine.openRestartCount != state.world.openRequests.count { return "a request is forgotten" }
    state.machine.forgetEvents()
    return nil
  }

  private func acceptsRestarts(_ machine: AllocationMachine) -> Bool {
    !machine.isBeingStopped && machine.clientStatus != .failed && machine.clientStatus != .complete
  }

  /// What must hold when a task passes its gate.
  private func checkPassage(of task: TaskIndex, _ wasStopping: Bool, _ state: ModelState) -> String? {
    let stage = shape.stages[task.rawValue]
    if !state.machine.stage.passes(stage) { return "\(stage) passes in \(state.machine.stage)" }
    if wasStopping && stage != .poststop { return "\(stage) passes while the group is stopped" }
    for (index, other) in shape.stages.enumerated() {
      let seen = state.machine.condition(of: TaskIndex(index))
      switch (stage, other) {
      case (.main, .prestart), (.poststart, .prestart), (.poststartSidecar, .prestart):
        if seen != .succeeded && seen != .complete {
          return "\(stage) passes before its prestart task is done"
        }
      case (.poststop, .poststop): break
      case (.poststop, _):
        if seen == .pending || seen == .running { return "poststop passes before everything is dead" }
      case (.prestart, .main), (.prestart, .poststart), (.prestart, .poststartSidecar):
        if state.world.tasks[index].isAlive {
          return "prestart passes while \(other) runs"
        }
      default: break
      }
    }
    return nil
  }

  /// What is stored must be what the machine would store.
  private func checkRecords(_ state: ModelState) -> String? {
    for index in state.world.tasks.indices {
      let current = state.machine.currentRecord(of: TaskIndex(index))
      guard let stored = state.world.taskRecords[index] else { return "task \(index) has no record" }
      if stored.position != current.position || stored.intent != current.intent
        || stored.handle != current.handle
        || stored.state.phase != current.state.phase || stored.state.failed != current.state.failed
        || stored.restartCount != current.restartCount
      {
        return "the record of task \(index) is stale: \(stored.position) for \(current.position)"
      }
    }
    return state.world.allocationRecord == state.machine.currentRecord
      ? nil : "the allocation's record is stale"
  }

  // MARK: The end

  /// The step that a schedule takes; nil when it has none.
  private func choice(of schedule: Schedule, among steps: [ModelStep], _ state: ModelState) -> ModelStep? {
    var best: (rank: Int, step: ModelStep)?
    for step in schedule == .badly ? steps.reversed() : steps {
      guard let rank = rank(of: step, schedule, state) else { continue }
      if best.map({ rank < $0.rank }) ?? true { best = (rank, step) }
    }
    return best?.step
  }

  /// How soon a schedule takes a step; nil for never.
  private func rank(of step: ModelStep, _ schedule: Schedule, _ state: ModelState) -> Int? {
    switch step {
    case .prepared, .hooksDone, .recovered(_, failed: false), .destroyed(_, failed: false): return 0
    case .started: return schedule == .badly ? 2 : 1
    case .startFailed: return schedule == .badly ? 1 : nil
    case .restartTimer, .shutdownTimer, .groupTimer, .retryTimer, .destroyTimer, .watchTimer: return 3
    case .exited(let task, let success):
      let world = state.world.tasks[task]
      guard success == (schedule != .badly || (world.isTold && !reach.contains(.force))) else { return nil }
      // A sidecar does not end by itself.
      if shape.stages[task].isSidecar && !world.isTold && world.isAlive { return nil }
      if schedule == .stubbornly && reach.contains(.force) && world.isTold && !world.isForced { return nil }
      return 4
    case .killTimer: return 5
    case .preparationFailed, .recovered(_, failed: true), .destroyed(_, failed: true), .startUnclear,
      .waitFailed, .stopFailed, .restartAll,
      .restartRunning, .restartTask, .stop, .killTask, .crash:
      return nil
    }
  }

  /// From every state each schedule must lead to the end.
  private mutating func checkThatAllEnd() {
    for schedule in Schedule.allCases {
      let following = next[schedule.rawValue]
      // 0 unknown, 1 on the present path, 2 known to end.
      var marks = [UInt8](repeating: 0, count: following.count)
      for start in following.indices where marks[start] == 0 {
        var path: [Int] = []
        var place = start
        while marks[place] == 0 {
          marks[place] = 1
          path.append(place)
          if following[place] < 0 { break }
          place = Int(following[place])
        }
        if marks[place] == 1 && following[place] >= 0 {
          return fail("runs for ever (\(schedule))", from: Int32(place), nil)
        }
        for state in path { marks[state] = 2 }
      }
    }
  }

  private mutating func fail(_ problem: String, from index: Int32?, _ step: ModelStep?) {
    guard outcome.violation == nil else { return }
    var path = step.map { [$0.description] } ?? []
    var place = index ?? -1
    while place >= 0 {
      if let reason = reasons[Int(place)] { path.append(reason.description) }
      place = parents[Int(place)]
    }
    outcome.violation = "\(shape): \(problem), after: \(path.reversed().joined(separator: "; "))"
    outcome.states = parents.count
  }
}
