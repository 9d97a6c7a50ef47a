internal import HostlerDriver
internal import Supervision
internal import Synchronization

/// Whether the driver pretends to be well: it can turn unhealthy after a time, and well again.
final class MockHealth: Sendable {
  private enum Phase {
    case steady(DriverHealth)
    case wellUntilTimer(thenUnhealthyFor: Duration?)
    case unhealthyUntilTimer
  }

  private let timer: TimerDescriptor
  private let phase: Mutex<Phase>

  /// - Parameters:
  ///   - shutdownAfter: after how long it turns unhealthy; nil for never.
  ///   - shutdownFor: how long it stays so; nil for ever.
  init(shutdownAfter: Duration?, shutdownFor: Duration?) throws(SupervisionError) {
    timer = try TimerDescriptor()
    if let shutdownAfter {
      phase = Mutex(.wellUntilTimer(thenUnhealthyFor: shutdownFor))
      timer.set(after: shutdownAfter)
    } else {
      phase = Mutex(.steady(.healthy))
    }
  }

  /// Turns readable when the answer changes.
  var changedDescriptor: Int32 { timer.descriptor }

  /// The answer now; makes the descriptor quiet.
  func current() -> DriverHealth {
    phase.withLock { phase in
      let expired = timer.hasExpired
      switch phase {
      case .steady(let health): return health
      case .wellUntilTimer(let duration):
        guard expired else { return .healthy }
        if let duration {
          timer.set(after: duration)
          phase = .unhealthyUntilTimer
        } else {
          timer.clear()
          phase = .steady(.unhealthy)
        }
        return .unhealthy
      case .unhealthyUntilTimer:
        guard expired else { return .unhealthy }
        timer.clear()
        phase = .steady(.healthy)
        return .healthy
      }
    }
  }
}
