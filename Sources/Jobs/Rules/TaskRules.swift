/// The rules that a task follows.
struct TaskRules {
  let job: Job
  let group: Job.Group
  let task: Job.Task
  let problems: JobProblems
  let path: JobPath

  private var names: NameRules { NameRules(problems: problems) }

  func check() {
    names.check(task.name, .task, at: path.field("Name"))
    if task.driver.isEmpty {
      problems.rule(
        "Driver missing",
        "The task \"\(task.name)\" does not say which driver runs it: driver = \"raw_exec\".",
        at: path.field("Driver"))
    }
    names.checkNoNull(task.user, at: path.field("User"))
    names.checkEnvironment(task.env, at: path.field("Env"))
    names.checkValues(task.meta, at: path.field("Meta"))
    if task.restart != group.restart {
      PolicyRules(problems: problems).check(task.restart, at: path.field("RestartPolicy"))
    }
    if let hook = task.lifecycle, hook.sidecar, hook.stage == .poststop {
      problems.rule(
        "Impossible sidecar", "A poststop task runs when all others have ended and cannot be a sidecar.",
        at: path.field("Lifecycle").field("Sidecar"))
    }
    let placement = PlacementRules(problems: problems, path: path)
    placement.check(task.constraints, isTask: true)
    placement.check(task.affinities)
    ServiceRules(group: group, task: task, problems: problems).check(
      task.services, at: path.field("Services"))
    TaskPartRules(job: job, group: group, task: task, problems: problems, path: path).check()
    ForeignRules(problems: problems).check(task, at: path)
    checkLogs()
    checkResources()
    for (index, template) in task.templates.enumerated() {
      check(template, at: path.field("Templates").index(index))
    }
    for (index, artifact) in task.artifacts.enumerated() {
      check(artifact, at: path.field("Artifacts").index(index))
    }
  }

  private func checkLogs() {
    guard !task.logs.disabled else { return }
    let (needed, overflow) = task.logs.maxFiles.multipliedReportingOverflow(by: task.logs.maxFileSizeMB)
    guard overflow || needed >= group.ephemeralDisk.sizeMB else { return }
    problems.rule(
      "Logs do not fit",
      "The task \"\(task.name)\" may keep \(task.logs.maxFiles) log files of \(task.logs.maxFileSizeMB) MB; "
        + "the group's ephemeral disk of \(group.ephemeralDisk.sizeMB) MB must be larger than that.",
      at: path.field("LogConfig"))
  }

  private func checkResources() {
    let resources = task.resources
    let path = path.field("Resources")
    if resources.cores > 0, resources.cpuMHz > 0 {
      problems.rule(
        "Conflicting resources", "A task asks for cpu or for cores, not for both.", at: path.field("Cores"))
    }
    if resources.cores == 0, resources.cpuMHz == 0 {
      problems.rule("Number out of range", "0 is not at least 1.", at: path.field("CPU"))
    }
    if let most = resources.memoryMaxMB, most > 0, most < resources.memoryMB {
      problems.rule(
        "Conflicting resources", "The memory_max is less than the memory, \(resources.memoryMB) MB.",
        at: path.field("MemoryMaxMB"))
    }
  }

  // MARK: Files
  private func check(_ template: Template, at path: JobPath) {
    switch (template.data, template.source) {
    case (nil, nil):
      problems.rule(
        "Incomplete template", "A template needs its text as data, or a file that holds it as source.",
        at: path.field("EmbeddedTmpl"))
    case (.some, .some):
      problems.rule(
        "Ambiguous template", "A template has data or a source, not both.", at: path.field("SourcePath"))
    default: break
    }
    names.checkNoNull(template.source, at: path.field("SourcePath"))
    if Int(template.permissions, radix: 8).map({ !(0...0o7777).contains($0) }) ?? true {
      problems.rule(
        "Invalid permissions", "Permissions are octal, such as \"0644\".", at: path.field("Perms"))
    }
    if !["noop", "restart", "signal", "script"].contains(template.changeMode) {
      problems.rule(
        "Unknown value", "\"\(template.changeMode)\" is not one of noop, restart, signal, script.",
        at: path.field("ChangeMode"))
    }
    if template.changeMode == "signal", template.changeSignal.isEmpty {
      problems.rule(
        "Incomplete template", "The change mode \"signal\" needs a change_signal.",
        at: path.field("ChangeMode"))
    }
    if template.changeMode == "signal", !template.changeSignal.isEmpty,
      Signals.number(named: template.changeSignal) == nil
    {
      problems.rule(
        "Unknown value", "There is no signal named \"\(template.changeSignal)\".",
        at: path.field("ChangeSignal"))
    }
    if let wait = template.wait, wait.maximum > .zero, wait.minimum > wait.maximum {
      problems.rule("Conflicting settings", "The min is more than the max.", at: path.field("Wait"))
    }
    if template.changeMode == "script", template.changeScript?.command.isEmpty == true {
      problems.rule(
        "Incomplete template", "A change_script needs a command.",
        at: path.field("ChangeScript").field("Command"))
    }
    if template.changeMode == "script", template.changeScript == nil {
      problems.rule(
        "Incomplete template", "The change mode \"script\" needs a change_script block.",
        at: path.field("ChangeMode"))
    }
    let destination = path.field("DestPath")
    if template.destination.isEmpty {
      problems.rule(
        "Incomplete template", "A template needs a destination: where the file goes.", at: destination)
    } else {
      DestinationRules(problems: problems, path: destination).check(template.destination, isFile: true)
    }
  }

  private func check(_ artifact: Artifact, at path: JobPath) {
    let sourcePath = path.field("GetterSource")
    if ArtifactSource(artifact.source) == .empty {
      problems.rule(
        "Incomplete artifact", "An artifact needs a source: a path or a file:// URL.", at: sourcePath)
    }
    names.checkNoNull(artifact.source, at: sourcePath)
    if !["any", "file", "dir"].contains(artifact.mode) {
      problems.rule(
        "Unknown value", "\"\(artifact.mode)\" is not one of any, file, dir.", at: path.field("GetterMode"))
    }
    DestinationRules(problems: problems, path: path.field("RelativeDest")).check(
      artifact.destination, isFile: artifact.mode == "file")
  }
}
