import DriverHost
import Logging

extension DriverLogMessage.Level {
  /// The level of the agent's log.
  var logLevel: Logger.Level {
    switch self {
    case .trace: .trace
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    case .error: .error
    }
  }
}
