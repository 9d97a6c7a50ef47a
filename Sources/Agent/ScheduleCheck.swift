import HCL
import Jobs
import Runner

extension TimeZoneSource {
  /// The time zones of this host. Blocks on the disk when it is used.
  static let ofThisHost = TimeZoneSource { name in
    try? FileSystem.read("/usr/share/zoneinfo/" + name, limitBytes: 1 << 20)
  }
}

/// What keeps the schedule of a job from being followed: texts that are no schedules, and time zones that this host
/// does not have. Blocks on the disk.
enum ScheduleCheck {
  static func check(_ job: Job) -> [Diagnostic] {
    guard let periodic = job.periodic else { return [] }
    do {
      _ = try periodic.nextLaunch(after: 0, zones: .ofThisHost)
      return []
    } catch {
      return [Diagnostic(.error, "the job cannot be launched by time", detail: "\(error)")]
    }
  }
}
