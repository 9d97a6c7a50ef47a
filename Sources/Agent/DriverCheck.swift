public import DriverHost
public import HCL
public import Jobs
import Runner

/// What keeps a job from running on this host: drivers that are missing or not healthy, driver
/// configuration that does not fit, and artifacts that hostler cannot fetch.
public struct DriverCheck: Sendable {
  private let drivers: DriverRegistry
  private let loadFailures: [DriverLoadError]

  /// Makes a check against drivers.
  ///
  /// - Parameters:
  ///   - drivers: The drivers that are there.
  ///   - loadFailures: Why others are not.
  public init(drivers: DriverRegistry, loadFailures: [DriverLoadError]) {
    self.drivers = drivers
    self.loadFailures = loadFailures
  }

  /// What is wrong, each with its place in the job file.
  public func check(_ job: Job) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    for group in job.groups {
      for task in group.tasks {
        diagnostics += ArtifactFetcher.problems(of: task)
        do {
          let driver = try drivers.driver(named: task.driver)
          let subject = "task \"\(task.name)\""
          if let info = drivers.info(named: task.driver), info.health != .healthy {
            diagnostics.append(unhealthy(info, task: task))
          }
          diagnostics += driver.descriptor.taskSchema.validate(
            task.config, subject: subject, range: task.range)
        } catch {
          diagnostics.append(missing(error, task: task))
        }
      }
    }
    return diagnostics
  }

  private func missing(_ error: UnknownDriverError, task: Job.Task) -> Diagnostic {
    let failure = loadFailures.first { $0.driver == error.name }
    return Diagnostic(
      .error, "driver \"\(error.name)\" of task \"\(task.name)\" is not there",
      detail: failure?.description
        ?? (error.available.isEmpty
          ? "No driver is loaded; set plugin_dir in the agent's configuration or use -plugin-dir."
          : "Loaded: \(error.available.joined(separator: ", "))."),
      range: task.driverRange ?? task.range, suggestion: failure == nil ? error.suggestion : nil)
  }

  private func unhealthy(_ info: DriverInfo, task: Job.Task) -> Diagnostic {
    let reason = info.failure?.description ?? info.fingerprint?.description ?? ""
    return Diagnostic(
      .error, "driver \"\(info.name)\" of task \"\(task.name)\" takes no tasks",
      detail: "It is \(info.health)\(reason.isEmpty ? "." : ": \(reason)")",
      range: task.driverRange ?? task.range)
  }
}
