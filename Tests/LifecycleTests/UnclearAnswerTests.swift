import Lifecycle
import Testing

/// What follows when a driver does not say what it did: nothing is taken for done or undone.
@Suite("Drivers that do not answer")
struct UnclearAnswerTests {
  private let task = TaskIndex(0)
  private let first = Invocation(1)
  private let unclear = StartFailure(message: "no answer", recoverable: true, isUnclear: true)

  /// A machine whose only task is in the hands of the driver.
  private func starting(attempts: Int = 1) -> AllocationMachine {
    var machine = AllocationMachine(
      plan: ScriptedHost([ScriptedTask("a", attempts: attempts)]).plan)
    _ = machine.handle(.begin, at: time(0))
    _ = machine.handle(.prepared(task, first), at: time(0))
    return machine
  }

  private func running(attempts: Int = 1) -> AllocationMachine {
    var machine = starting(attempts: attempts)
    _ = machine.handle(.started(task, first, TaskHandle()), at: time(0))
    return machine
  }

  private func time(_ seconds: Int64) -> Timestamp {
    Timestamp(nanosecondsSinceEpoch: seconds * 1_000_000_000)
  }

  /// What drivers are asked for, and timers.
  private func calls(_ effects: [AllocationEffect]) -> [String] {
    effects.compactMap { effect in
      switch effect {
      case .prepare: "prepare"
      case .start: "start"
      case .recover: "recover"
      case .watch: "watch"
      case .destroy(_, _, let force): force ? "destroy by force" : "destroy"
      case .startTimer(.watchRetry, _): "wait to watch"
      case .startTimer(.destroyRetry, _): "wait to destroy"
      case .startTimer(.restartDelay, _): "back off"
      case .reply: "reply"
      case .persistAllocation: "store"
      case .allocationEnded: "end"
      default: nil
      }
    }
  }

  @Test("a start without an answer is asked for, and not made again beside it")
  func unclearStart() {
    var machine = starting()
    let asked = machine.handle(.startFailed(task, first, unclear), at: time(600))
    #expect(calls(asked) == ["recover"])
    var found = machine
    #expect(calls(found.handle(.recovered(task, first, .found(TaskHandle())), at: time(601))) == ["watch"])
    #expect(found.tasks[0].state.phase == .running)
    // One that was not made counts as a failure, so that the policy decides.
    #expect(calls(machine.handle(.recovered(task, first, .neverStarted), at: time(601))) == ["back off"])
    #expect(machine.tasks[0].state.events.contains { $0.kind == .driverFailure })
  }

  @Test("a task that may run is ended by its driver before another is started in its place")
  func cleared() {
    var machine = running()
    _ = machine.handle(.waitFailed(task, first, message: "no"), at: time(1))
    let effects = machine.handle(.recovered(task, first, .neverStarted), at: time(1))
    #expect(calls(effects) == ["destroy by force"])
    #expect(machine.tasks[0].state.phase == .running)
    let failed = machine.handle(.destroyed(task, first, error: "no answer"), at: time(2))
    #expect(calls(failed) == ["wait to destroy"])
    let again = machine.handle(.timerFired(.destroyRetry(task, first, attempt: 1)), at: time(3))
    #expect(calls(again) == ["destroy by force"])
    #expect(calls(machine.handle(.destroyed(task, first, error: nil), at: time(3))) == ["back off"])
  }

  @Test("a task that cannot be watched runs on, and is asked for again and again")
  func unwatchable() {
    var machine = running()
    var now: Int64 = 1
    let first = calls(machine.handle(.waitFailed(task, first, message: "no"), at: time(now)))
    #expect(first == ["recover"])
    for attempt in 1...9 {
      let found = machine.handle(.recovered(task, self.first, .found(TaskHandle())), at: time(now))
      #expect(calls(found) == ["watch"])
      let failed = machine.handle(.waitFailed(task, self.first, message: "no"), at: time(now))
      #expect(calls(failed) == ["wait to watch"])
      now += 64
      let timer = TimerID.watchRetry(task, self.first, attempt: UInt8(min(attempt, 7)))
      #expect(calls(machine.handle(.timerFired(timer), at: time(now))) == ["recover"])
    }
    #expect(machine.tasks[0].state.phase == .running)
    let exited = machine.handle(.exited(task, self.first, ExitResult(exitCode: 0)), at: time(now))
    #expect(calls(exited).contains("destroy"))
  }

  @Test("an allocation ends when its drivers have forgotten every task")
  func endsAfterClearing() {
    var machine = running(attempts: 0)
    let exited = machine.handle(.exited(task, first, ExitResult(exitCode: 0)), at: time(1))
    #expect(calls(exited) == ["destroy"])
    #expect(calls(machine.handle(.destroyed(task, first, error: "no"), at: time(2))) == ["wait to destroy"])
    let again = machine.handle(.timerFired(.destroyRetry(task, first, attempt: 1)), at: time(3))
    #expect(calls(again) == ["destroy"])
    let ended = machine.handle(.destroyed(task, first, error: nil), at: time(4))
    #expect(calls(ended) == ["store", "end"])
  }

  @Test("a stop is answered when it is recorded, before and after the beginning and at the end")
  func stopIsAnswered() {
    var machine = running(attempts: 0)
    let stopped = machine.handle(.stopRequested(StopRequest(), RequestID(1)), at: time(1))
    #expect(calls(stopped) == ["store", "reply"])
    var early = AllocationMachine(plan: machine.plan)
    #expect(calls(early.handle(.stopRequested(StopRequest(), RequestID(1)), at: time(0))) == [])
    #expect(calls(early.handle(.begin, at: time(0))).prefix(2) == ["store", "reply"])
    #expect(early.hasEnded)
    #expect(calls(early.handle(.stopRequested(StopRequest(), RequestID(2)), at: time(0))) == ["reply"])
  }
}
