import HCL

/// Reads a job and everything in it from blocks, with the defaults and rules of its type.
struct JobDecoder {
  let collector: DiagnosticCollector

  func job(_ block: ScopedBlock) -> Job {
    var decoder = BodyDecoder(block, collector: collector)
    let label = block.labels.first
    var job = Job(id: decoder.string("id") ?? label?.text ?? "")
    job.name = decoder.string("name") ?? job.id
    job.type = decoder.choice("type", JobType.self) ?? .service
    job.priority = decoder.int("priority", in: 1...100) ?? job.priority
    job.region = decoder.string("region") ?? job.region
    job.nodePool = decoder.string("node_pool") ?? job.nodePool
    job.namespace = decoder.string("namespace") ?? job.namespace
    job.datacenters = decoder.strings("datacenters") ?? job.datacenters
    job.meta = decoder.stringMap("meta") ?? [:]
    job.kept = SettingSchema.job.keep(from: &decoder)
    checkName(job.id, "job", at: label?.span ?? block.headerSpan, forbidsSpace: true)
    if job.name != job.id { checkName(job.name, "job", at: decoder.span(of: "name")) }
    PairRules(collector: collector, block: block).checkMeta(job.meta)
    var level = GroupDecoder(collector: collector, jobType: job.type)
    level.reschedule = reschedule(&decoder, job.type)
    let groupBlocks = decoder.blocks("group", labels: ["name"])
    let taskBlocks = decoder.blocks("task", labels: ["name"])
    decoder.finish()
    job.groups = groupBlocks.map { level.group($0) } + taskBlocks.map { level.loneTask($0) }
    checkGroups(job, groupBlocks + taskBlocks, block)
    checkType(job, groupBlocks, block)
    return job
  }

  private func reschedule(_ decoder: inout BodyDecoder, _ type: JobType) -> ReschedulePolicy? {
    let base = ReschedulePolicy.standard(of: type)
    guard let block = decoder.block("reschedule") else { return base }
    return PolicyDecoder(collector: collector).reschedule(block, over: base, type)
  }

  // MARK: Rules
  private func checkGroups(_ job: Job, _ blocks: [ScopedBlock], _ block: ScopedBlock) {
    if job.groups.isEmpty {
      collector.error(
        "No groups", "The job \"\(job.id)\" needs a group block with a task in it.", at: block.headerSpan)
    }
    checkUnique(blocks, "group", in: "the job \"\(job.id)\"")
  }

  private func checkType(_ job: Job, _ groups: [ScopedBlock], _ block: ScopedBlock) {
    let isForEveryHost = job.type == .system || job.type == .sysbatch
    let isBatch = job.type == .batch || job.type == .sysbatch
    var forbidden: [String] = []
    if isBatch { forbidden += ["update"] }
    if job.type != .service { forbidden += ["migrate"] }
    if !isBatch { forbidden += ["periodic", "parameterized"] }
    if isForEveryHost { forbidden += ["affinity", "spread"] }
    for body in [block] + groups {
      for inner in body.body.blocks where forbidden.contains(inner.type) {
        collector.error(
          "Block not allowed", "A \(job.type.rawValue) job cannot have a \(inner.type) block.",
          at: inner.headerSpan)
      }
    }
    guard isForEveryHost else { return }
    for (group, groupBlock) in zip(job.groups, groups) where group.count > 1 {
      collector.error(
        "Invalid count",
        "A \(job.type.rawValue) job runs once on each host; the group \"\(group.name)\" cannot have a count of \(group.count).",
        at: groupBlock.body.attributes.first { $0.name == "count" }?.expression.span ?? groupBlock.headerSpan)
    }
  }

  func checkName(_ name: String, _ kind: String, at span: SourceSpan, forbidsSpace: Bool = false) {
    NameRules(collector: collector).check(name, kind, at: span, forbidsSpace: forbidsSpace)
  }

  func checkUnique(_ blocks: [ScopedBlock], _ kind: String, in owner: String) {
    NameRules(collector: collector).checkUnique(blocks, kind, in: owner)
  }
}
