import HCL

extension Network: JobPart {
  static let fields = PartFields<Network>(
    [
      JobField.text("Mode", "mode", \.mode, absent: .string("")).omittedWhenEmpty,
      JobField.text("Hostname", "hostname", \.hostname, absent: .string("")).omittedWhenEmpty,
      JobField.text("Device", "device", \.device, absent: .string("")).omittedWhenEmpty,
      JobField.text("CIDR", "cidr", \.cidr, absent: .string("")).omittedWhenEmpty,
      JobField.text("IP", nil, \.ip, absent: .string("")).omittedWhenEmpty,
      JobField.optionalInt("MBits", "mbits", \.megabits).omittedWhenEmpty,
      JobField.optionalPart("DNS", "dns", \.dns).omittedWhenEmpty,
      JobField.parts("ReservedPorts", nil, \.reservedPorts).omittedWhenEmpty,
      JobField.parts("DynamicPorts", nil, \.dynamicPorts).omittedWhenEmpty,
      JobField.optionalPart("CNI", "cni", \.cni).omittedWhenEmpty,
    ],
    fileOnly: [
      FieldShape(
        "Ports", "port",
        .parts({ Port.fields.shape }, label: FieldShape.Label(title: "name", field: "Label")))
    ],
    adjust: { entries in
      // A port with a number is reserved, one without is chosen by the agent.
      guard let ports = entries.remove("Ports") else { return }
      func isReserved(_ port: LocatedValue) -> Bool {
        port["Value"].map { $0.content != .null && $0.content != .number(0) } ?? false
      }
      let reserved = ports.elements.filter(isReserved)
      let dynamic = ports.elements.filter { !isReserved($0) }
      if !reserved.isEmpty { entries["ReservedPorts"] = LocatedValue(.list(reserved), range: ports.range) }
      if !dynamic.isEmpty { entries["DynamicPorts"] = LocatedValue(.list(dynamic), range: ports.range) }
    })
}

extension Network.Port: JobPart {
  static let fields = PartFields<Network.Port>([
    .text("Label", nil, \.label, absent: .string("")),
    JobField.int("Value", "static", \.value, in: 0...65535, absent: .number(0)).omittedWhenEmpty,
    JobField.int("To", "to", \.to, in: -1...65535, absent: .number(0)).omittedWhenEmpty,
    hostNetworkField,
    JobField.flag("IgnoreCollision", "ignore_collision", \.ignoresCollision, absent: .bool(false))
      .omittedWhenEmpty,
  ])

  /// Empty for the default network, which a server writes out.
  private static let hostNetworkField: JobField<Network.Port> = {
    var field = JobField.text(
      "HostNetwork", "host_network", \Network.Port.hostNetwork, absent: .string(""))
    field.write = { port, form in
      .string(form == .stored && port.hostNetwork.isEmpty ? "default" : port.hostNetwork)
    }
    return field
  }()
}

extension Network.DNS: JobPart {
  static let fields = PartFields<Network.DNS>([
    .texts("Servers", "servers", \.servers),
    .texts("Searches", "searches", \.searches),
    .texts("Options", "options", \.options),
  ])
}

extension Network.CNI: JobPart {
  static let fields = PartFields<Network.CNI>([.pairs("Args", "args", \.arguments)])
}

extension VolumeRequest: JobPart {
  static let fields = PartFields<VolumeRequest>([
    .text("Name", nil, \.name, absent: .string("")),
    .text("Type", "type", \.type, absent: .string("")),
    .text("Source", "source", \.source, absent: .string("")),
    .flag("ReadOnly", "read_only", \.readOnly, absent: .bool(false)),
    .flag("Sticky", "sticky", \.sticky, absent: .bool(false)),
    .flag("PerAlloc", "per_alloc", \.perAllocation, absent: .bool(false)),
    .text("AccessMode", "access_mode", \.accessMode, absent: .string("")),
    .text("AttachmentMode", "attachment_mode", \.attachmentMode, absent: .string("")),
    .optionalPart("MountOptions", "mount_options", \.mountOptions),
  ])
}

extension VolumeRequest.MountOptions: JobPart {
  static let fields = PartFields<VolumeRequest.MountOptions>([
    .text("FSType", "fs_type", \.fileSystem, absent: .string("")),
    .texts("MountFlags", "mount_flags", \.flags),
  ])
}

extension VolumeMount: JobPart {
  static let fields = PartFields<VolumeMount>([
    .text("Volume", "volume", \.volume),
    .text("Destination", "destination", \.destination),
    .flag("ReadOnly", "read_only", \.readOnly),
    .text("PropagationMode", "propagation_mode", \.propagationMode),
    .text("SELinuxLabel", "selinux_label", \.selinuxLabel),
  ])
}
