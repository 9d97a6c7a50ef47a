/// Finds a regular expression in a text: all ways to match go on side by side, so that the work is at
/// most the text's length times the program's, however the expression is written.
struct PatternMatcher {
  /// How many steps are taken on behalf of one text before it is given up: many matches of an
  /// expression that looks far ahead are quadratic all the same.
  static let workLimit = 100_000_000

  /// The ways to match that have come to the same place, those that are preferred first.
  private struct Ways {
    /// The steps they stand at.
    var steps: [Int] = []
    /// What each has kept, one after the other.
    var slots: [Int] = []
    /// The round in which each step of the program was entered last.
    var rounds: [Int]
    var round = 0

    init(stepCount: Int) { rounds = [Int](repeating: 0, count: stepCount) }

    mutating func clear() {
      steps.removeAll(keepingCapacity: true)
      slots.removeAll(keepingCapacity: true)
      round += 1
    }
  }

  private enum Pending {
    case visit(Int)
    case restore(slot: Int, place: Int)
  }

  private let program: PatternProgram
  private let text: [Unicode.Scalar]
  private let slotCount: Int
  private var current: Ways
  private var following: Ways
  private var pending: [Pending] = []
  private var kept: [Int]
  private var work = 0
  private let workLimit: Int

  init(_ program: PatternProgram, in text: [Unicode.Scalar], workLimit: Int = PatternMatcher.workLimit) {
    self.program = program
    self.text = text
    self.workLimit = workLimit
    slotCount = 2 * (program.groupCount + 1)
    kept = [Int](repeating: -1, count: slotCount)
    current = Ways(stepCount: program.steps.count)
    following = current
  }

  /// The first match at or after a place: for each group the places where it begins and ends, -1 for
  /// one that took no part; the whole match first. Nil when there is none.
  mutating func firstMatch(from start: Int) throws(PatternError) -> [Int]? {
    var best: [Int]?
    var place = start
    following.clear()
    begin(at: place)
    swap(&current, &following)
    while !current.steps.isEmpty || (best == nil && place < text.count) {
      following.clear()
      for (index, step) in current.steps.enumerated() {
        guard case .take(let set) = program.steps[step] else {
          // A match; the ways after it are not preferred to it.
          best = Array(current.slots[(index * slotCount)..<((index + 1) * slotCount)])
          break
        }
        guard place < text.count, program.sets[set].contains(text[place]) else { continue }
        for slot in 0..<slotCount { kept[slot] = current.slots[index * slotCount + slot] }
        enter(step + 1, at: place + 1)
      }
      place += 1
      if best == nil, place <= text.count { begin(at: place) }
      guard work <= workLimit else { throw PatternError(message: "it takes too much work on this text") }
      swap(&current, &following)
    }
    return best
  }

  /// Adds the ways that begin at a place, after all others.
  private mutating func begin(at place: Int) {
    for slot in 0..<slotCount { kept[slot] = -1 }
    enter(0, at: place)
  }

  /// Follows the steps that take no character, and adds those that do to the ways that follow.
  private mutating func enter(_ step: Int, at place: Int) {
    pending.append(.visit(step))
    while let item = pending.popLast() {
      switch item {
      case .restore(let slot, let place): kept[slot] = place
      case .visit(let step):
        work += 1
        guard following.rounds[step] != following.round else { continue }
        following.rounds[step] = following.round
        switch program.steps[step] {
        case .jump(let target): pending.append(.visit(target))
        case .split(let first, let second):
          pending.append(.visit(second))
          pending.append(.visit(first))
        case .keep(let slot):
          pending.append(.restore(slot: slot, place: kept[slot]))
          kept[slot] = place
          pending.append(.visit(step + 1))
        case .assertion(let assertion):
          let before = place > 0 ? text[place - 1] : nil
          let after = place < text.count ? text[place] : nil
          if assertion.holds(between: before, and: after) { pending.append(.visit(step + 1)) }
        case .take, .match:
          work += slotCount / 8
          following.steps.append(step)
          following.slots.append(contentsOf: kept)
        }
      }
    }
  }
}
