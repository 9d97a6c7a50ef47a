import Jobs
import Lifecycle
import State

/// The agent's process: everything in it is gone when it is killed.
final class SimulatedAgent {
  unowned let simulation: Simulation
  /// What is on the disk when the agent begins is known to its store.
  private(set) lazy var store = SimulatedStore(self, index: simulation.disk.index())
  private(set) var runners: [Int: SimulatedRunner] = [:]
  private(set) var isGone = false
  private(set) var isShuttingDown = false
  var recoveriesUnderWay = 0
  private var isServing = false
  private var isRestored = false
  private var waitingForService: [() -> Void] = []

  init(_ simulation: Simulation) { self.simulation = simulation }

  /// The time of day, as this host has it.
  var wallClock: Timestamp {
    Timestamp(nanosecondsSinceEpoch: 1_000_000_000_000_000 + simulation.now + simulation.clockOffset)
  }

  /// Does something later, if the agent is still there.
  func after(_ time: Int64, _ action: @escaping () -> Void) {
    simulation.after(time) { [self] in if !isGone { action() } }
  }

  /// The agent is killed.
  func die() {
    isGone = true
    runners = [:]
    waitingForService = []
  }

  // MARK: Its beginning

  /// Goes on with what an agent of before has left.
  func start() throws {
    _ = store
    var unbegun: [SimulatedRunner] = []
    for stored in try simulation.disk.contents() {
      for allocation in stored.allocations {
        guard let number = Simulation.number(of: allocation.id),
          let group = stored.job.groups.first(where: { $0.name == allocation.group })
        else { continue }
        if allocation.record?.ended == true {
          simulation.witness.toldEnd(number)
          collect(number)
          continue
        }
        var restored = allocation.restored(in: group)
        simulation.break(&restored)
        let runner = SimulatedRunner(self, number, restoring: restored)
        runners[number] = runner
        if restored.tasks.allSatisfy({ $0 == nil }) { unbegun.append(runner) }
      }
    }
    let restored = runners.values.sorted { $0.number < $1.number }
    for runner in restored where !isGone && !unbegun.contains(where: { $0 === runner }) { runner.begin() }
    for runner in unbegun.sorted(by: { $0.number < $1.number }) where !isGone { runner.begin() }
    if isGone { return }
    isRestored = true
    recoveryIsComplete()
  }

  func recoveryEnded() {
    recoveriesUnderWay -= 1
    recoveryIsComplete()
  }

  /// Only when every task of before has been asked for do drivers start new ones.
  private func recoveryIsComplete() {
    guard isRestored, recoveriesUnderWay == 0, !isServing, !isGone,
      !runners.values.contains(where: \.holdsRecoveries)
    else { return }
    isServing = true
    if simulation.flaw != .agentKeepsUnclaimed { simulation.host.forgetUnclaimed() }
    let waiting = waitingForService
    waitingForService = []
    for call in waiting { call() }
  }

  /// Does something when the drivers serve.
  func whenServing(_ call: @escaping () -> Void) {
    if isServing { call() } else { waitingForService.append(call) }
  }

  func call(starting key: InvocationKey, answer: @escaping (SimulatedDriver.Result) -> Void) {
    whenServing { [simulation] in simulation.driver.start(key, answer: answer) }
  }

  // MARK: Jobs

  /// Places the allocations of a job, and begins them when that is durable.
  func submit(_ job: SimulatedJob, accepted: @escaping () -> Void) {
    let numbers = job.firstAllocation..<job.firstAllocation + job.group.count
    store.place(
      numbers.map {
        PlacedAllocation(id: Simulation.id(of: $0), group: job.group.name, index: $0 - job.firstAllocation)
      }, of: EncodedJob(job.job, artifactBase: "/"))
    store.flush(isUrgent: true) { [self] in
      accepted()
      for number in numbers where !isGone && !isShuttingDown {
        let runner = SimulatedRunner(self, number, restoring: nil)
        runners[number] = runner
        runner.begin()
      }
    }
  }

  /// An allocation has ended: it is forgotten after a while.
  func ended(_ runner: SimulatedRunner) {
    runners[runner.number] = nil
    collect(runner.number)
    // An answer to what came at the last moment may stand behind the end.
    after(.seconds(120)) { [simulation] in
      guard !runner.openRequests.isEmpty else { return }
      simulation.fail(
        .requests, "\(runner.number) has ended, and \(runner.openRequests.count) have no answer")
    }
  }

  private func collect(_ number: Int) {
    if simulation.flaw == .agentNeverForgets { return }
    let patience = simulation.dice.number(in: 0...Int64.seconds(20), .collection, number)
    after(patience) { [self] in store.remove(Simulation.id(of: number)) }
  }

  // MARK: Its end

  /// Goes down as it is asked to, and calls back.
  func shutDown(_ done: @escaping () -> Void) {
    isShuttingDown = true
    for runner in runners.values.sorted(by: { $0.number < $1.number }) where !isGone { runner.shutDown() }
    if isGone { return }
    store.close(done)
  }
}
