/// Why a driver was not unloaded. It goes on.
public struct DriverUnloadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was in the way.
  public enum Problem: Hashable, Sendable {
    /// There is no such driver.
    case unknown(UnknownDriverError)
    /// It has these tasks, by the ids that the driver knows them by: ALLOCATION/TASK/INVOCATION.
    case hasTasks([String])
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
    switch problem {
    case .unknown(let error): return error.description
    case .hasTasks(let tasks):
      let shown = tasks.prefix(10).joined(separator: ", ")
      let rest = tasks.count > 10 ? " and \(tasks.count - 10) more" : ""
      return "Driver \(driver) has \(tasks.count) tasks (\(shown)\(rest)). Stop their jobs first, or replace "
        + "the driver under them with a reload."
    }
  }
}
