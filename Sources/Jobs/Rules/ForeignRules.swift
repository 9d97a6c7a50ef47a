import HCL

/// What a job asks of systems that hostler has nothing to do with: refused where the job would run without
/// what it needs, a warning where it runs as well without.
struct ForeignRules {
  let problems: JobProblems

  func check(_ group: Job.Group, at path: JobPath) {
    check(consul: group.consul != nil, at: path)
    check(group.services, at: path.field("Services"))
    for (name, volume) in group.volumes where volume.type == "csi" {
      refuse(
        "Storage plugin missing", "hostler has no storage plugins: the volume \"\(name)\" cannot be mounted.",
        at: path.field("Volumes").key(name).field("Type"))
    }
  }

  func check(_ task: Job.Task, at path: JobPath) {
    check(consul: task.consul != nil, at: path)
    check(task.services, at: path.field("Services"))
    if task.vault != nil {
      refuse(
        "Vault missing", "hostler is not connected to Vault: the task would run without its secrets.",
        at: path.field("Vault"))
    }
    if task.secrets != nil {
      refuse(
        "Secrets missing", "hostler fetches no secrets: the task would run without them.",
        at: path.field("Secrets"))
    }
    for (field, identity) in [("Identity", task.identity), ("Identities", task.identities)] {
      // A server gives every task an identity by this name, which is in the jobs that it answers with.
      guard let identity, identity.attributes?["Name"] != .string("default") else { continue }
      refuse(
        "Identity missing",
        "hostler issues no workload identities: the task would wait for one in vain.", at: path.field(field))
    }
    if task.storagePlugin != nil {
      refuse(
        "Storage plugin refused", "hostler does not mount volumes by storage plugins.",
        at: path.field("CSIPluginConfig"))
    }
    if task.schedule != nil {
      problems.warning(
        "No effect", "hostler keeps the schedule but runs the task at any time.", at: path.field("Schedule"))
    }
    if task.resources.numa != nil {
      problems.warning(
        "No effect", "hostler keeps the numa block but does not choose cores by it.",
        at: path.field("Resources").field("NUMA"))
    }
  }

  private func refuse(_ summary: String, _ detail: String, at path: JobPath) {
    problems.rule(summary, detail, at: path)
  }

  private func check(consul isThere: Bool, at path: JobPath) {
    guard isThere else { return }
    problems.warning(
      "No effect", "hostler is not connected to Consul: the consul block does nothing.",
      at: path.field("Consul"))
  }

  private func check(_ services: [Service], at path: JobPath) {
    for (index, service) in services.enumerated() {
      let path = path.index(index)
      if service.connect != nil {
        refuse(
          "Mesh missing", "hostler is not connected to Consul and cannot put a service into its mesh.",
          at: path.field("Connect"))
      } else if service.provider == "consul" {
        problems.warning(
          "Consul missing",
          "hostler is not connected to Consul and lists the service itself: provider = \"nomad\" says so.",
          at: path.field("Provider"))
      }
      if service.identity != nil {
        refuse(
          "Identity missing", "hostler issues no identities: take the identity block out.",
          at: path.field("Identity"))
      }
    }
  }
}
