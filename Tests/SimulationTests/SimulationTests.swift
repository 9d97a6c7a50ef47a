import Simulation
import Testing

/// Whole runs on virtual time; `make simulate` makes many more.
@Suite("The simulator")
struct SimulationTests {
  @Test("without faults every promise is kept", arguments: 0..<4)
  func withoutFaults(block: UInt64) {
    for seed in block * 25..<block * 25 + 25 {
      let violation = Simulation.run(Scenario(seed: seed, hasFaults: false)).violation
      #expect(violation == nil, "seed \(seed)")
    }
  }

  @Test("with kills, full disks and failing drivers every promise is kept", arguments: 0..<10)
  func withFaults(block: UInt64) {
    var kills = 0
    for seed in block * 30..<block * 30 + 30 {
      let outcome = Simulation.run(Scenario(seed: seed))
      #expect(outcome.violation == nil, "make simulate SEEDS=1 FIRST_SEED=\(seed)")
      kills += outcome.counts.agentKills
    }
    // A run in which nothing is killed has not tried.
    #expect(kills > 0)
  }

  @Test("a seed gives the same run each time")
  func repeatable() {
    for seed in 1...10 as ClosedRange<UInt64> {
      let first = Simulation.run(Scenario(seed: seed), keepsTrace: true)
      let second = Simulation.run(Scenario(seed: seed), keepsTrace: true)
      #expect(first.trace == second.trace && !first.trace.isEmpty)
    }
  }

  @Test("a mistake that breaks a promise is noticed", arguments: Flaw.allCases)
  func flaws(flaw: Flaw) throws {
    var broken: Violation?
    var seed: UInt64 = 0
    while broken == nil, seed < 3000 {
      seed += 1
      broken = Simulation.run(Scenario(seed: seed), flaw: flaw).violation
    }
    let violation = try #require(broken, "nothing was noticed in \(seed) runs")
    #expect(flaw.breaks.contains(violation.promise), "seed \(seed): \(violation)")
  }

  @Test("every promise is broken by some mistake that is noticed")
  func promises() {
    let covered = Flaw.allCases.filter { $0 != .diskForgetsCommits }
      .reduce(into: Set<Promise>()) { $0.formUnion($1.breaks) }
    #expect(covered == Set(Promise.allCases))
  }

  @Test("a run that breaks a promise is shrunk to what breaks it")
  func shrinks() throws {
    var seed: UInt64 = 1
    var scenario = Scenario(seed: seed)
    while Simulation.run(scenario, flaw: .shellDoesNotWait).violation == nil {
      seed += 1
      scenario = Scenario(seed: seed)
    }
    let shrunk = Shrinker.shrink(scenario, flaw: .shellDoesNotWait)
    let violation = try #require(Simulation.run(shrunk, flaw: .shellDoesNotWait).violation)
    #expect(violation.promise == Simulation.run(scenario, flaw: .shellDoesNotWait).violation?.promise)
    // To act before a record is durable is wrong in every run: nothing else is needed.
    #expect(shrunk.description.count == 2)
  }
}
