import Jobs

/// Takes from a scenario that breaks a promise what it breaks without.
public enum Shrinker {
  /// The smallest scenario that was found in which the same promise is broken.
  ///
  /// - Parameters:
  ///   - scenario: One that breaks a promise; any other is given back as it is.
  ///   - flaw: The mistake that is made on purpose.
  public static func shrink(_ scenario: Scenario, flaw: Flaw? = nil) -> Scenario {
    guard let promise = Simulation.run(scenario, flaw: flaw).violation?.promise else { return scenario }
    var best = scenario
    var hasShrunk = true
    while hasShrunk {
      hasShrunk = false
      for candidate in smaller(than: best)
      where Simulation.run(candidate, flaw: flaw).violation?.promise == promise {
        best = candidate
        hasShrunk = true
        break
      }
    }
    return best
  }

  /// Scenarios with less in them, those with the least first.
  private static func smaller(than scenario: Scenario) -> [Scenario] {
    var candidates: [Scenario] = []
    let steps = scenario.steps
    var size = steps.count
    while size >= 1 {
      for start in stride(from: 0, to: steps.count, by: size) {
        var smaller = scenario
        smaller.steps.removeSubrange(start..<min(start + size, steps.count))
        candidates.append(smaller)
      }
      size /= 2
    }
    for index in scenario.jobs.indices where scenario.jobs.count > 1 {
      var smaller = scenario
      // Its allocations' numbers stay free, so that the others keep theirs.
      smaller.jobs.remove(at: index)
      candidates.append(smaller)
    }
    for (index, job) in scenario.jobs.enumerated() {
      if job.group.count > 1 {
        var smaller = scenario
        smaller.jobs[index].job.groups[0].count = 1
        candidates.append(smaller)
      }
      // From the end, so that the other tasks keep their places.
      if job.group.tasks.count > 1 {
        var smaller = scenario
        smaller.jobs[index].job.groups[0].tasks.removeLast()
        smaller.jobs[index].scripts.removeLast()
        candidates.append(smaller)
      }
    }
    return candidates
  }
}
