import HCL

extension Job: JobPart {
  /// A job without a name.
  init() { self.init(id: "") }

  // What groups take over comes before them.
  static let fields = PartFields<Job>(
    [
      JobField.text("ID", nil, \.id).base,
      JobField.text("Name", "name", \.name).base,
      JobField.choice("Type", "type", \.type).base,
      JobField.int("Priority", "priority", \.priority, in: 1...100).base,
      JobField.text("Region", "region", \.region).base,
      nodePoolField.base,
      JobField.text("Namespace", "namespace", \.namespace).base,
      datacentersField.base,
      JobField.pairs("Meta", "meta", \.meta).base,
      .flag("AllAtOnce", "all_at_once", \.allAtOnce),
      .parts("Constraints", "constraint", \.constraints),
      .parts("Affinities", "affinity", \.affinities),
      .parts("Spreads", "spread", \.spreads),
      updateField,
      JobField.open("Reschedule", "reschedule", \.reschedule, kind: .part { ReschedulePolicy.fields.shape })
        .only(.canonical),
      JobField.open("Migrate", "migrate", \.migrate, kind: .part { MigrateStrategy.fields.shape })
        .only(.canonical),
      .optionalPart("Periodic", "periodic", \.periodic),
      .optionalPart("ParameterizedJob", "parameterized", \.parameterized),
      .optionalPart("UI", "ui", \.description),
      .optionalPart("VersionTag", "version_tag", \.versionTag),
      .text("ParentID", nil, \.parentID),
      .flag("Dispatched", nil, \.isDispatched, absent: .bool(false)),
      .optionalText("Payload", nil, \.payload),
      JobField.optionalText("DispatchIdempotencyToken", nil, \.idempotencyToken).stored(orNull: .string("")),
      .constant("ConsulNamespace", .string("")),
      .constant("VaultNamespace", .string("")),
      .constant("NomadTokenID", .string("")),
      multiregionField,
      JobField.parts("TaskGroups", "group", \.groups, label: nameLabel, base: { $0.standardGroup }).base,
    ] + standing,
    fileOnly: [
      FieldShape("FileID", "id", .text),
      FieldShape("LoneTasks", "task", .parts({ Task.fields.shape }, label: nameLabel)),
    ] + ignoredTokens.map { FieldShape($0, $0, .text) }, adjust: adjust)

  /// The label of the job block; `adjust` makes it the id.
  static let jobLabel = FieldShape.Label(title: "name", field: "Label")
  static let nameLabel = FieldShape.Label(title: "name", field: "Name")
  private static let ignoredTokens = [
    "consul_token", "vault_token", "nomad_token", "consul_namespace", "vault_namespace",
  ]

  /// What an agent knows of a job that was registered; see ``JobStanding``.
  private static let standing: [JobField<Job>] = JobStanding.blank.map { name, value in
    .constant(PartReader.Name(name), value)
  }

  /// Empty for the default pool, which a server writes out.
  private static let nodePoolField: JobField<Job> = {
    var field = JobField.text("NodePool", "node_pool", \Job.nodePool)
    field.write = { job, form in
      .string(form == .stored && job.nodePool.isEmpty ? "default" : job.nodePool)
    }
    return field
  }()

  /// None for any, which a server writes out.
  private static let datacentersField: JobField<Job> = {
    var field = JobField.texts("Datacenters", "datacenters", \Job.datacenters)
    field.write = { job, form in
      form == .stored && job.datacenters.isEmpty ? .tuple([.string("*")]) : job.datacenters.json
    }
    return field
  }()

  /// A server keeps of the job's own strategy only what is not a group's.
  private static let updateField: JobField<Job> = {
    var field = JobField.optionalPart("Update", "update", \Job.update)
    field.write = { job, form in
      guard form == .stored else { return job.update?.partJSON(form) ?? .null }
      return UpdateStrategy.storedForJob(job.update)
    }
    return field
  }()

  private static let multiregionField = JobField<Job>(
    shape: FieldShape("Multiregion", "multiregion", .open),
    read: { _, reader in
      guard reader.value("Multiregion") != nil else { return }
      reader.problems.rule(
        "Several regions", "hostler runs a job on one host: it cannot run it in several regions.",
        at: reader.path.field("Multiregion"))
    }, write: { _, _ in .null })

  /// A group without a name, with what it takes over from the job.
  private var standardGroup: Group {
    var group = Group(name: "", restart: .standard(of: type), reschedule: reschedulePolicy)
    group.update = update ?? (type == .service || type == .system ? UpdateStrategy() : nil)
    group.migrate = migrateStrategy
    return group
  }

  /// How groups that say nothing else are rescheduled.
  var reschedulePolicy: ReschedulePolicy? { policy(reschedule, over: .standard(of: type), "Reschedule") }

  /// How groups that say nothing else leave a host.
  var migrateStrategy: MigrateStrategy? {
    policy(migrate, over: type == .service ? MigrateStrategy() : nil, "Migrate")
  }

  private func policy<Policy: JobPart>(
    _ written: Value?, over standard: Policy?, _ name: String, _ problems: JobProblems = JobProblems()
  ) -> Policy? {
    guard let written else { return standard }
    let path = JobPath().field(name)
    guard let reader = PartReader(LocatedValue(value: written, range: nil), at: path, problems) else {
      return standard
    }
    var policy = standard ?? Policy()
    policy.read(from: reader)
    return policy
  }

  /// The label names the job, `id` wins over it, and a task that stands in the job itself is the only one
  /// of a group of its name.
  private static let adjust: @Sendable (inout BlockEntries) -> Void = { entries in
    let label = entries.remove(jobLabel.field)
    if let id = entries.remove("FileID"), id.content != .null {
      entries["ID"] = id
    } else if let label {
      entries["ID"] = label
    }
    for name in ignoredTokens { entries[name] = nil }
    guard let tasks = entries.remove("LoneTasks") else { return }
    let groups = tasks.elements.map { task in
      LocatedValue(
        .object([
          LocatedValue.Entry(key: "Name", value: task["Name"] ?? LocatedValue(.null)),
          LocatedValue.Entry(key: "Tasks", value: LocatedValue(.list([task]), range: task.range)),
        ]), range: task.range)
    }
    let written = entries["TaskGroups"]
    entries["TaskGroups"] = LocatedValue(
      .list((written?.elements ?? []) + groups), range: written?.range ?? tasks.range)
  }

  mutating func finishReading(from reader: PartReader) {
    if name.isEmpty { name = id }
    if type == .batch || type == .sysbatch {
      // A server answers with strategies of nothing where the type has none.
      if update?.maxParallel == 0 { update = nil }
      for index in groups.indices where groups[index].update?.maxParallel == 0 { groups[index].update = nil }
    }
    if update == nil, type == .service || type == .system { update = UpdateStrategy() }
    let _: ReschedulePolicy? = policy(reschedule, over: nil, "Reschedule", reader.problems)
    let _: MigrateStrategy? = policy(migrate, over: nil, "Migrate", reader.problems)
    nameServices()
  }
}
