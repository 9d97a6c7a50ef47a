extension Periodic {
  /// Why no next launch can be told.
  public enum LaunchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A schedule cannot be read.
    case schedule(String, CronError)
    /// The host has no time zone of the name.
    case timeZone(String)

    /// What is wrong, as a sentence.
    public var description: String {
      switch self {
      case .schedule(let text, let error): "The schedule \"\(text)\" cannot be read: \(error.message)"
      case .timeZone(let name): "There is no time zone named \"\(name)\" on this host."
      }
    }
  }

  /// The first moment after another at which the job is to be launched; nil when there is none.
  ///
  /// - Parameters:
  ///   - moment: in seconds since 1970.
  ///   - zones: where the time zone comes from.
  public func nextLaunch(after moment: Int, zones: TimeZoneSource) throws(LaunchError) -> Int? {
    guard let zone = zones.rules(named: timeZone) else { throw .timeZone(timeZone) }
    var next: Int?
    for text in schedules {
      let schedule: CronSchedule
      do { schedule = try CronSchedule(text) } catch { throw .schedule(text, error) }
      guard let candidate = schedule.next(after: moment, in: zone) else { continue }
      next = min(next ?? candidate, candidate)
    }
    return next
  }
}
