/// What tasks wait at until their stage may run.
///
/// It starts closed, opens and closes any number of times, and once shut down lets go of everybody.
public struct Gate: Hashable, Sendable {
  /// What the gate says to someone who stands before it.
  public enum Answer: UInt8, Hashable, Sendable {
    /// Stay until it opens.
    case wait
    /// Go on.
    case pass
    /// Go home: it will never matter again whether it is open.
    case shutDown
  }

  /// What the gate says now.
  public private(set) var answer: Answer = .wait

  /// Makes a closed gate.
  public init() {}

  /// Lets everybody pass, now and later, until it is closed; does nothing after a shutdown.
  public mutating func open() {
    switch answer {
    case .wait: answer = .pass
    case .pass, .shutDown: break
    }
  }

  /// Lets nobody pass any more; does nothing after a shutdown.
  public mutating func close() {
    switch answer {
    case .pass: answer = .wait
    case .wait, .shutDown: break
    }
  }

  /// Releases everybody, now and later.
  public mutating func shutDown() { answer = .shutDown }
}
