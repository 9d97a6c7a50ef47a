/// What the machines write their effects to while one event is handled.
package struct EffectSink {
  /// The time of the event.
  package let now: Timestamp
  /// The effects so far.
  package var effects: [AllocationEffect]
  /// Source of the jitter of restart delays.
  package var random: RandomSource
  /// Whether a task went from one phase to another.
  package var phaseChanged = false
  /// Whether the coordinator has to look again although no phase changed.
  package var intentChanged = false

  package init(now: Timestamp, effects: [AllocationEffect] = [], random: RandomSource) {
    self.now = now
    self.effects = effects
    self.random = random
  }

  package mutating func callAsFunction(_ effect: AllocationEffect) { effects.append(effect) }
}
