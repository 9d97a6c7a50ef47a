import HCL

/// Reads groups.
struct GroupDecoder {
  let collector: DiagnosticCollector
  let jobType: JobType
  /// What the job says about rescheduling.
  var reschedule: ReschedulePolicy?

  init(collector: DiagnosticCollector, jobType: JobType) {
    self.collector = collector
    self.jobType = jobType
  }

  func group(_ block: ScopedBlock) -> Job.Group {
    var decoder = BodyDecoder(block, collector: collector)
    let policies = PolicyDecoder(collector: collector)
    var group = newGroup(block.labels[0].text)
    group.count = decoder.int("count", in: 0...Int.max) ?? 1
    group.meta = decoder.stringMap("meta") ?? [:]
    group.shutdownDelay = decoder.duration("shutdown_delay", atLeast: .zero) ?? .zero
    if let inner = decoder.block("restart") { group.restart = policies.restart(inner, over: group.restart) }
    if let inner = decoder.block("reschedule") {
      group.reschedule = policies.reschedule(inner, over: group.reschedule, jobType)
    }
    if let inner = decoder.block("ephemeral_disk") { group.ephemeralDisk = ephemeralDisk(inner) }
    let taskBlocks = decoder.blocks("task", labels: ["name"])
    group.kept = SettingSchema.group.keep(from: &decoder)
    decoder.finish()
    NameRules(collector: collector).check(group.name, "group", at: block.labels[0].span)
    PairRules(collector: collector, block: block).checkMeta(group.meta)
    group.tasks = taskBlocks.map { taskDecoder(group).task($0) }
    check(group, taskBlocks, block)
    return group
  }

  /// A task that stands in the job itself is the only one of a group of its name.
  func loneTask(_ block: ScopedBlock) -> Job.Group {
    var group = newGroup(block.labels[0].text)
    group.tasks = [taskDecoder(group).task(block)]
    checkLogs(group, [block])
    return group
  }

  private func newGroup(_ name: String) -> Job.Group {
    Job.Group(name: name, restart: .standard(of: jobType), reschedule: reschedule)
  }

  private func taskDecoder(_ group: Job.Group) -> TaskDecoder {
    TaskDecoder(collector: collector, groupRestart: group.restart)
  }

  private func ephemeralDisk(_ block: ScopedBlock) -> EphemeralDisk {
    var decoder = BodyDecoder(block, collector: collector)
    var disk = EphemeralDisk()
    disk.sizeMB = decoder.int("size", in: 10...Int.max) ?? disk.sizeMB
    disk.migrate = decoder.bool("migrate") ?? disk.migrate
    disk.sticky = decoder.bool("sticky") ?? disk.sticky
    decoder.finish()
    return disk
  }

  // MARK: Rules
  private func check(_ group: Job.Group, _ tasks: [ScopedBlock], _ block: ScopedBlock) {
    if group.tasks.isEmpty {
      collector.error("No tasks", "The group \"\(group.name)\" needs a task.", at: block.headerSpan)
    }
    NameRules(collector: collector).checkUnique(tasks, "task", in: "the group \"\(group.name)\"")
    var leader: (name: String, span: SourceSpan)?
    for (task, taskBlock) in zip(group.tasks, tasks) where task.leader {
      let span = taskBlock.body.attributes.first { $0.name == "leader" }?.span ?? taskBlock.headerSpan
      if let leader {
        collector.error(
          "Two leaders", "The group \"\(group.name)\" has a leader already: the task \"\(leader.name)\".",
          at: span,
          notes: [Diagnostic.Note("the first leader", range: collector.source.range(of: leader.span))])
      } else {
        leader = (task.name, span)
      }
    }
    checkLogs(group, tasks)
  }

  private func checkLogs(_ group: Job.Group, _ tasks: [ScopedBlock]) {
    for (task, block) in zip(group.tasks, tasks) where !task.logs.disabled {
      let (needed, overflow) = task.logs.maxFiles.multipliedReportingOverflow(by: task.logs.maxFileSizeMB)
      guard overflow || needed >= group.ephemeralDisk.sizeMB else { continue }
      collector.error(
        "Logs do not fit",
        "The task \"\(task.name)\" may keep \(task.logs.maxFiles) log files of \(task.logs.maxFileSizeMB) MB; "
          + "the group's ephemeral disk of \(group.ephemeralDisk.sizeMB) MB must be larger than that.",
        at: block.body.blocks.first { $0.type == "logs" }?.headerSpan ?? block.headerSpan)
    }
  }
}
