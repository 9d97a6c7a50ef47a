import Lifecycle

/// The machine together with what it has caused.
struct ModelState {
  var machine: AllocationMachine
  var world: World
  /// The state of a second, plain implementation of the stage table.
  var reference: Coordinator.State = .initial

  /// A number for all states from which the same can happen.
  func key(symmetry: [Int]) -> ModelKey {
    let count = world.tasks.count
    return withUnsafeTemporaryAllocation(of: TaskCode.self, capacity: count) { codes in
      for index in 0..<count {
        codes.initializeElement(
          at: index,
          to: TaskCode(
            group: symmetry[index], machine: machine.behaviour(of: TaskIndex(index)),
            world: world.tasks[index].code))
      }
      // Tasks that cannot be told from each other are sorted: swapping them changes nothing.
      for last in 1..<max(count, 1) {
        var place = last
        while place > 0, codes[place] < codes[place - 1], codes[place].group == codes[place - 1].group {
          codes.swapAt(place, place - 1)
          place -= 1
        }
      }
      var key = ModelKey()
      for code in codes {
        key.mix(code.machine)
        key.mix(code.world)
      }
      key.mix(machine.behaviour)
      key.mix(world.code << 3 | UInt64(reference.rawValue))
      return key
    }
  }
}

/// One task's part of a state.
private struct TaskCode: Comparable {
  var group: Int
  var machine: UInt64
  var world: UInt64

  static func < (left: TaskCode, right: TaskCode) -> Bool {
    (left.machine, left.world) < (right.machine, right.world)
  }
}

/// A state's 128-bit fingerprint; two different states share one with a chance of less than 1 in 10^22
/// for ten million states.
struct ModelKey: Hashable {
  private var high: UInt64 = 0x243f_6a88_85a3_08d3
  private var low: UInt64 = 0x1319_8a2e_0370_7344

  mutating func mix(_ word: UInt64) {
    high = Self.scramble(high ^ word)
    low = Self.scramble(low &+ word &* 0x9e37_79b9_7f4a_7c15 &+ (high << 1))
  }

  private static func scramble(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(low) }
}

/// The stage table of Nomad's coordinator, written a second time and plainly.
enum ReferenceCoordinator {
  /// Advances until stable.
  ///
  /// - Parameter present: For each stage a bit for each condition that one of its tasks is in.
  static func advance(
    _ start: Coordinator.State, _ present: InlineArray<6, UInt8>
  ) -> Coordinator.State {
    var state = start
    while true {
      let next = step(state, present)
      if next == state { return state }
      state = next
    }
  }

  private static let pending = bit(.pending)
  private static let running = bit(.running)
  private static let succeeded = bit(.succeeded)
  private static let dead = bit(.succeeded) | bit(.failed) | bit(.complete)

  private static func bit(_ condition: Coordinator.Condition) -> UInt8 { 1 << condition.rawValue }

  private static func step(
    _ state: Coordinator.State, _ present: InlineArray<6, UInt8>
  ) -> Coordinator.State {
    func only(_ stage: Stage, _ allowed: UInt8) -> Bool { present[Int(stage.rawValue)] & ~allowed == 0 }
    if state == .poststop { return .poststop }
    if only(.prestart, dead) && only(.prestartSidecar, dead) && only(.main, dead) && only(.poststart, dead)
      && only(.poststartSidecar, dead)
    {
      return .poststop
    }
    switch state {
    case .initial:
      let waiting = Stage.allCases.allSatisfy { only($0, ~(running | succeeded)) }
      return waiting ? .prestart : state
    case .prestart:
      let done = succeeded | bit(.complete)
      return only(.prestart, done) && only(.prestartSidecar, running | bit(.complete)) ? .main : state
    case .main: return only(.main, ~pending) ? .poststart : state
    case .poststart: return only(.poststart, dead) ? .waitAlloc : state
    case .waitAlloc, .poststop: return state
    }
  }
}
