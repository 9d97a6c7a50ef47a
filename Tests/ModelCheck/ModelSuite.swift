import Lifecycle

/// Shapes that are walked with the same reach.
public struct ModelSuite: Sendable, CustomStringConvertible {
  /// What it is about.
  public var name: String
  /// The shapes.
  public var shapes: [ModelShape]
  /// What may happen to them.
  public var reach: ModelReach

  /// Its name.
  public var description: String { name }

  /// Walks every shape, as many at a time as there are processors to use.
  public func run(workers: Int = 2) async -> ModelWalk.Outcome {
    await withTaskGroup(of: ModelWalk.Outcome.self) { group in
      for worker in 0..<workers {
        group.addTask {
          var total = ModelWalk.Outcome()
          for index in stride(from: worker, to: shapes.count, by: workers) {
            let outcome = ModelWalk.walk(shapes[index], reach)
            total.states += outcome.states
            total.steps += outcome.steps
            total.violation = total.violation ?? outcome.violation
            if total.violation != nil { break }
          }
          return total
        }
      }
      var total = ModelWalk.Outcome()
      for await outcome in group {
        total.states += outcome.states
        total.steps += outcome.steps
        total.violation = total.violation ?? outcome.violation
      }
      return total
    }
  }

  /// The suites for groups of a size: all shapes, and the more that can happen the fewer tasks.
  public static func all(of count: Int) -> [ModelSuite] {
    switch count {
    case ...2: ofEverything(count)
    case 3: ofThree
    case 4: ofFour
    default: ofMany(count)
    }
  }

  /// Suites that a debug build walks in some seconds: all shapes of up to three tasks.
  public static var quick: [ModelSuite] {
    let one = shapes(1, attempts: 0...1, services: [false, true], leaders: true)
    let two = shapes(2, attempts: 0...0, services: [false], leaders: true)
    let three = shapes(3, attempts: 0...0, services: [false], leaders: false)
    return [
      ModelSuite(
        name: "one task, everything that can happen",
        shapes: one + one.map { $0.withDelays } + one.map { $0.withHooks },
        reach: [
          .restarts, .taskRestarts, .concurrentRestarts, .failureRestarts, .stops, .force, .taskKills,
          .preparations,
        ]),
      ModelSuite(
        name: "one task, driver faults and a killed agent",
        shapes: shapes(1, attempts: 0...0, services: [false], leaders: false),
        reach: [.restarts, .stops, .driverFaults, .crashes]),
      ModelSuite(
        name: "two tasks, the agent killed after any effect", shapes: two, reach: [.restarts, .crashes]),
      ModelSuite(name: "two tasks, restarts and stops", shapes: two.map { $0.withDelays }, reach: requests),
      ModelSuite(name: "three tasks, restarts and stops", shapes: three, reach: [.restarts, .stops]),
    ]
  }

  private static let requests: ModelReach = [.restarts, .stops, .force]

  private static func ofEverything(_ count: Int) -> [ModelSuite] {
    let all = shapes(count, attempts: 0...1, services: [false, true], leaders: true)
    let few = shapes(count, attempts: 0...0, services: [false], leaders: count == 1)
    return [
      ModelSuite(
        name: "\(count) tasks, every request", shapes: all,
        reach: [
          .restarts, .taskRestarts, .concurrentRestarts, .failureRestarts, .stops, .force, .taskKills,
        ]),
      ModelSuite(
        name: "\(count) tasks, failing preparations", shapes: all,
        reach: [.restarts, .taskRestarts, .stops, .taskKills, .preparations]),
      ModelSuite(
        name: "\(count) tasks, delays", shapes: all.map { $0.withDelays },
        reach: [.restarts, .taskRestarts, .stops, .force]),
      ModelSuite(
        name: "\(count) tasks, hooks", shapes: all.map { $0.withHooks },
        reach: [.restarts, .stops, .force, .preparations]),
      ModelSuite(
        name: "\(count) tasks, driver faults", shapes: few, reach: [.restarts, .stops, .force, .driverFaults]),
      ModelSuite(
        name: "\(count) tasks, agent killed after any effect",
        shapes: few + (count == 1 ? all.map { $0.withHooks } : []),
        reach: [.restarts, .stops, .force, .crashes]),
    ]
  }

  private static var ofThree: [ModelSuite] {
    let all = shapes(3, attempts: 0...1, services: [false, true], leaders: true)
    let plain = shapes(3, attempts: 0...0, services: [false], leaders: false)
    return [
      ModelSuite(name: "3 tasks, restarts and stops", shapes: all, reach: requests),
      ModelSuite(
        name: "3 tasks, every request", shapes: plain,
        reach: [.restarts, .taskRestarts, .concurrentRestarts, .stops, .taskKills]),
      ModelSuite(
        name: "3 tasks, stops, agent killed after any effect", shapes: plain, reach: [.stops, .crashes]),
      ModelSuite(
        name: "3 tasks, restarts, agent killed after any effect", shapes: plain, reach: [.restarts, .crashes]),
    ]
  }

  private static var ofFour: [ModelSuite] {
    [
      ModelSuite(
        name: "4 tasks, restarts and stops, no attempts",
        shapes: shapes(4, attempts: 0...0, services: [false], leaders: true), reach: requests),
      ModelSuite(
        name: "4 tasks, restarts and stops, one attempt",
        shapes: shapes(4, attempts: 1...1, services: [false], leaders: false),
        reach: [.restarts, .stops]),
    ]
  }

  private static func ofMany(_ count: Int) -> [ModelSuite] {
    let once = shapes(count, attempts: 1...1, services: [false], leaders: false)
    let oneOnce = shapes(count, attempts: 0...0, services: [false], leaders: false)
      .flatMap(\.withOneRestartable)
    return [
      ModelSuite(
        name: "\(count) tasks, restarts and stops, no attempts",
        shapes: shapes(count, attempts: 0...0, services: [false], leaders: true), reach: [.restarts, .stops]),
      ModelSuite(name: "\(count) tasks, stops, one attempt", shapes: once, reach: [.stops]),
      ModelSuite(
        name: "\(count) tasks, restarts, one attempt for one task", shapes: oneOnce, reach: [.restarts]),
    ]
  }

  private static func shapes(
    _ count: Int, attempts: ClosedRange<Int>, services: [Bool], leaders: Bool
  ) -> [ModelShape] {
    var shapes: [ModelShape] = []
    for stages in ModelShape.multisets(of: count) {
      for attempts in attempts {
        for isService in services where !isService || stages.contains(.main) {
          let shape = ModelShape(stages: stages, attempts: attempts, isService: isService)
          shapes += leaders ? shape.withLeaders : [shape]
        }
      }
    }
    return shapes
  }
}
