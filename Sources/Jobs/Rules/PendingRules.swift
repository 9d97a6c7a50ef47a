/// Settings that are read and checked but that the agent does not act on yet: each is a warning, so that
/// nobody relies on it. Whoever makes one work takes it out.
struct PendingRules {
  let problems: JobProblems

  func check(_ job: Job) {
    let path = JobPath()
    warn(!job.constraints.isEmpty, "constraint", at: path.field("Constraints"))
    warn(job.periodic != nil, "periodic", at: path.field("Periodic"))
    warn(job.parameterized != nil, "parameterized", at: path.field("ParameterizedJob"))
    for (index, group) in job.groups.enumerated() {
      check(group, at: path.field("TaskGroups").index(index))
    }
  }

  private func check(_ group: Job.Group, at path: JobPath) {
    warn(!group.constraints.isEmpty, "constraint", at: path.field("Constraints"))
    warn(!group.networks.isEmpty, "network", at: path.field("Networks"))
    warn(!group.services.isEmpty, "service", at: path.field("Services"))
    warn(!group.volumes.isEmpty, "volume", at: path.field("Volumes"))
    warn(group.maxRunDuration != nil, "max_run_duration", at: path.field("MaxRunDuration"))
    for (index, task) in group.tasks.enumerated() { check(task, at: path.field("Tasks").index(index)) }
  }

  private func check(_ task: Job.Task, at path: JobPath) {
    warn(!task.constraints.isEmpty, "constraint", at: path.field("Constraints"))
    warn(!task.services.isEmpty, "service", at: path.field("Services"))
    warn(!task.volumeMounts.isEmpty, "volume_mount", at: path.field("VolumeMounts"))
    warn(!task.actions.isEmpty, "action", at: path.field("Actions"))
    warn(task.dispatchPayload != nil, "dispatch_payload", at: path.field("DispatchPayload"))
    let resources = path.field("Resources")
    warn(!task.resources.devices.isEmpty, "device", at: resources.field("Devices"))
    warn(!task.resources.networks.isEmpty, "network", at: resources.field("Networks"))
    for (index, template) in task.templates.enumerated()
    where ["signal", "script"].contains(template.changeMode) {
      warn(true, "change_mode", at: path.field("Templates").index(index).field("ChangeMode"))
    }
  }

  private func warn(_ isThere: Bool, _ name: String, at path: JobPath) {
    guard isThere else { return }
    problems.warning("No effect yet", "hostler accepts \"\(name)\" but does not act on it yet.", at: path)
  }
}
