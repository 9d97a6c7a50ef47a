/// The rules that networks and their ports follow.
struct NetworkRules {
  let problems: JobProblems

  func check(_ networks: [Network], at path: JobPath) {
    var labels: [String: JobPath] = [:]
    var numbers: [Int: JobPath] = [:]
    for (index, network) in networks.enumerated() {
      let path = path.index(index)
      checkMode(network, at: path)
      let ports =
        network.reservedPorts.enumerated().map { ($1, path.field("ReservedPorts").index($0)) }
        + network.dynamicPorts.enumerated().map { ($1, path.field("DynamicPorts").index($0)) }
      for (port, path) in ports {
        if port.label.isEmpty {
          problems.rule("Invalid port", "A port needs a label.", at: path.field("Label"))
        } else if let earlier = labels[port.label] {
          problems.rule(
            "Name used twice", "There is a port named \"\(port.label)\" in this group already.",
            at: path.field("Label"), related: [JobProblem.Related("the first one is here", at: earlier)])
        } else {
          labels[port.label] = path.field("Label")
        }
        guard port.value > 0, !port.ignoresCollision else { continue }
        if let earlier = numbers[port.value] {
          problems.rule(
            "Port used twice", "Another port of this group is \(port.value) already.",
            at: path.field("Value"),
            related: [JobProblem.Related("the first one is here", at: earlier)])
        } else {
          numbers[port.value] = path.field("Value")
        }
      }
    }
  }

  private func checkMode(_ network: Network, at path: JobPath) {
    let known = ["", "host", "bridge", "none"]
    if !known.contains(network.mode), !network.mode.hasPrefix("cni/") {
      problems.rule(
        "Unknown value", "\"\(network.mode)\" is not one of host, bridge, none, cni/NAME.",
        at: path.field("Mode"))
    }
    if !network.hostname.isEmpty, ["", "host", "none"].contains(network.mode) {
      problems.rule(
        "Impossible host name", "Only a network of mode bridge or cni has a host name of its own.",
        at: path.field("Hostname"))
    }
  }
}
