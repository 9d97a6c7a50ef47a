/// The rules for what a task has beside its program: volumes, devices, actions, a payload.
struct TaskPartRules {
  let job: Job
  let group: Job.Group
  let task: Job.Task
  let problems: JobProblems
  let path: JobPath

  func check() {
    for (index, mount) in task.volumeMounts.enumerated() {
      check(mount, at: path.field("VolumeMounts").index(index))
    }
    for (index, device) in task.resources.devices.enumerated() {
      let path = path.field("Resources").field("Devices").index(index)
      if device.name.isEmpty {
        problems.rule("Incomplete device", "A device needs a name.", at: path.field("Name"))
      }
      if device.count == 0 {
        problems.rule("Number out of range", "0 is not at least 1.", at: path.field("Count"))
      }
    }
    let actions = path.field("Actions")
    NameRules(problems: problems).checkUnique(
      task.actions.map(\.name), "action", in: "the task \"\(task.name)\"", at: actions)
    for (index, action) in task.actions.enumerated() {
      if action.name.isEmpty || action.name.contains(where: \.isWhitespace) {
        problems.rule(
          "Invalid name", "The name of an action has no white space and is not empty.",
          at: actions.index(index).field("Name"))
      }
      if action.command.isEmpty {
        problems.rule(
          "Incomplete action", "An action needs a command.", at: actions.index(index).field("Command"))
      }
    }
    checkPayload()
  }

  private func check(_ mount: VolumeMount, at path: JobPath) {
    if group.volumes[mount.volume] == nil {
      problems.rule(
        "Unknown volume", "The group has no volume named \"\(mount.volume)\".", at: path.field("Volume"))
    }
    if mount.destination.isEmpty {
      problems.rule(
        "Incomplete mount", "A volume_mount needs a destination: the path in the task.",
        at: path.field("Destination"))
    }
    let known = ["", "private", "host-to-task", "bidirectional"]
    if !known.contains(mount.propagationMode) {
      problems.rule(
        "Unknown value",
        "\"\(mount.propagationMode)\" is not one of private, host-to-task, bidirectional.",
        at: path.field("PropagationMode"))
    }
  }

  private func checkPayload() {
    guard let file = task.dispatchPayload else { return }
    let path = path.field("DispatchPayload")
    if file.isEmpty {
      problems.rule(
        "Incomplete payload", "A dispatch_payload needs the file that it goes to.", at: path.field("File"))
    } else {
      DestinationRules(problems: problems, path: path.field("File")).check("local/" + file, isFile: true)
    }
    if job.parameterized == nil, !job.isDispatched {
      problems.rule(
        "No payload", "Only a parameterized job is dispatched with a payload.", at: path)
    } else if job.parameterized?.payload == "forbidden" {
      problems.rule("No payload", "The parameterized block forbids payloads.", at: path)
    }
  }
}
