import Jobs
import Lifecycle
import State

/// Sees everything that happens, and says when a promise is broken.
///
/// It knows the truth (the processes and the disk) and compares it with what the agent does and tells.
final class Witness {
  /// What was seen of one task.
  struct TaskHistory {
    var spawns: [SimulatedProcess] = []
    /// Ends that the machine has decided upon: when it said so, and of which invocation.
    var decided: [(time: Timestamp, key: InvocationKey)] = []
    /// Invocations whose end is in a durable record.
    var recorded: Set<Int> = []
    var isComplete = false
  }

  unowned let simulation: Simulation
  private(set) var tasks: [Int: TaskHistory] = [:]
  /// When all tasks of an allocation were last asked to restart, by a request that was acknowledged.
  private(set) var restartedAt: [Int: Int64] = [:]
  /// Allocations some of whose tasks were asked to restart.
  private(set) var meddledWith: Set<Int> = []
  /// Allocations that were placed, with those that were told to have ended.
  private(set) var accepted: Set<Int> = []
  private(set) var ended: Set<Int> = []

  init(_ simulation: Simulation) { self.simulation = simulation }

  func history(_ allocation: Int, _ task: Int) -> TaskHistory {
    tasks[Dice.key(allocation, task)] ?? TaskHistory()
  }

  func fail(_ promise: Promise, _ message: @autoclosure () -> String) {
    simulation.fail(promise, message())
  }

  func durable(_ allocation: Int, _ task: Int) -> TaskRecord? {
    simulation.disk.task("task\(task)", of: Simulation.id(of: allocation))
  }

  func durable(_ allocation: Int) -> AllocationRecord? {
    simulation.disk.allocations[Simulation.id(of: allocation)]?.record
  }

  // MARK: Processes

  /// A call to start a task is about to be made.
  func starting(_ key: InvocationKey) {
    let job = simulation.job(of: key.allocation)
    if durable(key.allocation)?.stop != nil, job.group.shutdownDelay == .zero,
      job.stage(of: key.task) != .poststop
    {
      fail(.requests, "\(key) is started although its allocation was stopped")
    }
  }

  func spawned(_ process: SimulatedProcess) {
    let key = process.key
    let earlier = history(key.allocation, key.task)
    if earlier.spawns.contains(where: { $0.key == key }) { fail(.startsOnce, "\(key) is started twice") }
    if let other = earlier.spawns.first(where: \.isAlive) {
      fail(.oneProcess, "\(key) is started while \(other.key) runs")
    }
    let record = durable(key.allocation, key.task)
    if record?.invocation.rawValue != UInt32(key.invocation) || record?.position != .starting {
      fail(
        .startsOnce,
        "\(key) is started, and the record is \(record.map { "\($0.position) \($0.invocation.rawValue)" } ?? "not there")"
      )
    }
    if earlier.isComplete { fail(.completion, "\(key) is started, and the task was complete") }
    tasks[Dice.key(key.allocation, key.task), default: TaskHistory()].spawns.append(process)
    checkCounts(key)
    checkStage(process)
  }

  /// A task was told to end by its driver.
  func stopped(_ process: SimulatedProcess, force: Bool) {}

  /// A live task was removed by force.
  func destroyed(_ process: SimulatedProcess) {
    if process.isUnknowable || process.isDisowned || process.refusedStops >= 5 { return }
    fail(.survival, "\(process.key) is removed while it runs")
  }

  /// A task that nobody has asked for is about to be removed.
  func unclaimed(_ process: SimulatedProcess) {
    let key = process.key
    guard !process.isUnknowable, !process.isDisowned, let record = durable(key.allocation, key.task),
      Int(record.invocation.rawValue) == key.invocation,
      record.position == .starting || record.position == .running
    else { return }
    fail(.survival, "\(key) is removed because nobody has asked for it, and its record is \(record.position)")
  }

  private func checkCounts(_ key: InvocationKey) {
    let policy = simulation.job(of: key.allocation).group.tasks[key.task].restart
    let spawns = history(key.allocation, key.task).spawns
    // Within the first interval, which begins with the allocation.
    guard policy.mode == .fail, !meddledWith.contains(key.allocation), !simulation.clockWasSet,
      let began = durable(key.allocation)?.beganAt, let agent = simulation.agent,
      agent.wallClock < began.advanced(by: policy.interval)
    else { return }
    if spawns.count > policy.attempts + 1 {
      fail(
        .restartCounts, "\(key) is start number \(spawns.count), and \(policy.attempts) restarts are allowed")
    }
  }

  // MARK: What the agent decides and tells

  /// The machine has said that a task has ended.
  func decided(_ key: InvocationKey, _ event: TaskEvent) {
    tasks[Dice.key(key.allocation, key.task), default: TaskHistory()].decided.append((event.time, key))
    let process = history(key.allocation, key.task).spawns.first { $0.key == key }
    guard let code = event.details["exit_code"].flatMap({ Int($0) }) else {
      if let process, !process.isUnknowable, !process.isDisowned, process.refusedStops < 5 {
        fail(.exits, "the result of \(key) is said to be unknown: \(event.message)")
      }
      return
    }
    if process?.result?.exitCode != code {
      fail(.exits, "\(key) is said to have ended with \(code), and that is not so")
    }
  }

  /// Others were told of an event.
  func told(_ allocation: Int, _ task: Int, _ event: TaskEvent) {
    let events = durable(allocation, task)?.state.events ?? []
    if events.contains(event) { return }
    // It may have made room for newer ones.
    if events.count == TaskState.keptEvents, let first = events.first, first.time >= event.time { return }
    fail(.durability, "\(event.kind.rawValue) of \(allocation)/task\(task) is told before it is durable")
  }

  /// Others were told of a task's state.
  func told(_ allocation: Int, _ task: Int, _ state: TaskState) {
    guard let durable = durable(allocation, task)?.state, durable.restarts >= state.restarts,
      durable.startedAt == state.startedAt || state.startedAt == nil
    else {
      return fail(.durability, "the state of \(allocation)/task\(task) is told before it is durable")
    }
  }

  /// Others were told that an allocation has ended.
  func toldEnd(_ allocation: Int) {
    ended.insert(allocation)
    if durable(allocation)?.ended != true {
      fail(.durability, "the end of \(allocation) is told before it is durable")
    }
  }

  /// A job's submission was acknowledged.
  func accepted(_ job: SimulatedJob) {
    for allocation in job.firstAllocation..<job.firstAllocation + job.group.count {
      accepted.insert(allocation)
      if simulation.disk.allocations[Simulation.id(of: allocation)] == nil {
        fail(.durability, "\(allocation) was accepted and is not durable")
      }
    }
  }

  /// Somebody asks for a restart.
  func restartIsRequested(_ allocation: Int) { meddledWith.insert(allocation) }

  /// A restart was acknowledged: those that ran when it was asked for do not run any more, and start again.
  func restarted(_ allocation: Int, all: Bool, running: [InvocationKey], requestedAt: Int64) {
    if all { restartedAt[allocation] = max(restartedAt[allocation] ?? 0, requestedAt) }
    for key in running {
      let process = history(allocation, key.task).spawns.first { $0.key == key }
      if process?.isAlive == true { fail(.requests, "\(key) was restarted and runs on") }
      guard let record = durable(allocation, key.task), Int(record.invocation.rawValue) == key.invocation
      else { continue }
      switch record.position {
      case .exited where record.intent == .run && durable(allocation)?.isRestarting != true,
        .running where record.intent == .run:
        fail(.requests, "\(key) was restarted, and the record says \(record.position)")
      default: break
      }
    }
  }

  // MARK: What becomes durable

  /// A batch was committed.
  func committed(_ batch: StateBatch, before: SimulatedDisk) {
    for (key, record) in batch.tasks {
      guard let allocation = Simulation.number(of: key.allocation), let task = Int(key.task.dropFirst(4)),
        simulation.disk.allocations[key.allocation] != nil
      else { continue }
      if let old = before.tasks[key]?.record {
        checkSuccession(of: old, by: record, "\(allocation)/\(key.task)")
      }
      note(record, allocation, task)
    }
  }

  private func checkSuccession(of old: TaskRecord, by new: TaskRecord, _ name: String) {
    if new.invocation < old.invocation { fail(.history, "the invocation of \(name) falls") }
    if new.state.restarts < old.state.restarts { fail(.history, "the restarts of \(name) fall") }
    if old.position == .complete && new.position != .complete {
      fail(.completion, "\(name) was complete and is \(new.position)")
    }
    if let last = old.state.events.last, !new.state.events.contains(last) {
      let isFull = new.state.events.count == TaskState.keptEvents
      if !isFull { fail(.history, "\(last.kind.rawValue) of \(name) is not known any more") }
    }
  }

  private func note(_ record: TaskRecord, _ allocation: Int, _ task: Int) {
    let place = Dice.key(allocation, task)
    var history = self.history(allocation, task)
    if record.position == .complete { history.isComplete = true }
    var seen = 0
    for event in record.state.events where event.kind == .terminated {
      // Those of before were looked at when they came.
      guard let decision = history.decided.last(where: { $0.time == event.time }) else { continue }
      history.recorded.insert(decision.key.invocation)
      seen += 1
    }
    let invocations = record.state.events.filter { $0.kind == .terminated }.compactMap { event in
      history.decided.last { $0.time == event.time }?.key.invocation
    }
    if Set(invocations).count != invocations.count {
      fail(.exits, "an end of \(allocation)/task\(task) is told twice")
    }
    tasks[place] = history
  }
}
