import Lifecycle
import Testing

/// What a group of tasks goes through (nomad-behaviours, section 3).
@Suite("Allocation scenarios")
struct AllocationScenarioTests {
  private static let everyStage = [
    ScriptedTask("pre", "echo pre", stage: .prestart),
    ScriptedTask("side", stage: .prestartSidecar),
    ScriptedTask("main"),
    ScriptedTask("post", "echo post", stage: .poststart),
    ScriptedTask("pside", stage: .poststartSidecar),
    ScriptedTask("stop", "echo stop", stage: .poststop),
  ]

  /// The order in which tasks were started.
  private func starts(_ host: ScriptedHost) -> [String] {
    host.effects.compactMap { effect in
      if case .start(let task, _) = effect { host.plan.tasks[task.rawValue].name } else { nil }
    }
  }

  /// The order in which tasks were told to stop.
  private func stops(_ host: ScriptedHost) -> [String] {
    host.effects.compactMap { effect in
      if case .stop(let task, _, _, _, force: false) = effect {
        host.plan.tasks[task.rawValue].name
      } else {
        nil
      }
    }
  }

  @Test("the states of all tasks are there before anything runs")
  func statesBeforeRun() {
    var host = ScriptedHost(Self.everyStage)
    host.startAgent()
    #expect(host.machine?.tasks.map(\.name) == ["pre", "side", "main", "post", "pside", "stop"])
    #expect(host.machine?.tasks.allSatisfy { $0.state.phase == .pending } == true)
    #expect(host.status == .pending)
    #expect(host.machine?.clientDescription == "No tasks have started")
  }

  @Test("stages run in their order, poststop once after everything")
  func order() {
    var host = ScriptedHost.running(Self.everyStage, for: 2)
    #expect(starts(host).prefix(3).sorted() == ["main", "pre", "side"])
    #expect(starts(host)[2] == "main")
    #expect(host.phase("pside") == .running)
    #expect(host.phase("stop") == .pending)
    host.stop()
    host.run(seconds: 5)
    #expect(starts(host).last == "stop")
    #expect(host.starts("stop") == 1)
    #expect(host.status == .complete)
    #expect(host.ends == 1)
    #expect(stops(host) == ["main", "side", "pside"])
  }

  @Test("a leader that ends takes the others with it, and poststop still runs")
  func leader() {
    let host = ScriptedHost.running(
      [
        ScriptedTask("lead", "sleep 1", leader: true), ScriptedTask("other"),
        ScriptedTask("side", stage: .prestartSidecar), ScriptedTask("stop", "true", stage: .poststop),
      ], for: 5)
    #expect(host.events("other").contains(.leaderDead))
    #expect(host.events("side").contains(.leaderDead))
    #expect(stops(host) == ["other", "side"])
    #expect(host.starts("stop") == 1)
    #expect(host.status == .complete)
  }

  @Test("a dead leader wins over a failed sibling")
  func leaderBeforeSibling() {
    let plan = ScriptedHost([
      ScriptedTask("bad"), ScriptedTask("lead", leader: true), ScriptedTask("other"),
    ]).plan
    var dead = TaskRecord(state: TaskState(), position: .dead, invocation: Invocation(1))
    dead.state.phase = .dead
    var failed = dead
    failed.state.failed = true
    let waiting = TaskRecord(state: TaskState(), position: .waiting)
    var machine = AllocationMachine(
      plan: plan,
      restoring: RestoredAllocation(
        allocation: AllocationRecord(beganAt: Timestamp(nanosecondsSinceEpoch: 0)),
        tasks: [failed, dead, waiting]))
    _ = machine.handle(.begin, at: Timestamp(nanosecondsSinceEpoch: 1))
    #expect(machine.state(of: TaskIndex(2)).events.map(\.kind) == [.leaderDead, .killing])
    #expect(machine.clientStatus == .failed)
    #expect(machine.hasEnded)
  }

  @Test("a failed task ends its siblings")
  func siblingFails() {
    let host = ScriptedHost.running(
      [ScriptedTask("bad", "sleep 1; exit 4"), ScriptedTask("good")], for: 5)
    #expect(host.details("good", .siblingFailed) == ["failed_sibling": "bad"])
    #expect(host.events("good").suffix(4) == [.siblingFailed, .killing, .terminated, .killed])
    #expect(host.state("good")?.failed == false)
    #expect(host.machine?.clientDescription == "Failed tasks")
  }

  @Test("the end of the main tasks ends the sidecars, each told once")
  func mainDead() {
    let host = ScriptedHost.running(
      [
        ScriptedTask("side", stage: .prestartSidecar), ScriptedTask("main", "sleep 1"),
        ScriptedTask("pside", stage: .poststartSidecar),
      ], for: 5)
    for name in ["side", "pside"] {
      #expect(host.events(name).suffix(4) == [.mainDead, .killing, .terminated, .killed])
    }
    #expect(host.status == .complete)
  }

  @Test("the stop order is leader, then main, then sidecars")
  func stopOrder() {
    var host = ScriptedHost.running([
      ScriptedTask("side", stage: .prestartSidecar), ScriptedTask("a"), ScriptedTask("b"),
      ScriptedTask("lead", leader: true),
    ])
    host.stop()
    host.run(seconds: 5)
    #expect(stops(host) == ["lead", "a", "b", "side"])
    #expect(host.ends == 1)
  }

  @Test("what is being prepared when the group is stopped is not started first")
  func stoppedWhilePreparing() {
    var host = ScriptedHost([
      ScriptedTask("main", "trap '' INT; sleep 1000", killTimeout: .seconds(1)),
      ScriptedTask("side", stage: .poststartSidecar),
    ])
    host.startAgent()
    host.run(seconds: 5) { $0.phase("main") == .running }
    host.stop()
    host.run(seconds: 5)
    #expect(host.starts("side") == 0)
    #expect(host.status == .complete)
  }

  @Test("poststop tasks are not killed by a stop, but by an immediate one")
  func poststopKeeps() {
    var host = ScriptedHost.running([
      ScriptedTask("main", "true"), ScriptedTask("stop", "sleep 100", stage: .poststop),
    ])
    host.stop()
    host.run(seconds: 10)
    #expect(host.phase("stop") == .running)
    host.stop(.immediate)
    host.run(seconds: 1)
    #expect(host.phase("stop") == .dead)
    #expect(host.ends == 1)
  }

  @Test("the group's shutdown delay passes before its tasks are told")
  func groupDelay() {
    var host = ScriptedHost.running([ScriptedTask("a")], groupDelay: .seconds(3))
    host.stop()
    host.run(seconds: 2.9)
    #expect(host.events("a").last == .started)
    host.run(seconds: 1)
    #expect(host.ends == 1)
  }

  @Test("the group's shutdown delay is skipped on demand")
  func groupDelaySkipped() {
    var host = ScriptedHost.running([ScriptedTask("a")], groupDelay: .seconds(300))
    host.stop()
    host.stop(.withoutDelay)
    host.run(seconds: 1)
    #expect(host.ends == 1)
  }

  @Test("an allocation that has run as long as it may ends complete, without poststop")
  func maxRunDuration() {
    var host = ScriptedHost(
      [ScriptedTask("a"), ScriptedTask("stop", "true", stage: .poststop)], maxRunDuration: .seconds(30))
    host.startAgent()
    host.run(seconds: 20)
    host.restartAgent(after: 2)
    host.run(seconds: 7)
    #expect(host.phase("a") == .running)
    host.run(seconds: 3)
    #expect(host.status == .complete)
    #expect(host.starts("stop") == 0)
    #expect(host.ends == 1)
  }

  // MARK: Restart of several

  @Test("a restart of all tasks runs every stage again in order")
  func restartAll() {
    var host = ScriptedHost.running(Self.everyStage, for: 2)
    let before = starts(host).count
    let request = host.restart(.allTasks)
    host.run(seconds: 3)
    #expect(host.answer(request) == .success(true))
    let again = Array(starts(host).dropFirst(before))
    #expect(again.prefix(2).sorted() == ["pre", "side"])
    #expect(again[2] == "main")
    #expect(again.suffix(2).sorted() == ["post", "pside"])
    #expect(stops(host) == ["main", "side", "pside"])
    #expect(host.state("pre")?.restarts == 1)
    #expect(host.state("stop")?.restarts == 0)
    #expect(host.driver.violations == [])
  }

  @Test("a restart of the running tasks leaves finished ones alone")
  func restartRunning() {
    var host = ScriptedHost.running(Self.everyStage, for: 2)
    let request = host.restart(.runningTasks)
    host.run(seconds: 3)
    #expect(host.answer(request) == .success(true))
    #expect(host.starts("pre") == 1 && host.starts("post") == 1)
    #expect(host.starts("main") == 2 && host.starts("side") == 2 && host.starts("pside") == 2)
  }

  @Test("a prestart task that fails in the second run ends the group")
  func prestartFailsSecondTime() {
    var host = ScriptedHost.running(
      [
        ScriptedTask("pre", "[ -e ran ] && exit 1; touch ran", stage: .prestart), ScriptedTask("main"),
        ScriptedTask("stop", "true", stage: .poststop),
      ], for: 2)
    #expect(host.phase("main") == .running)
    _ = host.restart(.allTasks)
    host.run(seconds: 5)
    #expect(host.starts("main") == 1)
    #expect(host.state("pre")?.failed == true)
    #expect(host.events("main").contains(.siblingFailed))
    #expect(host.starts("stop") == 1)
    #expect(host.ends == 1)
    #expect(host.driver.violations == [])
  }

  @Test("a restart of all tasks while one starts sends that one back to its gate")
  func restartWhileStarting() {
    var host = ScriptedHost(
      [
        ScriptedTask("pre", "true", stage: .prestart),
        ScriptedTask("main").configured { $0.startBlockSeconds = 2 },
      ])
    host.startAgent()
    host.run(seconds: 1)
    #expect(host.phase("pre") == .dead && host.phase("main") == .pending)
    let request = host.restart(.allTasks)
    host.run(seconds: 10)
    #expect(host.answer(request) == .success(true))
    #expect(starts(host) == ["pre", "main", "pre", "main"])
    #expect(host.phase("main") == .running)
    #expect(host.driver.violations == [])
  }

  @Test("concurrent restarts are all answered")
  func concurrentRestarts() {
    var host = ScriptedHost.running(Self.everyStage, for: 2)
    let requests = [RestartTarget.allTasks, .runningTasks, .task("main"), .allTasks].map { host.restart($0) }
    host.run(seconds: 5)
    for request in requests { #expect(host.answer(request) == .success(true)) }
    #expect(host.phase("main") == .running)
    #expect(host.driver.violations == [])
  }

  @Test("an allocation that is stopped or has ended is not restarted")
  func restartOfEnded() {
    var host = ScriptedHost.running([ScriptedTask("a", "true")])
    for target in [RestartTarget.allTasks, .runningTasks, .task("a")] {
      let request = host.restart(target)
      #expect(host.answer(request) == .failure(.allocationShouldNotRun))
    }
    #expect(
      LifecycleRequestError.allocationShouldNotRun.description == "restart of an alloc that should not run")
    var stopping = ScriptedHost.running([ScriptedTask("a", "trap '' INT; while true")])
    stopping.stop()
    let request = stopping.restart(.allTasks)
    #expect(stopping.answer(request) == .failure(.allocationShouldNotRun))
  }

  // MARK: Restore

  @Test("a running task is recovered with its handle and not started again")
  func restoreRunning() {
    var host = ScriptedHost.running(Self.everyStage, for: 2)
    let events = host.events("main")
    host.restartAgent()
    host.run(seconds: 2)
    #expect(host.events("main") == events)
    #expect(host.starts("main") == 1 && host.starts("pre") == 1)
    host.stop()
    host.run(seconds: 5)
    #expect(host.status == .complete)
    #expect(host.starts("stop") == 1)
    #expect(host.driver.violations == [])
  }

  @Test("a task that ended while no agent ran is reported with its true exit code")
  func restoreEnded() {
    var host = ScriptedHost.running([ScriptedTask("a", "sleep 2; exit 7")])
    host.restartAgent(after: 5)
    host.run(seconds: 1)
    #expect(host.details("a", .terminated)?["exit_code"] == "7")
    #expect(host.starts("a") == 1)
  }

  @Test("a start whose answer was lost is found and not made twice")
  func restoreStarting() {
    var host = ScriptedHost([ScriptedTask("a").configured { $0.startBlockSeconds = 1 }])
    host.startAgent()
    host.run(seconds: 0.5)
    host.restartAgent()
    host.run(seconds: 3)
    #expect(host.phase("a") == .running)
    #expect(host.starts("a") == 1)
    #expect(host.driver.violations == [])
  }

  @Test("a restart delay goes on after a restore, and the restarts are counted on")
  func restoreBackingOff() {
    var host = ScriptedHost.running([ScriptedTask("a", "exit 1", attempts: 1)], for: 0.3)
    #expect(host.events("a").last == .restarting)
    host.restartAgent(after: 0.2)
    host.run(seconds: 10)
    #expect(host.starts("a") == 2)
    #expect(host.state("a")?.restarts == 1)
    #expect(host.status == .failed)
  }

  @Test("a stop goes on after a restore")
  func restoreStopping() {
    var host = ScriptedHost.running(
      [
        ScriptedTask("a", "trap '' INT; while true", killTimeout: .seconds(20)),
        ScriptedTask("stop", "true", stage: .poststop),
      ])
    host.stop()
    host.run(seconds: 1)
    host.restartAgent()
    host.run(seconds: 30)
    #expect(host.ends == 1)
    #expect(host.starts("stop") == 1)
    #expect(host.events("a").count { $0 == .killing } == 1)
  }

  @Test("a restart of all tasks goes on after a restore")
  func restoreRestarting() {
    var host = ScriptedHost.running([
      ScriptedTask("pre", "true", stage: .prestart), ScriptedTask("main", "trap '' INT; while true"),
    ])
    _ = host.restart(.allTasks)
    host.restartAgent(after: 0.5)
    host.run(seconds: 10)
    #expect(starts(host) == ["pre", "main", "pre", "main"])
    #expect(host.driver.violations == [])
  }

  @Test("a restored leader that is dead ends the others")
  func restoreLeader() {
    var host = ScriptedHost.running([
      ScriptedTask("lead", "sleep 3", leader: true), ScriptedTask("other"),
    ])
    host.restartAgent(after: 4)
    host.run(seconds: 3)
    #expect(host.events("other").contains(.leaderDead))
    #expect(host.ends == 1)
  }

  @Test("a task that its driver does not know any more ends with an unknown result")
  func restoreUnknown() {
    var host = ScriptedHost.running([ScriptedTask("a")])
    host.forgetProcesses(of: TaskIndex(0))
    host.restartAgent()
    host.run(seconds: 1)
    #expect(host.details("a", .terminated)?["exit_code"] == nil)
    #expect(host.status == .failed)
  }

  @Test("a driver that cannot say is an event of its own, and the policy decides")
  func restoreFailed() throws {
    let record = try #require(lastRecord(of: ScriptedHost.running([ScriptedTask("a", attempts: 1)])))
    let plan = ScriptedHost([ScriptedTask("a", attempts: 1)]).plan
    var machine = AllocationMachine(
      plan: plan,
      restoring: RestoredAllocation(
        allocation: AllocationRecord(beganAt: Timestamp(nanosecondsSinceEpoch: 0)), tasks: [record]))
    let now = Timestamp(nanosecondsSinceEpoch: 10_000_000_000)
    _ = machine.handle(.begin, at: now)
    _ = machine.handle(.recovered(TaskIndex(0), Invocation(1), .failed("broken")), at: now)
    // It may run on: nothing starts in its place before the driver has ended it.
    #expect(machine.tasks[0].state.events.last?.kind == .restoreFailed)
    #expect(machine.tasks[0].state.phase == .running)
    _ = machine.handle(.destroyed(TaskIndex(0), Invocation(1), error: nil), at: now)
    #expect(machine.tasks[0].state.events.suffix(2).map(\.kind) == [.restoreFailed, .restarting])
  }

  private func lastRecord(of host: ScriptedHost) -> TaskRecord? {
    host.effects.compactMap { if case .persistTask(_, let record) = $0 { record } else { nil } }.last
  }

  @Test("a dead task clears its handle first, and a complete one only runs its stop hooks")
  func restoreDead() {
    let plan = ScriptedHost([ScriptedTask("a", hooks: [.stop]), ScriptedTask("b")]).plan
    var state = TaskState()
    state.phase = .dead
    let dead = TaskRecord(state: state, position: .dead, invocation: Invocation(1), handle: TaskHandle())
    let complete = TaskRecord(state: state, position: .complete, invocation: Invocation(1))
    var machine = AllocationMachine(
      plan: plan,
      restoring: RestoredAllocation(
        allocation: AllocationRecord(beganAt: Timestamp(nanosecondsSinceEpoch: 0)), tasks: [complete, dead]))
    let effects = machine.handle(.begin, at: Timestamp(nanosecondsSinceEpoch: 1))
    let calls = effects.compactMap { effect -> String? in
      switch effect {
      case .destroy(let task, _, _): "destroy \(task.rawValue)"
      case .runHooks(.stop(let task)): "stop hooks \(task.rawValue)"
      case .prepare, .start, .recover, .watch, .stop: "a call too many"
      default: nil
      }
    }
    #expect(calls.sorted() == ["destroy 1", "stop hooks 0"])
    _ = machine.handle(.hooksDone(.stop(TaskIndex(0))), at: Timestamp(nanosecondsSinceEpoch: 2))
    #expect(!machine.hasEnded)
    _ = machine.handle(
      .destroyed(TaskIndex(1), Invocation(1), error: nil), at: Timestamp(nanosecondsSinceEpoch: 2))
    #expect(machine.hasEnded)
  }

  @Test("a shutdown leaves the tasks running and answers who waits")
  func shutdown() {
    var host = ScriptedHost.running([ScriptedTask("a", "trap '' INT; while true")])
    let request = host.restart(.task("a"))
    let calls = host.effects.count
    host.send(.shutdown)
    host.run(seconds: 20)
    #expect(host.answer(request) == .failure(.shuttingDown))
    let rest = host.effects.dropFirst(calls)
    #expect(!rest.contains { if case .stop = $0 { true } else { false } })
    #expect(!rest.contains { if case .destroy = $0 { true } else { false } })
    host.restartAgent()
    host.run(seconds: 5)
    // The restart was asked for before, and is done now.
    #expect(host.phase("a") == .running)
    #expect(host.starts("a") == 2)
    #expect(host.driver.violations == [])
  }

  @Test("a start that is answered during a shutdown is recorded")
  func shutdownWhileStarting() {
    var host = ScriptedHost([ScriptedTask("a").configured { $0.startBlockSeconds = 1 }])
    host.startAgent()
    host.run(seconds: 0.5)
    host.send(.shutdown)
    host.run(seconds: 1)
    #expect(lastRecord(of: host)?.handle != nil)
    host.restartAgent()
    host.run(seconds: 1)
    #expect(host.phase("a") == .running)
    #expect(host.starts("a") == 1)
  }

  // MARK: Client status

  @Test("the client status follows from the tasks' states")
  func clientStatus() {
    var host = ScriptedHost([
      ScriptedTask("pre", "sleep 1", stage: .prestart), ScriptedTask("main", "sleep 1"),
    ])
    host.startAgent()
    #expect(host.status == .pending)
    host.run(seconds: 0.5)
    #expect(host.status == .running)
    #expect(host.machine?.clientDescription == "Tasks are running")
    host.run(seconds: 3)
    #expect(host.status == .complete)
    #expect(host.machine?.clientDescription == "All tasks have completed")
  }

  @Test("a group without tasks ends at once")
  func empty() {
    var machine = AllocationMachine(plan: AllocationPlan(tasks: []))
    let effects = machine.handle(.begin, at: Timestamp(nanosecondsSinceEpoch: 0))
    #expect(machine.hasEnded)
    #expect(effects.count { if case .allocationEnded = $0 { true } else { false } } == 1)
  }

  @Test("a group of one stage alone reaches its end", arguments: Stage.allCases)
  func oneStage(stage: Stage) {
    let host = ScriptedHost.running([ScriptedTask("a", "sleep 1", stage: stage)], for: 10)
    #expect(host.ends == 1)
    #expect(host.driver.violations == [])
  }

  @Test("what is stored comes before what relies on it")
  func durability() {
    let host = ScriptedHost.running([ScriptedTask("a", "true")])
    let order = host.effects.compactMap { effect -> String? in
      switch effect {
      case .persistTask(_, let record): "\(record.position)"
      case .start: "START"
      case .destroy: "DESTROY"
      case .allocationEnded: "END"
      default: nil
      }
    }
    #expect(order == ["waiting", "starting", "START", "running", "complete", "DESTROY", "END"])
  }
}
