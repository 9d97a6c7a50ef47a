import HCL

extension RestartPolicy: JobPart {
  /// The policy of service jobs.
  init() { self = .service }

  static let fields = PartFields<RestartPolicy>([
    .int("Attempts", "attempts", \.attempts, in: 0...Int.max),
    .duration("Interval", "interval", \.interval, atLeast: .seconds(5)),
    .duration("Delay", "delay", \.delay),
    .choice("Mode", "mode", \.mode),
    .flag("RenderTemplates", "render_templates", \.renderTemplates),
  ])
}

extension ReschedulePolicy: JobPart {
  /// The policy of service jobs.
  init() { self = .service }

  static let fields = PartFields<ReschedulePolicy>([
    .int("Attempts", "attempts", \.attempts, in: 0...Int.max),
    .duration("Interval", "interval", \.interval),
    .duration("Delay", "delay", \.delay),
    .choice("DelayFunction", "delay_function", \.delayFunction),
    .duration("MaxDelay", "max_delay", \.maxDelay),
    .flag("Unlimited", "unlimited", \.unlimited),
  ])
}

extension UpdateStrategy: JobPart {
  static let fields = PartFields<UpdateStrategy>([
    .int("MaxParallel", "max_parallel", \.maxParallel, in: 0...Int.max),
    .text("HealthCheck", "health_check", \.healthCheck),
    .duration("MinHealthyTime", "min_healthy_time", \.minHealthyTime),
    .duration("HealthyDeadline", "healthy_deadline", \.healthyDeadline),
    .duration("ProgressDeadline", "progress_deadline", \.progressDeadline),
    .flag("AutoRevert", "auto_revert", \.autoRevert),
    .flag("AutoPromote", "auto_promote", \.autoPromote),
    .int("Canary", "canary", \.canary, in: 0...Int.max),
    .duration("Stagger", "stagger", \.stagger),
  ])

  /// What a server keeps of a job's own strategy; groups have the rest.
  static func storedForJob(_ update: UpdateStrategy?) -> Value {
    let zero = Value.number(0)
    return .object([
      "MaxParallel": update.map { .number(Number($0.maxParallel)) } ?? zero,
      "Stagger": update?.stagger.json ?? zero, "AutoPromote": .bool(false), "AutoRevert": .bool(false),
      "Canary": zero, "HealthCheck": .string(""), "HealthyDeadline": zero, "MinHealthyTime": zero,
      "ProgressDeadline": zero,
    ])
  }
}

extension MigrateStrategy: JobPart {
  static let fields = PartFields<MigrateStrategy>([
    .int("MaxParallel", "max_parallel", \.maxParallel, in: 0...Int.max),
    .text("HealthCheck", "health_check", \.healthCheck),
    .duration("MinHealthyTime", "min_healthy_time", \.minHealthyTime),
    .duration("HealthyDeadline", "healthy_deadline", \.healthyDeadline),
  ])
}

extension DisconnectStrategy: JobPart {
  static let fields = PartFields<DisconnectStrategy>([
    .duration("LostAfter", "lost_after", \.lostAfter),
    .optionalDuration("StopOnClientAfter", "stop_on_client_after", \.stopOnClientAfter),
    .flag("Replace", "replace", \.replaces),
    .text("Reconcile", "reconcile", \.reconcile),
  ])
}

extension Scaling: JobPart {
  static let fields = PartFields<Scaling>(
    [
      .int("Min", "min", \.minimum, in: 0...Int.max),
      .int("Max", "max", \.maximum, in: 0...Int.max),
      .flag("Enabled", "enabled", \.isEnabled),
      .text("Type", "type", \.type, absent: .string("horizontal")),
      .open("Policy", "policy", \.policy),
      .constant("ID", .string(""), parsed: .string("")),
      .constant("Namespace", .string(""), parsed: .string("")),
      .constant("Target", .null),
      .constant("CreateIndex", .number(0), parsed: .number(0)),
      .constant("ModifyIndex", .number(0), parsed: .number(0)),
    ],
    adjust: { entries in
      // The label of a task's block says which of its resources is meant.
      switch entries.remove("Resource")?.text {
      case "cpu": entries["Type"] = LocatedValue(.string("vertical_cpu"), range: entries.range)
      case "mem": entries["Type"] = LocatedValue(.string("vertical_mem"), range: entries.range)
      default: break
      }
    })
}

extension EphemeralDisk: JobPart {
  /// The disk of a job file that says nothing else.
  public init() { self.init(sizeMB: 300) }

  static let fields = PartFields<EphemeralDisk>([
    .int("SizeMB", "size", \.sizeMB, in: 10...Int.max),
    .flag("Migrate", "migrate", \.migrate),
    .flag("Sticky", "sticky", \.sticky),
  ])
}
