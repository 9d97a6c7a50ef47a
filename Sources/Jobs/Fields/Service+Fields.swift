import HCL

extension Service: JobPart {
  static let fields = PartFields<Service>(
    [
      .text("Name", "name", \.name, absent: .string("")),
      .text("PortLabel", "port", \.portLabel, absent: .string("")),
      .text("AddressMode", "address_mode", \.addressMode, absent: .string("")),
      .text("Address", "address", \.address, absent: .string("")),
      .texts("Tags", "tags", \.tags),
      .texts("CanaryTags", "canary_tags", \.canaryTags),
      .pairs("Meta", "meta", \.meta),
      .pairs("CanaryMeta", "canary_meta", \.canaryMeta),
      .pairs("TaggedAddresses", "tagged_addresses", \.taggedAddresses),
      .flag("EnableTagOverride", "enable_tag_override", \.enableTagOverride, absent: .bool(false)),
      .text("OnUpdate", "on_update", \.onUpdate, absent: .string("")),
      .text("Provider", "provider", \.provider, absent: .string("")),
      .text("Cluster", "cluster", \.cluster, absent: .string("")),
      .text("Kind", "kind", \.kind, absent: .string("")),
      .text("TaskName", "task", \.taskName, absent: .string("")),
      // Checks take over what their service says of updates and restarts.
      JobField.optionalPart("CheckRestart", "check_restart", \.checkRestart).only(.canonical),
      .parts("Checks", "check", \.checks, base: { $0.standardCheck }),
      .optionalPart("Weights", "weights", \.weights),
      .open("Connect", "connect", \.connect),
      .open("Identity", "identity", \.identity, kind: .part { WorkloadIdentity.shape }),
      JobField.constant("Namespace", .string("default")).only(.stored),
    ], fileOnly: [FieldShape("ID", "id", .text)], adjust: { $0["ID"] = nil })

  private var standardCheck: ServiceCheck {
    var check = ServiceCheck()
    check.onUpdate = onUpdate
    check.checkRestart = checkRestart
    return check
  }

  /// Empty texts mean the same as absent ones.
  mutating func finishReading(from reader: PartReader) {
    let standard = Service()
    if addressMode.isEmpty { addressMode = standard.addressMode }
    if onUpdate.isEmpty { onUpdate = standard.onUpdate }
    if provider.isEmpty { provider = standard.provider }
    if cluster.isEmpty { cluster = standard.cluster }
    for index in checks.indices where checks[index].onUpdate.isEmpty { checks[index].onUpdate = onUpdate }
  }
}

extension ServiceCheck: JobPart {
  static let fields = PartFields<ServiceCheck>([
    .text("Name", "name", \.name, absent: .string("")),
    .text("Type", "type", \.type, absent: .string("")),
    .text("Command", "command", \.command, absent: .string("")),
    .texts("Args", "args", \.arguments),
    .text("Path", "path", \.path, absent: .string("")),
    .text("Protocol", "protocol", \.scheme, absent: .string("")),
    .text("PortLabel", "port", \.portLabel, absent: .string("")),
    .flag("Expose", "expose", \.expose, absent: .bool(false)),
    .text("AddressMode", "address_mode", \.addressMode, absent: .string("")),
    .duration("Interval", "interval", \.interval, absent: .number(0)),
    .duration("Timeout", "timeout", \.timeout, absent: .number(0)),
    .text("InitialStatus", "initial_status", \.initialStatus, absent: .string("")),
    .text("Notes", "notes", \.notes, absent: .string("")),
    .text("TLSServerName", "tls_server_name", \.tlsServerName, absent: .string("")),
    .flag("TLSSkipVerify", "tls_skip_verify", \.tlsSkipVerify, absent: .bool(false)),
    .text("Method", "method", \.method, absent: .string("")),
    .text("Body", "body", \.body, absent: .string("")),
    .textLists("Header", "header", \.header),
    .text("GRPCService", "grpc_service", \.grpcService, absent: .string("")),
    .flag("GRPCUseTLS", "grpc_use_tls", \.grpcUseTLS, absent: .bool(false)),
    .text("TaskName", "task", \.taskName, absent: .string("")),
    .int(
      "SuccessBeforePassing", "success_before_passing", \.successBeforePassing, in: 0...Int.max,
      absent: .number(0)),
    .int(
      "FailuresBeforeCritical", "failures_before_critical", \.failuresBeforeCritical, in: 0...Int.max,
      absent: .number(0)),
    .int(
      "FailuresBeforeWarning", "failures_before_warning", \.failuresBeforeWarning, in: 0...Int.max,
      absent: .number(0)),
    .text("OnUpdate", "on_update", \.onUpdate, absent: .string("")),
    .optionalPart("CheckRestart", "check_restart", \.checkRestart),
    .text("Advertise", "advertise", \.advertise, absent: .string("")),
  ])
}

extension CheckRestart: JobPart {
  static let fields = PartFields<CheckRestart>([
    .int("Limit", "limit", \.limit, in: 0...Int.max, absent: .number(0)),
    .duration("Grace", "grace", \.grace),
    .flag("IgnoreWarnings", "ignore_warnings", \.ignoreWarnings, absent: .bool(false)),
  ])
}

extension ServiceWeights: JobPart {
  static let fields = PartFields<ServiceWeights>([
    .int("Passing", "passing", \.passing, in: 0...Int.max, absent: .number(0)),
    .int("Warning", "warning", \.warning, in: 0...Int.max, absent: .number(0)),
  ])
}

extension Job {
  /// A service that has no name is named after where it stands.
  mutating func nameServices() {
    for group in groups.indices {
      let groupName = "\(name)-\(groups[group].name)"
      Self.nameServices(&groups[group].services, groupName)
      for task in groups[group].tasks.indices {
        Self.nameServices(
          &groups[group].tasks[task].services, "\(groupName)-\(groups[group].tasks[task].name)")
      }
    }
  }

  private static func nameServices(_ services: inout [Service], _ name: String) {
    for index in services.indices where services[index].name.isEmpty { services[index].name = name }
  }
}
