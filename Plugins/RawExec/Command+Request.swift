internal import DriverSupervision
internal import HostlerDriver
internal import Supervision

#if canImport(Glibc)
  import Glibc
#endif

extension Command {
  /// What a task's request and configuration ask to run.
  init(
    _ request: borrowing TaskRequest, _ configuration: borrowing DriverConfiguration,
    _ settings: RawExecSettings
  ) throws(DriverError) {
    guard let command = try configuration.value(TaskFields.command), !command.isEmpty else {
      throw .failed("the task has no command")
    }
    let environment = request.environment
    let taskDirectory = request.taskDirectory
    let search = ExecutableSearch(
      directories: [request.localDirectory, taskDirectory],
      path: environment.last { $0.hasPrefix("PATH=") }.map { String($0.dropFirst("PATH=".count)) })
    var directory = taskDirectory
    if let wanted = try configuration.value(TaskFields.workDirectory), !wanted.isEmpty {
      directory = wanted.hasPrefix("/") ? wanted : taskDirectory + "/" + wanted
    }
    let limits = try (configuration.value(TaskFields.limits) ?? [:]).sorted { $0.key < $1.key }
    let score = try configuration.value(TaskFields.oomScore)
    if let score, !(-1000...1000).contains(score) {
      throw .failed("oom_score_adj = \(score) is not between -1000 and 1000")
    }
    self.init(
      program: try supervised { () throws(SupervisionError) in try search.find(command) },
      arguments: [command] + (try configuration.value(TaskFields.args) ?? []), environment: environment,
      workingDirectory: directory, credentials: try Self.credentials(user: request.user, settings),
      limits: try supervised { () throws(SupervisionError) in
        var result: [ResourceLimit] = []
        for limit in limits { result.append(try ResourceLimit(name: limit.key, text: limit.value)) }
        if !limits.contains(where: { $0.key == "nofile" }), let original = try originalFileLimit() {
          result.append(original)
        }
        return result
      }, oomScoreAdjustment: score)
  }

  private static func credentials(user: String, _ settings: RawExecSettings) throws(DriverError)
    -> Credentials?
  {
    let wanted =
      user.isEmpty ? nil : try supervised { () throws(SupervisionError) in try Credentials(user: user) }
    if settings.deniedUserIDs == .none && settings.deniedGroupIDs == .none { return wanted }
    let effective = wanted ?? .current
    if settings.deniedUserIDs.contains(effective.userID) {
      throw .failed("tasks may not run as user \(effective.userID): denied_host_uids")
    }
    if let group = (effective.groups + [effective.groupID]).first(where: settings.deniedGroupIDs.contains) {
      throw .failed("tasks may not run with group \(group): denied_host_gids")
    }
    return wanted
  }
}

/// The limit of open files that the host was started with: it raises its own, and programs that walk over
/// all descriptors suffer from a high one. Nil when the host left it as it was.
private func originalFileLimit() throws(SupervisionError) -> ResourceLimit? {
  guard let text = getenv("HOSTLER_ORIGINAL_NOFILE").map({ String(cString: $0) }), let soft = UInt64(text)
  else { return nil }
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, soft < limit.rlim_max else {
    return nil
  }
  return try ResourceLimit(name: "nofile", text: "\(soft):\(limit.rlim_max)")
}
