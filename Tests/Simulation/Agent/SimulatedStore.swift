import Lifecycle
import State

/// Drives the real ``StoreCore`` as the store's thread does, on a simulated disk.
final class SimulatedStore {
  private unowned let agent: SimulatedAgent
  private unowned let simulation: Simulation
  private var core: StoreCore
  private var waiters: [(upTo: UInt64, resume: () -> Void)] = []
  private var isWriting = false
  /// Counts looks at the clock: one that was overtaken does nothing.
  private var looks = 0
  private var closing: (() -> Void)?
  private var writes = 0

  init(_ agent: SimulatedAgent, index: AllocationIndex) {
    self.agent = agent
    simulation = agent.simulation
    core = StoreCore(index: index)
  }

  var unwritten: Int { core.unwritten }

  private var clock: Duration { .nanoseconds(simulation.now) }

  // MARK: Storing

  func place(_ allocations: [PlacedAllocation], of job: EncodedJob) {
    if core.place(allocations, of: job, at: clock) { wake() }
  }

  func store(_ record: TaskRecord, of task: String, in allocation: String) {
    if core.store(record, of: task, in: allocation, at: clock) { wake() }
  }

  func store(_ record: AllocationRecord, of allocation: String) {
    if core.store(record, of: allocation, at: clock) { wake() }
  }

  func remove(_ allocation: String) {
    if core.remove(allocation, at: clock) { wake() }
  }

  /// Calls back when everything that was stored so far is durable.
  func flush(isUrgent: Bool, _ resume: @escaping () -> Void) {
    if simulation.flaw == .storeTellsEarly { return agent.after(.microseconds(10), resume) }
    let wait = core.wait(at: clock, isUrgent: isUrgent)
    guard let upTo = wait.upTo else { return agent.after(.microseconds(10), resume) }
    waiters.append((upTo, resume))
    if wait.isEarlier { wake() }
  }

  /// Writes what is left, once, and calls back.
  func close(_ resume: @escaping () -> Void) {
    core.close()
    closing = resume
    wake()
  }

  // MARK: The thread

  private func wake() {
    if !isWriting { agent.after(0) { [self] in work() } }
  }

  private func work() {
    if isWriting { return }
    looks += 1
    switch core.step(at: clock) {
    case .commit(let batch): write(batch)
    case .wait(let until):
      let look = looks
      agent.after(max(1, until.wholeNanoseconds - simulation.now)) { [self] in if looks == look { work() } }
    case .idle:
      guard let closing else { return }
      self.closing = nil
      closing()
    }
  }

  private func write(_ batch: StateBatch) {
    isWriting = true
    writes += 1
    let latency = simulation.dice.number(
      in: .microseconds(50)...Int64.milliseconds(4), .writeLatency, simulation.agents, writes)
    agent.after(latency / 2) { [self] in
      let failure = simulation.commit(batch, number: writes)
      agent.after(latency / 2) { [self] in written(failure) }
    }
  }

  private func written(_ failure: StoreFailure?) {
    isWriting = false
    if let failure, simulation.flaw != .storeForgetsFailures {
      _ = core.failed(failure, at: clock)
      if let closing {
        self.closing = nil
        return closing()
      }
    } else {
      _ = core.committed(at: clock)
      let durable = core.durable
      let ready = waiters.filter { $0.upTo <= durable }
      waiters.removeAll { $0.upTo <= durable }
      for waiter in ready { agent.after(.microseconds(5), waiter.resume) }
    }
    work()
  }
}
