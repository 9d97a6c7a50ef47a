/// The rules that periodic and parameterized jobs follow.
struct LaunchRules {
  let problems: JobProblems

  func check(_ periodic: Periodic, at path: JobPath) {
    func fail(_ summary: String, _ detail: String, at path: JobPath) {
      problems.rule(summary, detail, at: path)
    }
    if periodic.kind != "cron" {
      fail("Unknown value", "\"\(periodic.kind)\" is not cron.", at: path.field("SpecType"))
    }
    if periodic.schedules.isEmpty {
      fail("Schedule missing", "A periodic job needs crons: when it is to run.", at: path.field("Specs"))
    }
    if !periodic.specification.isEmpty, !periodic.specifications.isEmpty {
      fail("Two schedules", "A periodic job has cron or crons, not both.", at: path.field("Spec"))
    }
    let written =
      (periodic.specification.isEmpty ? [] : [(periodic.specification, path.field("Spec"))])
      + periodic.specifications.enumerated().map { ($1, path.field("Specs").index($0)) }
    for (text, path) in written {
      do { _ = try CronSchedule(text) } catch {
        fail("Invalid schedule", "\"\(text)\" is no schedule: \(error.message)", at: path)
      }
    }
  }

  func check(_ parameterized: Parameterized, at path: JobPath) {
    if !["optional", "required", "forbidden"].contains(parameterized.payload) {
      problems.rule(
        "Unknown value", "\"\(parameterized.payload)\" is not one of optional, required, forbidden.",
        at: path.field("Payload"))
    }
    for key in Set(parameterized.metaRequired).intersection(parameterized.metaOptional) {
      problems.rule(
        "Conflicting settings", "The meta key \"\(key)\" cannot be required and optional.",
        at: path.field("MetaOptional"))
    }
  }
}
