/// The rules that a group follows.
struct GroupRules {
  let job: Job
  let group: Job.Group
  let problems: JobProblems
  let path: JobPath

  private var names: NameRules { NameRules(problems: problems) }

  func check() {
    let tasks = path.field("Tasks")
    // A task that stands in the job itself gives its group the name.
    if group.tasks.map(\.name) != [group.name] { names.check(group.name, .group, at: path.field("Name")) }
    names.checkValues(group.meta, at: path.field("Meta"))
    if group.tasks.isEmpty {
      problems.rule("No tasks", "The group \"\(group.name)\" needs a task.", at: tasks)
    }
    names.checkUnique(group.tasks.map(\.name), "task", in: "the group \"\(group.name)\"", at: tasks)
    checkLeaders(tasks)
    let policies = PolicyRules(problems: problems)
    policies.check(group.restart, at: path.field("RestartPolicy"))
    if let reschedule = group.reschedule {
      // A job's own policy is wrong in one place, however many groups have it.
      let isJobs = job.reschedule != nil && reschedule == job.reschedulePolicy
      policies.check(
        reschedule, at: isJobs ? JobPath().field("Reschedule") : path.field("ReschedulePolicy"))
    }
    ForeignRules(problems: problems).check(group, at: path)
    for (index, task) in group.tasks.enumerated() {
      TaskRules(job: job, group: group, task: task, problems: problems, path: tasks.index(index)).check()
    }
  }

  private func checkLeaders(_ tasks: JobPath) {
    var leader: Int?
    for (index, task) in group.tasks.enumerated() where task.leader {
      if let leader {
        problems.rule(
          "Two leaders",
          "The group \"\(group.name)\" has a leader already: the task \"\(group.tasks[leader].name)\".",
          at: tasks.index(index).field("Leader"),
          related: [JobProblem.Related("the first leader", at: tasks.index(leader).field("Leader"))])
      } else {
        leader = index
      }
    }
  }
}
