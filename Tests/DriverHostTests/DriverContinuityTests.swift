import Testing

@testable import DriverHost

/// The decisions about a driver whose process ends, that hangs, or that is replaced.
@Suite("The continuity of a driver")
struct DriverContinuityTests {
  private static let logs = TaskLogs(directory: "/logs", stdoutName: "o", stderrName: "e")

  private static func error(_ kind: DriverError.Kind, _ task: String = "a") -> DriverError {
    DriverError(kind, driver: "d", call: .recover, taskID: task)
  }

  private static func request(_ task: String, isReloading: Bool = false) -> RecoverRequest {
    RecoverRequest(taskID: task, handle: [1], handleVersion: 2, isReloading: isReloading, logs: logs)
  }

  /// One that serves and has tasks.
  private static func serving(_ tasks: String..., isKillable: Bool = true) -> DriverContinuity {
    var driver = DriverContinuity()
    driver.isKillable = isKillable
    _ = driver.handle(.restoreRequested, at: .zero)
    _ = driver.handle(.arrived, at: .zero)
    _ = driver.handle(.restored(round: driver.round, nil), at: .zero)
    for task in tasks {
      driver.startBegins(task, logs: logs)
      driver.startEnded(task, StartedTask(handle: [1], handleVersion: 2))
    }
    return driver
  }

  /// Its process ended, and the next is there.
  private static func restarted(_ driver: inout DriverContinuity) -> [DriverContinuity.Effect] {
    _ = driver.handle(.died(reason: "it fell"), at: .seconds(1))
    #expect(driver.handle(.pauseEnded, at: .seconds(2)) == [.launch])
    return driver.handle(.arrived, at: .seconds(3))
  }

  @Test("one that ends is started again after a pause, asked for every task, and told; then it serves")
  func restart() {
    var driver = Self.serving("a", "b")
    let effects = driver.handle(.died(reason: "it fell"), at: .seconds(1))
    #expect(effects.dropFirst() == [.resume, .pause(.milliseconds(100))])
    #expect(!driver.admits("a") && driver.isAway)
    #expect(driver.handle(.pauseEnded, at: .seconds(2)) == [.launch])
    let round = driver.round + 1
    #expect(
      driver.handle(.arrived, at: .seconds(3))
        == [.recover([Self.request("a"), Self.request("b")], round: round)])
    #expect(driver.handle(.recovered("a", round: round, nil), at: .seconds(3)) == [])
    #expect(
      driver.handle(.recovered("b", round: round, nil), at: .seconds(3)) == [.restoreComplete(round: round)])
    #expect(!driver.admits("a"))
    #expect(driver.handle(.restored(round: round, nil), at: .seconds(3)) == [.resume])
    #expect(driver.admits("a"))
  }

  @Test("answers of a process before the present one mean nothing")
  func staleAnswers() {
    var driver = Self.serving("a")
    let old = driver.round
    _ = Self.restarted(&driver)
    #expect(driver.handle(.recovered("a", round: old, Self.error(.notFound)), at: .seconds(4)) == [])
    #expect(driver.handle(.restored(round: old, nil), at: .seconds(4)) == [])
    #expect(driver.phase == .recovering(["a"]))
    #expect(driver.tasks["a"] != nil)
  }

  @Test("pauses double up to a few seconds, and begin anew after one that lived")
  func backoff() {
    var backoff = RestartBackoff()
    let pauses = (0..<12).map { _ in backoff.pause(afterServing: .seconds(1)) }
    #expect(pauses[..<4] == [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
    #expect(pauses.last == .seconds(5))
    #expect(backoff.pause(afterServing: nil) == .seconds(5))
    #expect(backoff.pause(afterServing: .seconds(60)) == .milliseconds(100))
  }

  @Test("a launch that fails is made again, later each time")
  func launchFails() {
    var driver = Self.serving("a")
    _ = driver.handle(.died(reason: "it fell"), at: .seconds(1))
    _ = driver.handle(.pauseEnded, at: .seconds(2))
    #expect(
      driver.handle(.launchFailed(reason: "no file"), at: .seconds(2))
        == [.resume, .pause(.milliseconds(200))])
    #expect(driver.reason == "no file")
    #expect(driver.tasks.keys.sorted() == ["a"])
  }

  @Test("a task that the next process does not know is lost, and the others go on")
  func forgotten() {
    var driver = Self.serving("a", "b")
    _ = Self.restarted(&driver)
    let round = driver.round
    _ = driver.handle(.recovered("a", round: round, Self.error(.notFound)), at: .seconds(3))
    _ = driver.handle(.recovered("b", round: round, nil), at: .seconds(3))
    _ = driver.handle(.restored(round: round, nil), at: .seconds(3))
    #expect(driver.lost["a"]?.kind == .notFound)
    #expect(driver.admits("b"))
    #expect(driver.tasks.keys.sorted() == ["b"])
  }

  @Test("a task whose end was told may be forgotten")
  func forgottenAfterItsEnd() {
    var driver = Self.serving("a")
    driver.ended("a")
    _ = Self.restarted(&driver)
    let effects = driver.handle(
      .recovered("a", round: driver.round, Self.error(.notFound)), at: .seconds(3))
    #expect(effects == [.restoreComplete(round: driver.round)])
    #expect(driver.lost.isEmpty && driver.tasks.isEmpty)
  }

  @Test("a task that the driver cannot speak about is asked for again, ever later, while others go on")
  func vague() {
    var driver = Self.serving("a", "b")
    _ = Self.restarted(&driver)
    let round = driver.round
    _ = driver.handle(.recovered("a", round: round, Self.error(.recoverable)), at: .seconds(3))
    _ = driver.handle(.recovered("b", round: round, nil), at: .seconds(3))
    let effects = driver.handle(.restored(round: round, nil), at: .seconds(3))
    #expect(
      effects == [.resume, .recover([Self.request("a")], round: round, after: .milliseconds(250))])
    #expect(driver.admits("b") && !driver.admits("a"))
    var pauses: [Duration] = []
    for _ in 0..<40 {
      let effects = driver.handle(.recovered("a", round: round, Self.error(.busy)), at: .seconds(3))
      for case .recover(_, _, let pause) in effects { pauses.append(pause) }
    }
    #expect(pauses.count == 40 && pauses.first == .milliseconds(500) && pauses.last == .seconds(30))
    #expect(driver.handle(.recovered("a", round: round, nil), at: .seconds(3)) == [.resume])
    #expect(driver.admits("a"))
  }

  @Test("a process in which asking hangs is ended; a task that hangs two of them is given up")
  func hangs() {
    var driver = Self.serving("a", "b")
    _ = Self.restarted(&driver)
    _ = driver.handle(.recovered("b", round: driver.round, nil), at: .seconds(3))
    let effects = driver.handle(.recovered("a", round: driver.round, Self.error(.timedOut)), at: .seconds(3))
    #expect(effects.last == .kill(reason: "recover did not return"))
    #expect(driver.tasks["a"] != nil)
    _ = Self.restarted(&driver)
    _ = driver.handle(.recovered("b", round: driver.round, nil), at: .seconds(3))
    _ = driver.handle(.recovered("a", round: driver.round, Self.error(.timedOut)), at: .seconds(3))
    #expect(driver.lost["a"]?.kind == .timedOut)
    #expect(driver.tasks.keys.sorted() == ["b"])
  }

  @Test("where nothing can be ended, a task that hangs is kept, and so is the driver until it comes back")
  func hangsInThisProcess() {
    var driver = Self.serving("a", isKillable: false)
    driver = DriverContinuity()
    _ = driver.handle(.arrived, at: .zero)
    #expect(driver.expect(Self.request("a")) == nil)
    _ = driver.handle(.notSaid(Self.request("a"), Self.error(.timedOut)), at: .seconds(60))
    #expect(driver.tasks["a"] != nil && !driver.admits("a"))
    let round = driver.round
    #expect(driver.handle(.restoreRequested, at: .seconds(60)) == [.restoreComplete(round: round)])
    let effects = driver.handle(.restored(round: round, Self.error(.timedOut)), at: .seconds(120))
    #expect(effects.last == .restoreComplete(round: round, after: .seconds(30)))
    #expect(driver.isAway && driver.lost.isEmpty)
    _ = driver.handle(.restored(round: round, nil), at: .seconds(180))
    #expect(driver.admits("b") && !driver.admits("a"))
    _ = driver.handle(.recovered("a", round: round, nil), at: .seconds(181))
    #expect(driver.admits("a"))
  }

  @Test("it is told that every task was asked for only when whoever asks has an answer")
  func gathering() {
    var driver = DriverContinuity()
    _ = driver.handle(.arrived, at: .zero)
    driver.asking = ["a", "b"]
    #expect(driver.handle(.restoreRequested, at: .zero) == [.resume])
    #expect(driver.isAway && !driver.admits("c") && driver.admitsRecovery("a"))
    #expect(driver.handle(.asked("a"), at: .zero) == [])
    #expect(driver.handle(.asked("b"), at: .zero) == [.restoreComplete(round: driver.round)])
    #expect(driver.handle(.restored(round: driver.round, nil), at: .zero) == [.resume])
    #expect(driver.admits("c"))
  }

  @Test("a start under way when the process ends is asked for, made again, and given up in the end")
  func interruptedStart() {
    var driver = Self.serving()
    driver.startBegins("a", logs: Self.logs)
    let gone = Self.error(.driverGone)
    let asked = RecoverRequest(taskID: "a", handle: [], logs: Self.logs)
    for _ in 1..<DriverContinuity.interruptedStartLimit {
      let isRepeated = driver.repeats(.start, of: "a", after: gone, isReplaced: true, attempts: 0)
      #expect(isRepeated)
      #expect(Self.restarted(&driver) == [.recover([asked], round: driver.round)])
      _ = driver.handle(.recovered("a", round: driver.round, Self.error(.notFound)), at: .seconds(3))
      #expect(driver.lost.isEmpty && driver.tasks["a"] != nil)
      _ = driver.handle(.restored(round: driver.round, nil), at: .seconds(3))
    }
    let isRepeated = driver.repeats(.start, of: "a", after: gone, isReplaced: true, attempts: 0)
    #expect(!isRepeated)
    driver.startEnded("a", nil)
    #expect(Self.restarted(&driver) == [.restoreComplete(round: driver.round)])
    #expect(driver.tasks.isEmpty)
  }

  @Test("a start that waits for the driver is asked for however often that ends meanwhile")
  func waitingStart() {
    var driver = Self.serving()
    driver.startBegins("a", logs: Self.logs)
    for _ in 0..<10 {
      _ = Self.restarted(&driver)
      #expect(driver.phase == .recovering(["a"]))
    }
  }

  @Test("a start whose task is there is not given up, however often the process ends over it")
  func foundAfterInterruptedStart() {
    var driver = Self.serving()
    driver.startBegins("a", logs: Self.logs)
    for _ in 0..<10 {
      let isRepeated = driver.repeats(
        .start, of: "a", after: Self.error(.driverGone), isReplaced: true, attempts: 0)
      #expect(isRepeated)
      _ = Self.restarted(&driver)
      _ = driver.handle(.recovered("a", round: driver.round, nil), at: .seconds(3))
      _ = driver.handle(.restored(round: driver.round, nil), at: .seconds(3))
    }
  }

  @Test("a signal is not sent twice, and a call that was refused unmade is made")
  func repetition() {
    var driver = Self.serving("a")
    func repeats(
      _ call: DriverCall, _ kind: DriverError.Kind, isReplaced: Bool = true, attempts: Int = 0
    ) -> Bool {
      driver.repeats(
        call, of: "a", after: Self.error(kind), isReplaced: isReplaced, attempts: attempts)
    }
    let repeated = [
      repeats(.signal, .notServing), repeats(.stop, .driverGone), repeats(.wait, .driverGone, attempts: 99),
    ]
    let left = [
      repeats(.signal, .driverGone), repeats(.stop, .driverGone, attempts: 15),
      repeats(.stop, .notServing, isReplaced: false), repeats(.stop, .failed),
    ]
    #expect(repeated == [true, true, true])
    #expect(left == [false, false, false, false])
  }

  @Test("a replacement takes over when every call has ended and it has found every task")
  func reload() {
    var driver = Self.serving("a")
    #expect(driver.handle(.replacementReady, at: .seconds(1)) == [.drain])
    #expect(!driver.admits("a") && !driver.isAway)
    let round = driver.round + 1
    #expect(
      driver.handle(.drained, at: .seconds(1))
        == [.recover([Self.request("a", isReloading: true)], round: round)])
    #expect(
      driver.handle(.recovered("a", round: round, nil), at: .seconds(1)) == [.restoreComplete(round: round)])
    #expect(driver.handle(.restored(round: round, nil), at: .seconds(1)) == [.swap, .resume])
    #expect(driver.admits("a"))
  }

  @Test("a replacement that does not find a task, or fails, is not kept")
  func reloadFails() {
    for isLate in [false, true] {
      var driver = Self.serving("a")
      _ = driver.handle(.replacementReady, at: .seconds(1))
      _ = driver.handle(.drained, at: .seconds(1))
      let error = Self.error(.notFound)
      if isLate { _ = driver.handle(.recovered("a", round: driver.round, nil), at: .seconds(1)) }
      let effects =
        isLate
        ? driver.handle(.restored(round: driver.round, error), at: .seconds(1))
        : driver.handle(.recovered("a", round: driver.round, error), at: .seconds(1))
      #expect(effects == [.giveUp(isLate ? .notRestored(error) : .notRecovered(error)), .resume])
      #expect(driver.admits("a") && driver.lost.isEmpty)
    }
  }

  @Test("when the old one ends during a reload the replacement takes over, or else it is started again")
  func endDuringReload() {
    for isGood in [true, false] {
      var driver = Self.serving("a")
      _ = driver.handle(.replacementReady, at: .seconds(1))
      #expect(driver.handle(.died(reason: "it fell"), at: .seconds(1)) == [])
      _ = driver.handle(.drained, at: .seconds(1))
      if isGood {
        _ = driver.handle(.recovered("a", round: driver.round, nil), at: .seconds(1))
        #expect(driver.handle(.restored(round: driver.round, nil), at: .seconds(1)) == [.swap, .resume])
      } else {
        let effects = driver.handle(
          .recovered("a", round: driver.round, Self.error(.failed)), at: .seconds(1))
        #expect(effects.last == .pause(.milliseconds(100)))
        #expect(driver.phase == .pausing)
      }
      #expect(driver.tasks["a"] != nil)
    }
  }

  @Test("whatever happens, a task is known, lost or ended, and nothing is asked of one that does not serve")
  func randomEvents() {
    for seed in 0..<500 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var driver = DriverContinuity()
      driver.isKillable = Bool.random(using: &random)
      var expected: Set<String> = []
      var now = Duration.zero
      var trace: [String] = []
      for step in 0..<80 {
        now += .milliseconds(Int.random(in: 0...5000, using: &random))
        let task = "t\(Int.random(in: 0..<4, using: &random))"
        let kinds: [DriverError.Kind] = [.notFound, .recoverable, .timedOut, .busy, .failed, .driverGone]
        let kind = kinds.randomElement(using: &random) ?? .failed
        let error = Bool.random(using: &random) ? nil : Self.error(kind, task)
        let events: [DriverContinuity.Event] = [
          .arrived, .died(reason: "x"), .pauseEnded, .launchFailed(reason: "y"),
          .recovered(task, round: driver.round, error), .recovered(task, round: driver.round, nil),
          .restored(round: driver.round, error), .restored(round: driver.round, nil), .restoreRequested,
          .replacementReady, .drained, .drainTimedOut(calls: 1),
        ]
        if step % 9 == 0, driver.phase == .serving {
          driver.startBegins("s\(step)", logs: Self.logs)
          driver.startEnded("s\(step)", StartedTask(handle: [1], handleVersion: 1))
          expected.insert("s\(step)")
        } else if step % 7 == 0 {
          if driver.expect(Self.request(task)) != nil { expected.insert(task) }
        } else if let event = events.randomElement(using: &random) {
          trace.append("\(event)")
          let effects = driver.handle(event, at: now)
          if effects.contains(.resume), driver.phase == .serving, driver.isRestored {
            #expect(driver.admits("new"), "\(seed): \(trace)")
          }
        }
        let known = Set(driver.tasks.keys).union(driver.lost.keys)
        #expect(known.isSuperset(of: expected), "\(seed): \(trace)")
        #expect(driver.isAway || driver.phase != .vacant)
        #expect(driver.phase == .serving || !driver.admits(task), "\(seed): \(trace)")
      }
    }
  }
}
