/// The effects of an allocation that are due, and which of them may be performed now.
///
/// They are performed in their order, with two exceptions. One that relies on records waits until those that
/// stand before it are safe, and everything behind it waits with it. What others see is told only when every
/// record that came with it is safe; nothing else waits for that.
public struct EffectQueue: Sendable {
  /// What is to be done next.
  public enum Step: Sendable {
    /// Perform this.
    case perform(AllocationEffect)
    /// Have everything that was stored so far made safe, and then say ``recordsAreSafe(upTo:)``. Without
    /// urgency only what others see waits for it. Meanwhile, go on asking.
    case makeSafe(upTo: UInt64, isUrgent: Bool)
    /// Nothing, until there are further effects or records are safe.
    case wait
  }

  private struct Entry {
    var effect: AllocationEffect
    /// How many records must be safe before others are told.
    var needed: UInt64
  }

  private let keepsRecords: Bool
  private var entries: [Entry] = []
  private var next = 0
  private var untold: [Entry] = []
  private var nextUntold = 0
  /// How many records were put in, handed out to be stored, and are safe.
  private var known: UInt64 = 0
  private var stored: UInt64 = 0
  private var safe: UInt64 = 0
  /// What was asked to be made safe, with and without urgency.
  private var urgentlyAsked: UInt64 = 0
  private var asked: UInt64 = 0

  /// Makes an empty queue.
  ///
  /// - Parameter keepsRecords: Whether records are kept at all; when not, nothing has to wait for them.
  public init(keepsRecords: Bool) { self.keepsRecords = keepsRecords }

  /// Whether everything was performed.
  public var isEmpty: Bool { next == entries.count && nextUntold == untold.count }

  /// Whether drivers are still to be asked for tasks that they may know: until then, a task that no driver was
  /// asked for is not one that nobody wants.
  public var holdsRecoveries: Bool {
    entries[next...].contains { if case .recover = $0.effect { true } else { false } }
  }

  /// Adds what the machine has given back for one event, and empties the list.
  public mutating func add(_ effects: inout [AllocationEffect]) {
    if keepsRecords {
      for effect in effects where effect.isRecord { known += 1 }
    }
    for effect in effects { entries.append(Entry(effect: effect, needed: known)) }
    effects.removeAll(keepingCapacity: true)
  }

  /// What is to be done next.
  public mutating func step() -> Step {
    while true {
      if nextUntold < untold.count, untold[nextUntold].needed <= safe {
        defer { compact(&untold, &nextUntold) }
        nextUntold += 1
        return .perform(untold[nextUntold - 1].effect)
      }
      guard next < entries.count else { return stepWithoutEffects() }
      let entry = entries[next]
      if entry.effect.isTold && (entry.needed > safe || nextUntold < untold.count) {
        untold.append(entry)
        next += 1
        compact(&entries, &next)
        continue
      }
      if entry.effect.reliesOnRecords && stored > safe {
        if urgentlyAsked >= stored { return .wait }
        (urgentlyAsked, asked) = (stored, stored)
        return .makeSafe(upTo: stored, isUrgent: true)
      }
      if keepsRecords && entry.effect.isRecord { stored += 1 }
      next += 1
      compact(&entries, &next)
      return .perform(entry.effect)
    }
  }

  private mutating func stepWithoutEffects() -> Step {
    if nextUntold == untold.count || asked >= stored { return .wait }
    asked = stored
    return .makeSafe(upTo: stored, isUrgent: false)
  }

  /// The records that were stored up to this number are safe.
  public mutating func recordsAreSafe(upTo number: UInt64) { safe = max(safe, number) }

  /// Drops everything that was not performed.
  public mutating func removeAll() {
    entries.removeAll()
    untold.removeAll()
    (next, nextUntold) = (0, 0)
  }

  private func compact(_ list: inout [Entry], _ next: inout Int) {
    guard next == list.count else { return }
    list.removeAll(keepingCapacity: true)
    next = 0
  }
}

extension AllocationEffect {
  /// Whether the effect must not happen before the records that were stored ahead of it are safe.
  var reliesOnRecords: Bool {
    switch self {
    case .start, .stop, .signal, .destroy, .recover, .reply, .allocationEnded: true
    case .prepare, .cancelPreparation, .watch, .runHooks, .startTimer, .cancelTimer, .taskEvent, .taskChanged,
      .statusChanged, .persistTask, .persistAllocation:
      false
    }
  }

  /// Whether it stores a record.
  var isRecord: Bool {
    switch self {
    case .persistTask, .persistAllocation: true
    default: false
    }
  }

  /// Whether it tells others what they could not know before.
  var isTold: Bool {
    switch self {
    case .taskEvent, .taskChanged, .statusChanged: true
    default: false
    }
  }
}
