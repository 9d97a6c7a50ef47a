/// The requests that a driver host has not answered, and when each has waited for too long. A value: it
/// knows no clock and resumes nobody.
struct PendingCalls<Caller> {
  private struct Call {
    /// Nil once nobody waits for the answer any more.
    var caller: Caller?
    var deadline: MonotonicTime
  }

  /// How a message that is an answer is to be taken.
  enum Answer {
    case forCaller(Caller)
    /// Its caller has given up on it.
    case late
    /// Nothing was asked by that number.
    case unknown
  }

  private var calls: [UInt64: Call] = [:]
  private var nextNumber: UInt64 = 0
  /// How many calls in a row have passed their deadline without an answer to any other.
  private(set) var missedInARow = 0

  /// Adds a call; its number, which is never 0.
  mutating func add(_ caller: Caller, deadline: MonotonicTime) -> UInt64 {
    nextNumber += 1
    calls[nextNumber] = Call(caller: caller, deadline: deadline)
    return nextNumber
  }

  mutating func answered(_ number: UInt64) -> Answer {
    guard let call = calls.removeValue(forKey: number) else { return .unknown }
    missedInARow = 0
    return call.caller.map(Answer.forCaller) ?? .late
  }

  /// Gives up on the calls whose deadline has passed; their answers may still come.
  mutating func takeOverdue(at now: MonotonicTime) -> [Caller] {
    var overdue: [Caller] = []
    for (number, call) in calls where call.deadline <= now {
      guard let caller = call.caller else { continue }
      calls[number]?.caller = nil
      overdue.append(caller)
    }
    missedInARow += overdue.count
    return overdue
  }

  /// When the next call will have waited for too long; nil when none does.
  var nextDeadline: MonotonicTime? {
    calls.values.lazy.filter { $0.caller != nil }.map(\.deadline).min()
  }

  /// Gives up on all of them.
  mutating func takeAll() -> [Caller] {
    defer { calls = [:] }
    return calls.values.compactMap(\.caller)
  }
}
