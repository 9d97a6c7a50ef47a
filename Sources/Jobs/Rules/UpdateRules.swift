import HCL

/// The rules that strategies for updates, migrations, scaling and lost hosts follow.
struct UpdateRules {
  let problems: JobProblems

  private func fail(_ detail: String, at path: JobPath) {
    problems.rule("Impossible strategy", detail, at: path)
  }

  private func choose(_ value: String, among known: [String], at path: JobPath) {
    guard !known.contains(value) else { return }
    problems.rule(
      "Unknown value", "\"\(value)\" is not one of \(known.joined(separator: ", ")).", at: path)
  }

  func check(_ update: UpdateStrategy, at path: JobPath) {
    // Without a limit nothing is watched, and the rest does not matter.
    guard update.maxParallel > 0 else { return }
    choose(update.healthCheck, among: ["checks", "task_states", "manual"], at: path.field("HealthCheck"))
    checkHealth(update.minHealthyTime, update.healthyDeadline, at: path)
    if update.progressDeadline > .zero, update.healthyDeadline >= update.progressDeadline {
      fail(
        "The healthy_deadline must be less than the progress_deadline, \(update.progressDeadline.goSyntax).",
        at: path)
    }
    if update.autoPromote, update.canary == 0 {
      fail("Without canaries there is nothing to promote: set canary.", at: path.field("AutoPromote"))
    }
  }

  func check(_ migrate: MigrateStrategy, at path: JobPath) {
    choose(migrate.healthCheck, among: ["checks", "task_states"], at: path.field("HealthCheck"))
    checkHealth(migrate.minHealthyTime, migrate.healthyDeadline, at: path)
  }

  private func checkHealth(_ minimum: Duration, _ deadline: Duration, at path: JobPath) {
    if deadline <= .zero { fail("The healthy_deadline must be more than nothing.", at: path) }
    if minimum >= deadline, deadline > .zero {
      fail("The min_healthy_time must be less than the healthy_deadline, \(deadline.goSyntax).", at: path)
    }
  }

  func check(_ scaling: Scaling, of group: Job.Group, at path: JobPath) {
    if scaling.maximum < scaling.minimum {
      return fail("The max is less than the min, \(scaling.minimum).", at: path.field("Max"))
    }
    if group.count > scaling.maximum {
      fail("The group's count of \(group.count) is more than the max.", at: path.field("Max"))
    } else if group.count < scaling.minimum {
      fail("The group's count of \(group.count) is less than the min.", at: path.field("Min"))
    }
  }

  func check(_ disconnect: DisconnectStrategy, of group: Job.Group, at path: JobPath) {
    choose(
      disconnect.reconcile,
      among: ["best_score", "keep_original", "keep_replacement", "longest_running"],
      at: path.field("Reconcile"))
    if group.maxClientDisconnect != nil || group.stopAfterClientDisconnect != nil {
      fail(
        "A disconnect block takes the place of max_client_disconnect and stop_after_client_disconnect.",
        at: path)
    }
  }
}
