import Lifecycle

/// How fast the core is; nothing in it waits, so this is processor time.
public enum CoreSpeed {
  /// Updates of a coordinator in a second: groups of six tasks, one of each stage, run from their
  /// beginning to their end again and again, one task's change at a time.
  public static func coordinatorUpdatesPerSecond(updates: Int = 20_000_000) -> Double {
    let life: [(Int, Coordinator.Condition)] = [
      (0, .pending), (0, .running), (1, .running), (0, .succeeded), (2, .running), (3, .running),
      (4, .running), (3, .succeeded), (2, .succeeded), (1, .complete), (4, .complete), (5, .running),
      (5, .complete),
    ]
    let fresh = Coordinator(stages: Stage.allCases)
    var coordinator = fresh
    var opened = 0
    let clock = ContinuousClock()
    let seconds =
      clock.measure {
        var done = 0
        while done < updates {
          coordinator = fresh
          for (task, condition) in life where coordinator.update(TaskIndex(task), to: condition) {
            opened += 1
          }
          done += life.count
        }
      } / .seconds(1)
    // Using the count keeps the work from being optimised away.
    return opened == 0 ? 0 : Double(updates) / seconds
  }

  /// Events in a second that an allocation of one task handles, from its beginning to its end.
  public static func allocationEventsPerSecond(allocations: Int = 100_000) -> Double {
    let plan = AllocationPlan(tasks: [.init(name: "task", restartsOnSuccess: false)])
    let task = TaskIndex(0)
    let first = Invocation(1)
    let now = Timestamp(nanosecondsSinceEpoch: 0)
    let events: [AllocationEvent] = [
      .begin, .prepared(task, first), .started(task, first, TaskHandle()),
      .exited(task, first, ExitResult(exitCode: 0)),
    ]
    var effects: [AllocationEffect] = []
    var ended = 0
    let clock = ContinuousClock()
    let seconds =
      clock.measure {
        for _ in 0..<allocations {
          var machine = AllocationMachine(plan: plan)
          for event in events {
            effects.removeAll(keepingCapacity: true)
            machine.handle(event, at: now, into: &effects)
          }
          if machine.hasEnded { ended += 1 }
        }
      } / .seconds(1)
    return ended == allocations ? Double(allocations * events.count) / seconds : 0
  }
}
