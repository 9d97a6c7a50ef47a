import HCL

/// Reads tasks.
struct TaskDecoder {
  let collector: DiagnosticCollector
  /// The group's policy, which a task's own adds to.
  let groupRestart: RestartPolicy

  func task(_ block: ScopedBlock) -> Job.Task {
    var decoder = BodyDecoder(block, collector: collector)
    let label = block.labels[0]
    var task = Job.Task(name: label.text, driver: "", restart: groupRestart)
    task.range = collector.source.range(of: block.headerSpan)
    readDriver(&task, &decoder, block)
    task.env = decoder.stringMap("env") ?? [:]
    task.user = decoder.string("user") ?? ""
    task.meta = decoder.stringMap("meta") ?? [:]
    task.leader = decoder.bool("leader") ?? false
    task.killTimeout = decoder.duration("kill_timeout", atLeast: .zero) ?? task.killTimeout
    task.killSignal = decoder.choice("kill_signal", among: Signals.names) ?? ""
    task.shutdownDelay = decoder.duration("shutdown_delay", atLeast: .zero) ?? .zero
    task.lifecycle = decoder.block("lifecycle").flatMap(lifecycle)
    if let inner = decoder.block("logs") { task.logs = logs(inner, &task.kept) }
    if let inner = decoder.block("resources") { task.resources = resources(inner, &task.kept) }
    if let inner = decoder.block("restart") {
      task.restart = PolicyDecoder(collector: collector).restart(inner, over: groupRestart)
    }
    task.templates = decoder.blocks("template").map(template)
    task.artifacts = decoder.blocks("artifact").map(artifact)
    task.kept += SettingSchema.task.keep(from: &decoder)
    decoder.finish()
    NameRules(collector: collector).check(task.name, "task", at: label.span)
    NameRules(collector: collector).checkNoNull(task.user, "user", decoder)
    let pairs = PairRules(collector: collector, block: block)
    pairs.checkEnvironment(task.env)
    pairs.checkMeta(task.meta)
    return task
  }

  private func readDriver(_ task: inout Job.Task, _ decoder: inout BodyDecoder, _ block: ScopedBlock) {
    let attribute = decoder.attribute("driver")
    let reportedBefore = collector.diagnostics.count
    task.driver = decoder.string("driver") ?? ""
    let isReported = collector.diagnostics.count > reportedBefore
    task.driverRange = attribute.map { collector.source.range(of: $0.expression.span) }
    task.config = decoder.located("config") ?? task.config
    guard task.driver.isEmpty else { return }
    if let attribute {
      if !isReported {
        collector.error("Driver missing", "The name of the driver is empty.", at: attribute.expression.span)
      }
    } else {
      collector.error(
        "Driver missing",
        "The task \"\(task.name)\" does not say which driver runs it: driver = \"raw_exec\".",
        at: block.headerSpan)
    }
  }

  private func lifecycle(_ block: ScopedBlock) -> LifecycleHook? {
    var decoder = BodyDecoder(block, collector: collector)
    let stage = decoder.choice("hook", LifecycleHook.Stage.self)
    let sidecar = decoder.bool("sidecar") ?? false
    decoder.finish()
    guard let stage else {
      if decoder.attribute("hook") == nil {
        collector.error(
          "Hook missing", "A lifecycle block needs a hook: prestart, poststart or poststop.",
          at: block.headerSpan)
      }
      return nil
    }
    if sidecar, stage == .poststop {
      decoder.report(
        "sidecar", "Impossible sidecar",
        "A poststop task runs when all others have ended and cannot be a sidecar.")
    }
    return LifecycleHook(stage, sidecar: sidecar)
  }

  private func logs(_ block: ScopedBlock, _ kept: inout [KeptSetting]) -> LogConfiguration {
    var decoder = BodyDecoder(block, collector: collector)
    var logs = LogConfiguration()
    logs.maxFiles = decoder.int("max_files", in: 1...Int.max) ?? logs.maxFiles
    logs.maxFileSizeMB = decoder.int("max_file_size", in: 1...Int.max) ?? logs.maxFileSizeMB
    logs.disabled = decoder.bool("disabled") ?? logs.disabled
    kept += SettingSchema.logs.keep(from: &decoder)
    decoder.finish()
    return logs
  }

  private func resources(_ block: ScopedBlock, _ kept: inout [KeptSetting]) -> Resources {
    var decoder = BodyDecoder(block, collector: collector)
    var resources = Resources()
    let cpu = decoder.int("cpu", in: 1...Int.max)
    resources.cores = decoder.int("cores", in: 0...Int.max) ?? resources.cores
    resources.cpuMHz = cpu ?? (resources.cores > 0 ? 0 : resources.cpuMHz)
    resources.memoryMB = decoder.int("memory", in: 10...Int.max) ?? resources.memoryMB
    resources.memoryMaxMB = decoder.int("memory_max", in: 0...Int.max)
    kept += SettingSchema.resources.keep(from: &decoder)
    decoder.finish()
    if cpu != nil, resources.cores > 0 {
      decoder.report("cores", "Conflicting resources", "A task asks for cpu or for cores, not for both.")
    }
    if let most = resources.memoryMaxMB, most > 0, most < resources.memoryMB {
      decoder.report(
        "memory_max", "Conflicting resources",
        "The memory_max is less than the memory, \(resources.memoryMB) MB.")
    }
    return resources
  }
}
