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
    let failure = loadFailures.first { $0.isAbout(driver: error.name) }
    return Diagnostic(
      .error, "driver \"\(error.name)\" of task \"\(task.name)\" is not there",
      detail: failure?.description ?? whatIsThere(error),
      range: task.driverRange ?? task.range, suggestion: failure == nil ? error.suggestion : nil)
  }

  private func whatIsThere(_ error: UnknownDriverError) -> String {
    let loaded =
      error.available.isEmpty
      ? "No driver is loaded." : "Loaded: \(error.available.joined(separator: ", "))."
    if loadFailures.isEmpty {
      return error.available.isEmpty
        ? loaded + " Set plugin_dir in the agent's configuration or use -plugin-dir." : loaded
    }
    // Any of them may be the one: a library that could not be loaded has not said what it is called.
    let shown = loadFailures.prefix(5).map { "\n  Not loaded: \($0)." }.joined()
    let more = loadFailures.count > 5 ? "\n  \(loadFailures.count - 5) more are shown by driver list." : ""
    return loaded + shown + more
  }

  private func unhealthy(_ info: DriverInfo, task: Job.Task) -> Diagnostic {
    let reason = info.failure?.description ?? info.fingerprint?.description ?? ""
    return Diagnostic(
      .error, "driver \"\(info.name)\" of task \"\(task.name)\" takes no tasks",
      detail: "It is \(info.health)\(reason.isEmpty ? "." : ": \(reason)")",
      range: task.driverRange ?? task.range)
  }
}

extension DriverLoadError {
  /// Whether it says why a driver of this name is not there, as far as the file's name tells.
  fileprivate func isAbout(driver name: String) -> Bool {
    if let driver { return driver == name }
    guard let file = file?.split(separator: "/").last else { return false }
    return file == "\(name).so" || file == "lib\(name).so"
  }
}
