/// Why a driver was not replaced. The one of before goes on, with all of its tasks.
public struct DriverReloadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was in the way.
  public enum Problem: Hashable, Sendable {
    /// There is no such driver, and no library for it.
    case unknown(UnknownDriverError)
    /// The new library cannot be used.
    case notLoaded(DriverLoadError)
    /// So many calls to the old one have not returned in time.
    case callsUnderWay(Int)
    /// The new one does not find a task of the old one.
    case notRecovered(DriverError)
    /// The new one failed at restore_complete.
    case notRestored(DriverError)
    /// It is too early, for this reason.
    case notNow(String)
    /// It is being reloaded already.
    case underWay
    /// The driver was closed.
    case closed
  }

  /// The driver's name.
  public var driver: String
  /// What was in the way.
  public var problem: Problem

  /// Makes an error from its parts.
  public init(_ driver: String, _ problem: Problem) {
    self.driver = driver
    self.problem = problem
  }

  /// Sentences for a person.
  public var description: String {
    let kept = "The driver of before goes on."
    switch problem {
    case .unknown(let error): return error.description
    case .notLoaded(let error): return "The new library cannot be used: \(error). \(kept)"
    case .callsUnderWay(let calls):
      return "\(calls) calls of driver \(driver) have not returned in time. \(kept)"
    case .notRecovered(let error): return "The new library does not find a task: \(error). \(kept)"
    case .notRestored(let error): return "The new library fails: \(error). \(kept)"
    case .notNow(let reason): return "Driver \(driver) cannot be replaced yet: \(reason). \(kept)"
    case .underWay: return "Driver \(driver) is being reloaded already."
    case .closed: return "Driver \(driver) was closed."
    }
  }
}
