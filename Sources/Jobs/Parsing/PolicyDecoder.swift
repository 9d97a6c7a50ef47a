import HCL

extension RestartPolicy {
  /// The policy of a job file that says nothing else.
  public static func standard(of type: JobType) -> RestartPolicy {
    type == .batch || type == .sysbatch ? .batch : .service
  }
}

extension ReschedulePolicy {
  /// The policy of a job file that says nothing else; nil where allocations are not rescheduled.
  public static func standard(of type: JobType) -> ReschedulePolicy? {
    switch type {
    case .service: .service
    case .batch: .batch
    case .system, .sysbatch: nil
    }
  }
}

/// Reads restart and reschedule blocks; what a block leaves out comes from the level above.
struct PolicyDecoder {
  let collector: DiagnosticCollector

  func restart(_ block: ScopedBlock, over base: RestartPolicy) -> RestartPolicy {
    var decoder = BodyDecoder(block, collector: collector)
    var policy = base
    policy.attempts = decoder.int("attempts", in: 0...Int.max) ?? base.attempts
    policy.interval = decoder.duration("interval", atLeast: .seconds(5)) ?? base.interval
    policy.delay = decoder.duration("delay", atLeast: .zero) ?? base.delay
    policy.mode = decoder.choice("mode", RestartPolicy.Mode.self) ?? base.mode
    policy.renderTemplates = decoder.bool("render_templates") ?? base.renderTemplates
    decoder.finish()
    if policy.attempts == 0, policy.mode == .delay {
      collector.error(
        "Ambiguous restart policy",
        "With mode \"delay\" there must be attempts; with 0 of them use \"fail\".",
        at: block.headerSpan)
    }
    // Compared as a quotient: the product of a large count would overflow.
    if policy.attempts > 0, policy.delay > policy.interval / policy.attempts {
      collector.error(
        "Impossible restart policy",
        "\(policy.attempts) attempts with a delay of \(policy.delay.goSyntax) do not fit in an interval of "
          + "\(policy.interval.goSyntax).", at: block.headerSpan)
    }
    return policy
  }

  func reschedule(_ block: ScopedBlock, over base: ReschedulePolicy?, _ type: JobType) -> ReschedulePolicy? {
    var decoder = BodyDecoder(block, collector: collector)
    var policy = base ?? .service
    let attempts = decoder.int("attempts", in: 0...Int.max)
    policy.attempts = attempts ?? policy.attempts
    policy.interval = decoder.duration("interval", atLeast: .zero) ?? policy.interval
    policy.delay = decoder.duration("delay", atLeast: .zero) ?? policy.delay
    policy.delayFunction =
      decoder.choice("delay_function", ReschedulePolicy.DelayFunction.self) ?? policy.delayFunction
    policy.maxDelay = decoder.duration("max_delay", atLeast: .zero) ?? policy.maxDelay
    policy.unlimited = decoder.bool("unlimited") ?? policy.unlimited
    decoder.finish()
    guard base != nil else {
      collector.error(
        "Block not allowed", "A \(type.rawValue) job cannot have a reschedule block.", at: block.headerSpan)
      return nil
    }
    check(policy, block)
    return policy
  }

  private func check(_ policy: ReschedulePolicy, _ block: ScopedBlock) {
    func fail(_ detail: String) {
      collector.error("Impossible reschedule policy", detail, at: block.headerSpan)
    }
    guard policy.unlimited || policy.attempts > 0 else { return }
    if policy.unlimited, policy.attempts > 0,
      block.body.attributes.contains(where: { $0.name == "unlimited" })
    {
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
