import HCL

extension Job.Task: JobPart {
  /// A task without a name.
  init() { self.init(name: "", driver: "") }

  init(restart: RestartPolicy) { self.init(name: "", driver: "", restart: restart) }

  static let fields = PartFields<Job.Task>(
    [
      JobField.text("Name", nil, \.name).base,
      JobField.text("Driver", "driver", \.driver, absent: .string("")).base,
      configurationField.base,
      JobField.pairs("Env", "env", \.env).base,
      JobField.text("User", "user", \.user, absent: .string("")).base,
      JobField.pairs("Meta", "meta", \.meta).base,
      JobField.optionalPart("Lifecycle", "lifecycle", \.lifecycle).base,
      JobField.flag("Leader", "leader", \.leader, absent: .bool(false)).base,
      JobField.duration("KillTimeout", "kill_timeout", \.killTimeout).base,
      JobField.text("KillSignal", "kill_signal", \.killSignal, absent: .string("")).base,
      JobField.duration("ShutdownDelay", "shutdown_delay", \.shutdownDelay, absent: .number(0)).base,
      JobField.part("LogConfig", "logs", \.logs).base,
      JobField.part("Resources", "resources", \.resources).base,
      JobField.part("RestartPolicy", "restart", \.restart).base,
      JobField.parts("Templates", "template", \.templates).base,
      JobField.parts("Artifacts", "artifact", \.artifacts).base,
      .parts("Constraints", "constraint", \.constraints),
      .parts("Affinities", "affinity", \.affinities),
      servicesField,
      dispatchPayloadField,
      .parts("VolumeMounts", "volume_mount", \.volumeMounts),
      .parts("Actions", "action", \.actions, label: Job.nameLabel),
      .optionalPart("Schedule", "schedule", \.schedule),
      .parts(
        "ScalingPolicies", "scaling", \.scalingPolicies,
        label: FieldShape.Label(title: "type", field: "Resource")),
      .text("Kind", "kind", \.kind, absent: .string("")),
      .open("Identity", nil, \.identity, kind: .part { WorkloadIdentity.shape }),
      identitiesField,
      .foreign("Vault", "vault", \.vault, { VaultSettings.shape }, defaults: VaultSettings.defaults),
      .foreign("Consul", "consul", \.consul, { ConsulSettings.shape }, defaults: ConsulSettings.defaults),
      .open("Secrets", "secret", \.secrets, kind: .parts({ SecretSettings.shape }, label: Job.nameLabel)),
      storagePluginField,
    ], adjust: splitIdentities)

  /// A server writes out which task a service belongs to.
  private static let servicesField: JobField<Job.Task> = {
    var field = JobField.parts("Services", "service", \Job.Task.services)
    field.write = { task, form in
      guard !task.services.isEmpty else { return .null }
      return .tuple(
        task.services.map { service in
          var service = service
          if form == .stored, service.taskName.isEmpty { service.taskName = task.name }
          return service.partJSON(form)
        })
    }
    return field
  }()

  /// Null for a configuration that is empty.
  private static let configurationField = JobField<Job.Task>(
    shape: FieldShape("Config", "config", .open),
    read: { task, reader in
      reader.value("Config", of: .part { PartShape() }).map { task.config = $0 }
    },
    write: { task, _ in task.config.content == .object([]) ? .null : task.config.value })

  private struct DispatchPayload: JobPart {
    var file = ""
    static let fields = PartFields<DispatchPayload>([.text("File", "file", \.file, absent: .string(""))])
  }

  private static let dispatchPayloadField = JobField<Job.Task>(
    shape: FieldShape("DispatchPayload", "dispatch_payload", .part { DispatchPayload.fields.shape }),
    read: { task, reader in
      reader.part("DispatchPayload", over: DispatchPayload()).map { task.dispatchPayload = $0.file }
    },
    write: { task, form in
      task.dispatchPayload.map { DispatchPayload(file: $0).partJSON(form) } ?? .null
    })

  private static let identitiesField = JobField<Job.Task>.open(
    "Identities", "identity", \.identities, kind: .parts({ WorkloadIdentity.shape }, label: nil))

  /// Only there when the task has it, but for what a server keeps.
  private static let storagePluginField: JobField<Job.Task> = {
    var field = JobField<Job.Task>.foreign(
      "CSIPluginConfig", "csi_plugin", \.storagePlugin, { StoragePluginSettings.shape },
      defaults: StoragePluginSettings.defaults)
    field.shape.absent = nil
    field.write = { task, form in task.storagePlugin ?? (form == .stored ? .null : nil) }
    return field
  }()

  /// An identity without a name is the task's own; the others stand in a list.
  private static let splitIdentities: @Sendable (inout BlockEntries) -> Void = { entries in
    guard let identities = entries.remove("Identities") else { return }
    func isOwn(_ identity: LocatedValue) -> Bool { ["", "default"].contains(identity["Name"]?.text ?? "") }
    if let own = identities.elements.last(where: isOwn) { entries["Identity"] = own }
    let named = identities.elements.filter { !isOwn($0) }
    if !named.isEmpty { entries["Identities"] = LocatedValue(.list(named), range: identities.range) }
  }

  mutating func finishReading(from reader: PartReader) {
    range = reader.range
    driverRange = reader.value("Driver")?.range
    if !killSignal.isEmpty, Signals.number(named: killSignal) == nil {
      reader.checkChoice("KillSignal", killSignal, among: Signals.names)
    }
  }
}

extension LifecycleHook: JobPart {
  /// A prestart task.
  init() { self.init(.prestart) }

  static let fields = PartFields<LifecycleHook>([
    .choice("Hook", "hook", \.stage),
    .flag("Sidecar", "sidecar", \.sidecar, absent: .bool(false)),
  ])

  mutating func finishReading(from reader: PartReader) {
    if reader.written("Hook")?.content ?? .null == .null {
      reader.problems.rule(
        "Hook missing", "A lifecycle block needs a hook: prestart, poststart or poststop.",
        at: reader.path.field("Hook"))
    }
  }
}

extension LogConfiguration: JobPart {
  /// The configuration of a job file that says nothing else.
  public init() { self.init(maxFiles: 10) }

  static let fields = PartFields<LogConfiguration>([
    JobField.int("MaxFiles", "max_files", \.maxFiles, in: 1...Int.max).base,
    JobField.int("MaxFileSizeMB", "max_file_size", \.maxFileSizeMB, in: 1...Int.max).base,
    JobField.flag("Disabled", "disabled", \.disabled).base,
    JobField.optionalFlag("Enabled", "enabled", \.enabled).only(.canonical),
  ])
}

extension Resources: JobPart {
  /// The resources of a job file that says nothing else.
  public init() { self.init(cpuMHz: 100) }

  static let fields = PartFields<Resources>([
    JobField.int("Cores", "cores", \.cores, in: 0...Int.max).base,
    JobField.int("CPU", "cpu", \.cpuMHz, in: 0...Int.max).base,
    JobField.int("MemoryMB", "memory", \.memoryMB, in: 10...Int.max).base,
    JobField.optionalInt("MemoryMaxMB", "memory_max", \.memoryMaxMB, in: -1...Int.max).base
      .stored(orNull: .number(0)),
    .parts("Devices", "device", \.devices, label: Job.nameLabel),
    .optionalPart("NUMA", "numa", \.numa),
    .parts("Networks", "network", \.networks),
    JobField.optionalInt("DiskMB", "disk", \.diskMB).stored(orNull: .number(0)),
    JobField.optionalInt("IOPS", "iops", \.iops).stored(orNull: .number(0)),
    JobField.optionalInt("SecretsMB", "secrets", \.secretsMB).stored(orNull: .number(0)),
  ])

  /// Who asks for cores asks for no share beside them.
  mutating func finishReading(from reader: PartReader) {
    if cores > 0, reader.value("CPU") == nil { cpuMHz = 0 }
  }
}
