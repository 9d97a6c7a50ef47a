/// The rules that a job as a whole follows.
struct JobRules {
  let job: Job
  let problems: JobProblems

  private let path = JobPath()
  private var names: NameRules { NameRules(problems: problems) }

  /// What is wrong with a job, each once.
  static func problems(of job: Job, after reading: [JobProblem] = []) -> [JobProblem] {
    let problems = JobProblems()
    for problem in reading { problems.add(problem) }
    JobRules(job: job, problems: problems).check()
    var seen = Set<JobProblem>()
    return problems.list.filter { seen.insert($0).inserted }
  }

  func check() {
    names.check(job.id, .job, at: path.field("ID"), forbidsSpace: true)
    if job.name != job.id { names.check(job.name, .job, at: path.field("Name")) }
    names.checkValues(job.meta, at: path.field("Meta"))
    let groups = path.field("TaskGroups")
    if job.groups.isEmpty {
      problems.rule("No groups", "The job \"\(job.id)\" needs a group block with a task in it.", at: groups)
    }
    names.checkUnique(job.groups.map(\.name), "group", in: "the job \"\(job.id)\"", at: groups)
    checkType()
    let placement = PlacementRules(problems: problems, path: path)
    placement.check(job.constraints)
    placement.check(job.affinities)
    placement.check(job.spreads)
    checkLaunch()
    PendingRules(problems: problems).check(job)
    for (index, group) in job.groups.enumerated() {
      GroupRules(job: job, group: group, problems: problems, path: groups.index(index)).check()
    }
  }

  private func checkLaunch() {
    let launch = LaunchRules(problems: problems)
    if let periodic = job.periodic { launch.check(periodic, at: path.field("Periodic")) }
    if let parameterized = job.parameterized {
      launch.check(parameterized, at: path.field("ParameterizedJob"))
    }
    if job.periodic != nil, job.parameterized != nil {
      problems.rule(
        "Conflicting blocks", "A job is started by time or with parameters, not by both.",
        at: path.field("ParameterizedJob"))
    }
  }

  private func forbid(_ isThere: Bool, _ block: String, at path: JobPath) {
    guard isThere else { return }
    problems.rule(
      "Block not allowed", "A \(job.type.rawValue) job cannot have a \(block) block.", at: path)
  }

  private func checkType() {
    let isForEveryHost = job.type == .system || job.type == .sysbatch
    let isBatch = job.type == .batch || job.type == .sysbatch
    let reschedule = job.reschedulePolicy
    let migrate = job.migrateStrategy
    if isBatch { forbid(job.update != nil, "update", at: path.field("Update")) }
    if job.type != .service { forbid(job.migrate != nil, "migrate", at: path.field("Migrate")) }
    if isForEveryHost {
      forbid(job.reschedule != nil, "reschedule", at: path.field("Reschedule"))
      forbid(!job.affinities.isEmpty, "affinity", at: path.field("Affinities"))
      forbid(!job.spreads.isEmpty, "spread", at: path.field("Spreads"))
    }
    if !isBatch {
      forbid(job.periodic != nil, "periodic", at: path.field("Periodic"))
      forbid(job.parameterized != nil, "parameterized", at: path.field("ParameterizedJob"))
    }
    for (index, group) in job.groups.enumerated() {
      let path = path.field("TaskGroups").index(index)
      if isBatch { forbid(group.update != job.update, "update", at: path.field("Update")) }
      if job.type != .service { forbid(group.migrate != migrate, "migrate", at: path.field("Migrate")) }
      guard isForEveryHost else { continue }
      forbid(group.reschedule != reschedule, "reschedule", at: path.field("ReschedulePolicy"))
      forbid(!group.affinities.isEmpty, "affinity", at: path.field("Affinities"))
      forbid(!group.spreads.isEmpty, "spread", at: path.field("Spreads"))
      if group.count > 1 {
        problems.rule(
          "Invalid count",
          "A \(job.type.rawValue) job runs once on each host; the group \"\(group.name)\" cannot have a count of "
            + "\(group.count).", at: path.field("Count"))
      }
    }
  }
}
