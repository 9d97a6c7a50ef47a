import HCL

extension Job.Group: JobPart {
  /// A group without a name.
  init() { self.init(name: "") }

  // What tasks take over comes before them.
  static let fields = PartFields<Job.Group>(
    [
      JobField.text("Name", nil, \.name).base,
      JobField.int("Count", "count", \.count, in: 0...Int.max).base,
      JobField.pairs("Meta", "meta", \.meta).base,
      JobField.part("RestartPolicy", "restart", \.restart).base,
      JobField.optionalPart("ReschedulePolicy", "reschedule", \.reschedule).base,
      JobField.part("EphemeralDisk", "ephemeral_disk", \.ephemeralDisk).base,
      shutdownDelayField.base,
      constraintsField,
      .parts("Affinities", "affinity", \.affinities),
      .parts("Spreads", "spread", \.spreads),
      .parts("Networks", "network", \.networks),
      .parts("Services", "service", \.services),
      .keyedParts("Volumes", "volume", \.volumes, label: Job.nameLabel),
      .optionalPart("Update", "update", \.update),
      .optionalPart("Migrate", "migrate", \.migrate),
      .optionalPart("Scaling", "scaling", \.scaling),
      .optionalPart("Disconnect", "disconnect", \.disconnect),
      .optionalDuration("MaxClientDisconnect", "max_client_disconnect", \.maxClientDisconnect),
      .optionalDuration(
        "StopAfterClientDisconnect", "stop_after_client_disconnect", \.stopAfterClientDisconnect),
      .optionalDuration("MaxRunDuration", "max_run_duration", \.maxRunDuration),
      JobField.optionalFlag(
        "PreventRescheduleOnLost", "prevent_reschedule_on_lost", \.preventRescheduleOnLost
      )
      .stored(orNull: .bool(false)),
      .foreign("Consul", "consul", \.consul, { ConsulSettings.shape }, defaults: ConsulSettings.defaults),
      JobField.parts("Tasks", "task", \.tasks, label: Job.nameLabel, base: { Job.Task(restart: $0.restart) })
        .base,
    ], fileOnly: [FieldShape("Vault", "vault", .part { VaultSettings.shape })], adjust: passOnVault)

  /// A server writes out that services need someone who keeps them.
  private static let constraintsField: JobField<Job.Group> = {
    var field = JobField.parts("Constraints", "constraint", \Job.Group.constraints)
    field.write = { group, form in
      var constraints = group.constraints
      let services = group.services + group.tasks.flatMap(\.services)
      let implied = Constraint("${attr.nomad.service_discovery}", "=", "true")
      if form == .stored, services.contains(where: { $0.provider == "nomad" }), !constraints.contains(implied)
      {
        constraints.append(implied)
      }
      return constraints.isEmpty ? .null : .tuple(constraints.map { $0.partJSON(form) })
    }
    return field
  }()

  /// Null when the group waits for nothing.
  private static let shutdownDelayField: JobField<Job.Group> = {
    var field = JobField.duration("ShutdownDelay", "shutdown_delay", \Job.Group.shutdownDelay)
    field.write = { group, _ in group.shutdownDelay == .zero ? .null : group.shutdownDelay.json }
    return field
  }()

  /// A group's vault block is that of all its tasks that have none.
  private static let passOnVault: @Sendable (inout BlockEntries) -> Void = { entries in
    guard let vault = entries.remove("Vault"), var tasks = entries["Tasks"] else { return }
    let changed = tasks.elements.map { task in
      guard case .object(let fields) = task.content, task["Vault"] == nil else { return task }
      let entry = LocatedValue.Entry(key: "Vault", keyRange: vault.range, value: vault)
      return LocatedValue(.object(fields + [entry]), range: task.range)
    }
    tasks.content = .list(changed)
    entries["Tasks"] = tasks
  }
}
