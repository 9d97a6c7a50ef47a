/// Why a driver host is no more.
struct HostEnd: Hashable, Sendable {
  /// What brought it about.
  enum Cause: Hashable, Sendable {
    /// It ended by itself, or somebody else ended it.
    case ended(HostExit)
    /// It said something that cannot be, and was ended for it.
    case brokeProtocol(String)
    /// It did not answer, and was ended for it.
    case unresponsive(String)
    /// It was told to end.
    case closed
  }

  var driver: String
  /// The number of its process.
  var process: Int32
  var cause: Cause

  /// A sentence for a person, without its full stop.
  var description: String {
    let host = "the driver host of \(driver) (process \(process))"
    switch cause {
    case .ended(let exit): return "\(host) \(exit.description)"
    case .brokeProtocol(let what): return "\(host) was ended because it sent what cannot be: \(what)"
    case .unresponsive(let what): return "\(host) was ended because it did not answer: \(what)"
    case .closed: return "\(host) was closed"
    }
  }
}
