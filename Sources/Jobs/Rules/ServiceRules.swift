import HCL

/// The rules that services and their checks follow.
struct ServiceRules {
  let group: Job.Group
  /// The task that the services are of; nil for those of the group.
  let task: Job.Task?
  let problems: JobProblems

  private static let longestNameBytes = 63

  func check(_ services: [Service], at path: JobPath) {
    var first: [String: Int] = [:]
    for (index, service) in services.enumerated() {
      let servicePath = path.index(index)
      check(service, at: servicePath)
      let key = service.name + "\u{0}" + service.portLabel
      if let earlier = first[key] {
        problems.rule(
          "Name used twice", "There is a service \"\(service.name)\" with the same port already.",
          at: servicePath.field("Name"),
          related: [JobProblem.Related("the first one is here", at: path.index(earlier).field("Name"))])
      } else {
        first[key] = index
      }
    }
  }

  private func choose(_ value: String, among known: [String], at path: JobPath) {
    guard !value.isEmpty, !known.contains(value) else { return }
    problems.rule(
      "Unknown value", "\"\(value)\" is not one of \(known.joined(separator: ", ")).", at: path,
      suggestion: nearestName(to: value, among: known))
  }

  private func check(_ service: Service, at path: JobPath) {
    if !isName(service.name) {
      problems.rule(
        "Invalid name",
        "The name of a service has letters, digits and dashes, begins and ends without a dash, and is at most "
          + "\(Self.longestNameBytes) bytes long.", at: path.field("Name"))
    }
    choose(service.provider, among: ["nomad", "consul"], at: path.field("Provider"))
    choose(
      service.addressMode, among: ["auto", "host", "alloc", "driver"], at: path.field("AddressMode"))
    choose(
      service.onUpdate, among: ["require_healthy", "ignore_warnings", "ignore"], at: path.field("OnUpdate"))
    checkPort(service.portLabel, at: path.field("PortLabel"))
    if !service.taskName.isEmpty, task == nil {
      checkTask(service.taskName, at: path.field("TaskName"))
    }
    var names: Set<String> = []
    for (index, check) in service.checks.enumerated() {
      let path = path.field("Checks").index(index)
      if !check.name.isEmpty, !names.insert(check.name).inserted {
        problems.rule(
          "Name used twice", "There is a check named \"\(check.name)\" in this service already.",
          at: path.field("Name"))
      }
      self.check(check, of: service, at: path)
    }
  }

  private func isName(_ name: String) -> Bool {
    // What a reference stands for is known only when the task runs.
    if name.contains("${") { return true }
    let isPlain = name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == UInt8(ascii: "-")
    }
    return isPlain && !name.isEmpty && name.utf8.count <= Self.longestNameBytes && name.first != "-"
      && name.last != "-"
  }

  /// A port is a label of the group's or task's networks, or a number.
  private func checkPort(_ label: String, at path: JobPath) {
    guard !label.isEmpty, !label.contains("${"), Int(label) == nil else { return }
    let networks = group.networks + (task?.resources.networks ?? [])
    let labels = networks.flatMap(\.ports).map(\.label)
    guard !labels.contains(label) else { return }
    problems.rule(
      "Unknown port", "The group has no port named \"\(label)\" in its network.", at: path,
      suggestion: nearestName(to: label, among: labels))
  }

  private func checkTask(_ name: String, at path: JobPath) {
    let names = group.tasks.map(\.name)
    guard !names.contains(name) else { return }
    problems.rule(
      "Unknown task", "The group has no task named \"\(name)\".", at: path,
      suggestion: nearestName(to: name, among: names))
  }

  // MARK: Checks
  private func check(_ check: ServiceCheck, of service: Service, at path: JobPath) {
    func fail(_ detail: String, _ field: String) {
      problems.rule("Incomplete check", detail, at: path.field(field))
    }
    switch check.type {
    case "http":
      if check.path.isEmpty { fail("An http check needs a path.", "Path") }
      choose(check.scheme, among: ["http", "https"], at: path.field("Protocol"))
    case "tcp": break
    case "script":
      if check.command.isEmpty { fail("A script check needs a command.", "Command") }
      if task == nil, check.taskName.isEmpty, service.taskName.isEmpty {
        fail("A script check of a group's service needs the task that it runs in.", "TaskName")
      }
    case "grpc":
      problems.rule(
        "Unknown value", "hostler has no grpc checks: use http, tcp or script.", at: path.field("Type"))
    case "": fail("A check needs a type: http, tcp or script.", "Type")
    default: choose(check.type, among: ["http", "tcp", "script"], at: path.field("Type"))
    }
    if check.type != "script", check.portLabel.isEmpty, service.portLabel.isEmpty {
      fail("A check needs a port, of its own or of its service.", "PortLabel")
    }
    checkPort(check.portLabel, at: path.field("PortLabel"))
    if !check.taskName.isEmpty { checkTask(check.taskName, at: path.field("TaskName")) }
    for (field, duration) in [("Interval", check.interval), ("Timeout", check.timeout)]
    where duration < .seconds(1) && duration >= .zero {
      problems.rule(
        "Duration out of range", "\(duration.goSyntax) is less than 1s.", at: path.field(field))
    }
    choose(
      check.initialStatus, among: ["passing", "warning", "critical"], at: path.field("InitialStatus"))
    choose(
      check.onUpdate, among: ["require_healthy", "ignore_warnings", "ignore"], at: path.field("OnUpdate"))
    if check.onUpdate == "ignore", let restart = check.checkRestart, restart.limit > 0,
      !restart.ignoreWarnings
    {
      problems.rule(
        "Conflicting settings", "A check that is ignored on updates cannot restart its task for warnings.",
        at: path.field("CheckRestart"))
    }
  }
}
