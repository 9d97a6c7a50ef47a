import Simulation
import Testing

@Suite("The simulator")
struct SimulationTests {
  @Test("without faults every promise is kept", arguments: 0..<10)
  func withoutFaults(block: UInt64) {
    for seed in block * 20..<block * 20 + 20 {
      let outcome = Simulation.run(Scenario(seed: seed, hasFaults: false))
      #expect(outcome.violation == nil, "seed \(seed)")
    }
  }
}
