#if canImport(Glibc)
  import Glibc
#endif
import ModelCheck

/// Walks the core's model: `model-check [TASKS …]`, groups of 1 to 5 tasks unless it is told otherwise;
/// `model-check --speed` measures how fast the core is.
@main
struct ModelCheckCommand {
  static func main() async {
    if CommandLine.arguments.contains("--speed") {
      print("coordinator: \(Int(CoreSpeed.coordinatorUpdatesPerSecond())) updates a second")
      print("allocation: \(Int(CoreSpeed.allocationEventsPerSecond())) events a second")
      return
    }
    let sizes = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    let clock = ContinuousClock()
    let start = clock.now
    var (states, steps) = (0, 0)
    var violations = 0
    for suite in (sizes.isEmpty ? Array(1...5) : sizes).flatMap(ModelSuite.all(of:)) {
      let suiteStart = clock.now
      let outcome = await suite.run()
      states += outcome.states
      steps += outcome.steps
      let seconds = (clock.now - suiteStart) / .seconds(1)
      print(
        "\(suite.name): \(suite.shapes.count) shapes, \(outcome.states) states, \(outcome.steps) steps, "
          + "\(Int(seconds * 10) / 10) s")
      if let violation = outcome.violation {
        print("  VIOLATION: \(violation)")
        violations += 1
      }
    }
    print("all: \(states) states, \(steps) steps, \(Int((clock.now - start) / .seconds(1))) s")
    if violations > 0 { exit(1) }
  }
}
