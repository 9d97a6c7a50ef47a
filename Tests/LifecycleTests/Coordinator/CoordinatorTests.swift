import Lifecycle
import Testing

@Suite("Coordinator")
struct CoordinatorTests {
  /// The stages that pass, in the order of the table.
  private func open(_ coordinator: Coordinator) -> [Stage] {
    Stage.allCases.filter { coordinator.passes($0) }
  }

  private func coordinator(
    _ stages: [Stage], _ conditions: [Coordinator.Condition]
  ) -> Coordinator {
    var coordinator = Coordinator(stages: stages)
    coordinator.update(Array(repeating: .pending, count: stages.count))
    coordinator.update(conditions)
    return coordinator
  }

  @Test("each state lets the stages of its row pass")
  func table() {
    let table: [(Coordinator.State, [Stage])] = [
      (.initial, []),
      (.prestart, [.prestart, .prestartSidecar]),
      (.main, [.prestartSidecar, .main]),
      (.poststart, [.prestartSidecar, .main, .poststart, .poststartSidecar]),
      (.waitAlloc, [.prestartSidecar, .main, .poststartSidecar]),
      (.poststop, [.poststop]),
    ]
    #expect(table.map(\.0) == Coordinator.State.allCases)
    for (state, stages) in table {
      #expect(Stage.allCases.filter { state.passes($0) } == stages)
    }
  }

  @Test("nothing passes before the first update")
  func startsBlocked() {
    let coordinator = Coordinator(stages: [.prestart, .prestartSidecar, .main])
    #expect(open(coordinator).isEmpty)
  }

  @Test("a pending main task alone passes")
  func mainAlone() {
    #expect(coordinator([.main], [.pending]).passes(.main))
  }

  private static let threeStages: [Stage] = [.prestart, .prestartSidecar, .main]

  @Test(
    "main waits for its prestart tasks",
    arguments: [
      ([.pending, .pending, .pending], [.prestart, .prestartSidecar]),
      ([.pending, .running, .pending], [.prestart, .prestartSidecar]),
      ([.running, .running, .pending], [.prestart, .prestartSidecar]),
      ([.succeeded, .pending, .pending], [.prestart, .prestartSidecar]),
      ([.failed, .running, .pending], [.prestart, .prestartSidecar]),
      ([.succeeded, .running, .pending], [.prestartSidecar, .main]),
      ([.complete, .running, .pending], [.prestartSidecar, .main]),
    ] as [([Coordinator.Condition], [Stage])])
  func prestart(conditions: [Coordinator.Condition], stages: [Stage]) {
    #expect(open(coordinator(Self.threeStages, conditions)) == stages)
  }

  @Test("main waits for both of two prestart tasks, and for ever when one failed")
  func twoPrestarts() {
    let stages: [Stage] = [.prestart, .prestart, .main]
    #expect(open(coordinator(stages, [.succeeded, .succeeded, .pending])) == [.prestartSidecar, .main])
    #expect(open(coordinator(stages, [.succeeded, .failed, .pending])) == [.prestart, .prestartSidecar])
  }

  @Test("poststart waits until main runs")
  func poststart() {
    let stages: [Stage] = [.prestartSidecar, .main, .poststart]
    #expect(open(coordinator(stages, [.pending, .pending, .pending])) == [.prestart, .prestartSidecar])
    #expect(open(coordinator(stages, [.running, .pending, .pending])) == [.prestartSidecar, .main])
    #expect(
      open(coordinator(stages, [.running, .running, .pending]))
        == [.prestartSidecar, .main, .poststart, .poststartSidecar])
    #expect(
      open(coordinator(stages, [.running, .running, .succeeded]))
        == [.prestartSidecar, .main, .poststartSidecar])
  }

  @Test("poststop passes from any state when all others are dead")
  func poststop() {
    let stages: [Stage] = [.prestart, .prestartSidecar, .main, .poststart, .poststop]
    let paths: [[[Coordinator.Condition]]] = [
      [[.failed, .complete, .complete, .complete, .pending]],
      [
        [.succeeded, .running, .pending, .pending, .pending],
        [.succeeded, .complete, .failed, .complete, .pending],
      ],
      [
        [.succeeded, .running, .running, .pending, .pending],
        [.succeeded, .complete, .complete, .complete, .pending],
      ],
      [
        [.succeeded, .running, .running, .succeeded, .pending],
        [.succeeded, .complete, .complete, .succeeded, .pending],
      ],
    ]
    for path in paths {
      var coordinator = Coordinator(stages: stages)
      coordinator.update(Array(repeating: .pending, count: 5))
      for conditions in path { coordinator.update(conditions) }
      #expect(coordinator.state == .poststop)
      #expect(open(coordinator) == [.poststop])
    }
  }

  @Test("one update takes as many steps as it needs", arguments: Stage.allCases)
  func severalSteps(stage: Stage) {
    var coordinator = Coordinator(stages: [stage])
    coordinator.update([.pending])
    #expect(coordinator.passes(stage))
    coordinator.update([.complete])
    #expect(coordinator.state == .poststop)
  }

  @Test("a group of poststop tasks only goes to them at once")
  func onlyPoststop() {
    #expect(coordinator([.poststop], [.pending]).passes(.poststop))
  }

  @Test("a restart blocks every stage until all tasks are pending")
  func restart() {
    var coordinator = coordinator(Self.threeStages, [.succeeded, .running, .running])
    #expect(coordinator.state == .waitAlloc)
    coordinator.restart()
    #expect(open(coordinator).isEmpty)
    coordinator.update([.succeeded, .pending, .pending])
    #expect(open(coordinator).isEmpty)
    coordinator.update([.pending, .running, .running])
    coordinator.update([.pending, .pending, .running])
    #expect(open(coordinator).isEmpty)
    coordinator.update([.pending, .pending, .pending])
    #expect(open(coordinator) == [.prestart, .prestartSidecar])
    coordinator.update([.succeeded, .running, .pending])
    #expect(open(coordinator) == [.prestartSidecar, .main])
  }

  @Test("a restart does not wait for a task that can never be pending again")
  func restartWithoutKilledTask() {
    var coordinator = coordinator([.main, .main], [.running, .complete])
    coordinator.restart()
    coordinator.update([.pending, .complete])
    #expect(coordinator.passes(.main))
  }

  @Test("stages are blocked and let go any number of times")
  func repeatedRestarts() {
    var coordinator = Coordinator(stages: Self.threeStages)
    for _ in 0..<5 {
      coordinator.update([.pending, .pending, .pending])
      #expect(open(coordinator) == [.prestart, .prestartSidecar])
      coordinator.update([.succeeded, .running, .pending])
      coordinator.update([.succeeded, .running, .running])
      #expect(coordinator.state == .waitAlloc)
      coordinator.restart()
      #expect(open(coordinator).isEmpty)
    }
  }

  @Test(
    "a restored allocation finds its place",
    arguments: [
      ([.prestart, .main], [.running, .pending], [.prestart, .prestartSidecar]),
      ([.prestart, .main], [.succeeded, .pending], [.prestartSidecar, .main]),
      (
        [.main, .poststart], [.running, .pending], [.prestartSidecar, .main, .poststart, .poststartSidecar]
      ),
      (
        [.prestartSidecar, .main, .poststart], [.running, .running, .succeeded],
        [.prestartSidecar, .main, .poststartSidecar]
      ),
      ([.prestart, .main, .poststop], [.succeeded, .succeeded, .running], [.poststop]),
    ] as [([Stage], [Coordinator.Condition], [Stage])])
  func restore(stages: [Stage], conditions: [Coordinator.Condition], passing: [Stage]) {
    var coordinator = Coordinator(stages: stages)
    coordinator.restore(conditions)
    #expect(open(coordinator) == passing)
  }

  @Test("a shutdown releases everybody and stays")
  func shutDown() {
    var coordinator = Coordinator(stages: [.main])
    coordinator.shutDown()
    coordinator.update([.pending])
    #expect(coordinator.gate(.main).answer == .shutDown)
    #expect(coordinator.gate(.poststop).answer == .shutDown)
  }
}

@Suite("Gate")
struct GateTests {
  private enum Action { case open, close }

  @Test("only the last call counts")
  func sequences() {
    let table: [([Action], Gate.Answer)] = [
      ([], .wait), ([.close], .wait), ([.open], .pass), ([.close, .close], .wait), ([.open, .open], .pass),
      ([.open, .close, .open], .pass), ([.open, .close], .wait),
    ]
    for (actions, answer) in table {
      var gate = Gate()
      for action in actions {
        switch action {
        case .open: gate.open()
        case .close: gate.close()
        }
      }
      #expect(gate.answer == answer)
    }
  }

  @Test("after a shutdown nothing makes anybody wait")
  func shutDown() {
    var gate = Gate()
    gate.shutDown()
    gate.open()
    #expect(gate.answer == .shutDown)
    gate.close()
    #expect(gate.answer == .shutDown)
  }
}
