import HCL

/// The rules that policies follow.
struct PolicyRules {
  let problems: JobProblems

  func check(_ policy: RestartPolicy, at path: JobPath) {
    if policy.attempts == 0, policy.mode == .delay {
      problems.rule(
        "Ambiguous restart policy",
        "With mode \"delay\" there must be attempts; with 0 of them use \"fail\".", at: path)
    }
    // Compared as a quotient: the product of a large count would overflow.
    if policy.attempts > 0, policy.delay > policy.interval / policy.attempts, policy.interval >= .seconds(5) {
      problems.rule(
        "Impossible restart policy",
        "\(policy.attempts) attempts with a delay of \(policy.delay.goSyntax) do not fit in an interval of "
          + "\(policy.interval.goSyntax).", at: path)
    }
  }

  func check(_ policy: ReschedulePolicy, at path: JobPath) {
    func fail(_ detail: String) { problems.rule("Impossible reschedule policy", detail, at: path) }
    guard policy.unlimited || policy.attempts > 0 else { return }
    if policy.unlimited, policy.attempts > 0 {
      fail("An unlimited policy does not count attempts: leave out one of the two.")
    }
    if policy.delay < .seconds(5) { fail("The delay must be at least 5s.") }
    if policy.delayFunction != .constant, policy.maxDelay < policy.delay {
      fail("The max_delay must be at least the delay, \(policy.delay.goSyntax).")
    }
    if !policy.unlimited, policy.interval <= .zero {
      fail("Attempts are counted within an interval: set one.")
    }
  }
}
