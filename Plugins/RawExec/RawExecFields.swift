internal import HostlerDriver

/// The fields of a task's configuration.
enum TaskFields {
  static let command = ConfigurationField<String>.string(
    "command",
    doc: "The program: an absolute path, or a name that is looked up in the task's directory and then on the "
      + "task's PATH.",
    required: true)
  static let args = ConfigurationField<[String]>.strings("args", doc: "The program's arguments.")
  static let workDirectory = ConfigurationField<String>.string(
    "work_dir",
    doc: "The directory to run in: absolute, or relative to the task's directory, which is the default.")
  static let oomScore = ConfigurationField<Int>.integer(
    "oom_score_adj",
    doc: "How gladly the kernel ends the task when memory runs out, from -1000 (never) to 1000 (first).")
  static let limits = ConfigurationField<[String: String]>.map(
    "rlimits",
    doc: "Limits of the kernel, as \"VALUE\" or \"SOFT:HARD\" with \"unlimited\" for none; for example "
      + "nofile = \"1024\", core = \"0:unlimited\".")

  static let schema = ConfigurationSchema([
    command.declaration, args.declaration, workDirectory.declaration, oomScore.declaration,
    limits.declaration,
  ])
}

/// The fields of the plugin's configuration.
enum PluginFields {
  static let enabled = ConfigurationField<Bool>.bool(
    "enabled", doc: "Whether tasks may use this driver, which isolates nothing.", default: true)
  static let noCgroups = ConfigurationField<Bool>.bool(
    "no_cgroups",
    doc: "Hold tasks together by process groups only: a task can then leave processes behind that detach "
      + "themselves.", default: false)
  static let cgroupParent = ConfigurationField<String>.string(
    "cgroup_parent", doc: "The cgroup under which each task gets its own, below the root of the v2 tree.",
    default: "hostler")
  static let deniedUserIDs = ConfigurationField<String>.string(
    "denied_host_uids",
    doc: "Users that tasks may not run as: numbers and ranges with commas, for example \"0,100-200\".")
  static let deniedGroupIDs = ConfigurationField<String>.string(
    "denied_host_gids", doc: "Groups that tasks may not run as, written like denied_host_uids.")

  static let schema = ConfigurationSchema([
    enabled.declaration, noCgroups.declaration, cgroupParent.declaration, deniedUserIDs.declaration,
    deniedGroupIDs.declaration,
  ])
}
