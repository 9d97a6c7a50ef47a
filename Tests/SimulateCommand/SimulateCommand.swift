#if canImport(Glibc)
  import Glibc
#endif
import Simulation

/// Runs seeds: `simulate [--calm] [SEEDS [FIRST_SEED]]`, with `--calm` without faults; `simulate --seed N` runs
/// one and prints what happens in it.
@main
struct SimulateCommand {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let place = arguments.firstIndex(of: "--seed"), place + 1 < arguments.count,
      let seed = UInt64(arguments[place + 1])
    {
      return show(seed)
    }
    let isCalm = arguments.contains("--calm")
    let numbers = arguments.compactMap { UInt64($0) }
    let count = numbers.first ?? 2000
    let first = numbers.dropFirst().first ?? 1
    run(first..<first + count, hasFaults: !isCalm)
  }

  private static func run(_ seeds: Range<UInt64>, hasFaults: Bool) {
    let clock = ContinuousClock()
    let start = clock.now
    var counts = Simulation.Counts()
    for seed in seeds {
      let outcome = Simulation.run(Scenario(seed: seed, hasFaults: hasFaults))
      counts += outcome.counts
      if let violation = outcome.violation {
        print("seed \(seed): \(violation)")
        report(Scenario(seed: seed, hasFaults: hasFaults))
        exit(1)
      }
    }
    let time = (clock.now - start) / .seconds(1)
    print(
      "\(seeds.count) seeds from \(seeds.lowerBound): every promise kept; \(counts.events) events, "
        + "\(counts.starts) starts, \(counts.agentKills) kills of the agent, \(counts.commits) commits, "
        + "\(Int(time * 10) / 10) s")
  }

  private static func report(_ scenario: Scenario) {
    let shrunk = Shrinker.shrink(scenario)
    for line in shrunk.description { print("  \(line)") }
    print("  what happened:")
    for line in Simulation.run(shrunk, keepsTrace: true).trace { print("  \(line)") }
    print("again: make simulate SEEDS=1 FIRST_SEED=\(scenario.seed)")
  }

  private static func show(_ seed: UInt64) {
    let scenario = Scenario(seed: seed)
    for line in scenario.description { print(line) }
    let outcome = Simulation.run(scenario, keepsTrace: true)
    for line in outcome.trace { print(line) }
  }
}
