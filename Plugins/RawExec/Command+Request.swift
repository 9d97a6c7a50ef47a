internal import DriverSupervision
internal import HostlerDriver
internal import Supervision

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
