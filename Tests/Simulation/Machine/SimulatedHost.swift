import Lifecycle

/// One invocation of a task: what a driver knows it by.
struct InvocationKey: Hashable, CustomStringConvertible {
  var allocation: Int
  var task: Int
  var invocation: Int

  var description: String { "\(allocation)/task\(task)/\(invocation)" }
}

/// A process of a task.
final class SimulatedProcess {
  let key: InvocationKey
  let spawnedAt: Int64
  /// Counts changes of when it is going to end.
  var plan = 0
  var isAlive = true
  var result: ExitResult?
  var endedAt: Int64?
  /// Whether it does not end on its kill signal.
  let isDeaf: Bool
  /// Whether how it ended cannot be known: two processes were killed at once, or the host was.
  var isUnknowable = false
  /// Whether it was ended by somebody who did not wait for its end to be told.
  var wasDestroyed = false
  /// Whether the driver has said that it cannot find it again.
  var isDisowned = false
  /// How often the driver refused to stop it.
  var refusedStops = 0

  init(_ key: InvocationKey, at time: Int64, isDeaf: Bool) {
    self.key = key
    spawnedAt = time
    self.isDeaf = isDeaf
  }
}

/// What outlives the agent: the processes of tasks, and their supervisor with its table.
final class SimulatedHost {
  /// A line of the supervisor's table, which is a file.
  final class Entry {
    let process: SimulatedProcess
    /// How it ended, once that was written down.
    var result: ExitResult?
    /// Whether a driver that is connected has started or asked for it.
    var isClaimed = true

    init(_ process: SimulatedProcess) { self.process = process }
  }

  private unowned let simulation: Simulation
  private(set) var entries: [InvocationKey: Entry] = [:]
  /// The keys of `entries`, in the order in which they came.
  private(set) var order: [InvocationKey] = []
  private(set) var isSupervised = true
  private(set) var boot = 1

  init(_ simulation: Simulation) { self.simulation = simulation }

  var living: [SimulatedProcess] { order.compactMap { entries[$0]?.process }.filter(\.isAlive) }

  // MARK: Processes

  /// Makes a process of a task.
  func spawn(_ key: InvocationKey) {
    let job = simulation.job(of: key.allocation)
    let script = job.scripts[key.task]
    let dice = simulation.dice
    let place = Dice.key(key.allocation, key.task)
    let process = SimulatedProcess(
      key, at: simulation.now, isDeaf: dice.chance(script.deaf, .deafness, place, key.invocation))
    entries[key] = Entry(process)
    order.append(key)
    simulation.note { "\(key) starts" }
    simulation.countStart()
    simulation.witness.spawned(process)
    guard let run = script.run else { return }
    let length = dice.number(in: run, .run, place, key.invocation)
    let fails = dice.chance(script.failures, .failure, place, key.invocation)
    let code = fails ? 1 + Int(dice.roll(.exitCode, place, key.invocation) % 100) : 0
    end(process, after: length, ExitResult(exitCode: code))
  }

  private func end(_ process: SimulatedProcess, after time: Int64, _ result: ExitResult) {
    process.plan += 1
    let plan = process.plan
    simulation.after(time) { [self] in
      if process.isAlive && process.plan == plan { ended(process, result) }
    }
  }

  private func ended(_ process: SimulatedProcess, _ result: ExitResult) {
    process.isAlive = false
    process.result = result
    process.endedAt = simulation.now
    simulation.note { "\(process.key) ends with \(result.exitCode ?? -1)" }
    guard let entry = entries[process.key] else { return }
    if isSupervised {
      entry.result = result
      simulation.driver.tell(process.key, result)
    } else if simulation.agent == nil {
      process.isUnknowable = true
    }
  }

  /// Sends a kill signal.
  func signal(_ process: SimulatedProcess) {
    guard process.isAlive, !process.isDeaf else { return }
    let place = Dice.key(process.key.allocation, process.key.task)
    let time = simulation.dice.number(in: 0...Int64.seconds(3), .dying, place, process.key.invocation)
    end(process, after: time >> Int64(process.key.invocation % 8), ExitResult(exitCode: 130, signal: 2))
  }

  func kill(_ process: SimulatedProcess) {
    if process.isAlive { ended(process, ExitResult(exitCode: 137, signal: 9)) }
  }

  /// Forgets a task that has ended.
  func forget(_ key: InvocationKey) {
    entries[key] = nil
    order.removeAll { $0 == key }
  }

  // MARK: The supervisor

  /// The supervisor is killed. Another comes when a driver misses it.
  func killSupervisor(downFor time: Int64) {
    guard isSupervised else { return }
    isSupervised = false
    simulation.note { "the supervisor is killed" }
    if simulation.agent != nil { superviseAgain(after: time) }
  }

  func superviseAgain(after time: Int64) {
    simulation.after(time) { [self] in supervise() }
  }

  /// A supervisor takes over what the table holds.
  private func supervise() {
    guard !isSupervised, simulation.agent != nil else { return }
    isSupervised = true
    simulation.note { "a supervisor takes over \(order.count) tasks" }
    for key in order {
      guard let entry = entries[key], !entry.process.isAlive, entry.result == nil else { continue }
      // Who held a pidfd of it knows; of the others nobody does.
      let result = entry.process.isUnknowable ? Self.unknown : entry.process.result ?? Self.unknown
      entry.result = result
      simulation.driver.tell(key, result)
    }
    simulation.driver.supervisorIsBack()
  }

  private static let unknown = ExitResult(exitCode: nil, message: "it ended while nobody watched it")

  /// The agent is gone, and with it its pidfds.
  func agentIsGone() {
    guard !isSupervised else { return }
    for key in order {
      guard let entry = entries[key], !entry.process.isAlive, entry.result == nil else { continue }
      entry.process.isUnknowable = true
    }
  }

  /// A driver is connected: what it does not ask for by and by is unclaimed.
  func connected() {
    for key in order { entries[key]?.isClaimed = false }
    if !isSupervised { superviseAgain(after: .milliseconds(20)) }
  }

  /// Every task of before was asked for: the others are ended and forgotten.
  func forgetUnclaimed() {
    for key in order {
      guard let entry = entries[key], !entry.isClaimed else { continue }
      simulation.witness.unclaimed(entry.process)
      entry.process.wasDestroyed = entry.process.wasDestroyed || entry.process.isAlive
      kill(entry.process)
      forget(key)
    }
  }

  /// The host goes down, with every process on it.
  func reboot() {
    boot += 1
    isSupervised = false
    for key in order {
      guard let entry = entries[key] else { continue }
      if entry.result == nil { entry.process.isUnknowable = true }
      guard entry.process.isAlive else { continue }
      entry.process.isAlive = false
      entry.process.endedAt = simulation.now
    }
  }
}
