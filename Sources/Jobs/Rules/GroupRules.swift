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
    checkStrategies()
    let placement = PlacementRules(problems: problems, path: path)
    placement.check(group.constraints)
    placement.check(group.affinities)
    placement.check(group.spreads)
    NetworkRules(problems: problems).check(group.networks, at: path.field("Networks"))
    ServiceRules(group: group, task: nil, problems: problems).check(
      group.services, at: path.field("Services"))
    checkVolumes()
    ForeignRules(problems: problems).check(group, at: path)
    for (index, task) in group.tasks.enumerated() {
      TaskRules(job: job, group: group, task: task, problems: problems, path: tasks.index(index)).check()
    }
  }

  private func checkStrategies() {
    let rules = UpdateRules(problems: problems)
    if let update = group.update {
      // What the job says for all its groups is wrong in one place.
      let isJobs = update == job.update
      rules.check(update, at: isJobs ? JobPath().field("Update") : path.field("Update"))
    }
    if let migrate = group.migrate {
      let isJobs = job.migrate != nil && migrate == job.migrateStrategy
      rules.check(migrate, at: isJobs ? JobPath().field("Migrate") : path.field("Migrate"))
    }
    if let scaling = group.scaling { rules.check(scaling, of: group, at: path.field("Scaling")) }
    if let disconnect = group.disconnect {
      rules.check(disconnect, of: group, at: path.field("Disconnect"))
    }
  }

  private func checkVolumes() {
    for (name, volume) in group.volumes.sorted(by: { $0.key < $1.key }) {
      let path = path.field("Volumes").key(name)
      if !["host", "csi"].contains(volume.type) {
        problems.rule(
          "Unknown value", "\"\(volume.type)\" is not one of host, csi.", at: path.field("Type"))
      }
      if volume.source.isEmpty {
        problems.rule(
          "Incomplete volume", "A volume needs a source: its name on the host.", at: path.field("Source"))
      }
      if volume.type == "host", volume.mountOptions != nil {
        problems.rule(
          "Conflicting settings", "A volume of type host has no mount_options.",
          at: path.field("MountOptions"))
      }
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
