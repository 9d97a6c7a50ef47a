import DriverHost
import HCL
import Jobs

/// A task that is ready to be started: its directories, files and environment are there.
struct PreparedTask: Sendable {
  /// `NAME=value`, complete.
  var environment: [String]
  /// The user after interpolation.
  var user: String
  /// The driver's configuration after interpolation.
  var config: LocatedValue
}
