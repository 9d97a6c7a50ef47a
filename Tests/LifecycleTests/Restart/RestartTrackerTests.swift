import Jobs
import Lifecycle
import Testing

@Suite("Restart tracker")
struct RestartTrackerTests {
  private let success = RestartTracker.Ending.exited(ExitResult(exitCode: 0))
  private let failure = RestartTracker.Ending.exited(ExitResult(exitCode: 1))

  private func time(_ seconds: Int64) -> Timestamp {
    Timestamp(nanosecondsSinceEpoch: seconds * 1_000_000_000)
  }

  private func tracker(
    attempts: Int, mode: RestartPolicy.Mode = .fail, onSuccess: Bool = false
  ) -> RestartTracker {
    var tracker = RestartTracker(
      policy: RestartPolicy(attempts: attempts, interval: .seconds(600), delay: .seconds(8), mode: mode),
      restartsOnSuccess: onSuccess)
    tracker.begin(at: time(0))
    return tracker
  }

  private let unnecessary = RestartTracker.Decision.finished(
    reason: "Restart unnecessary as task terminated successfully")
  private let notAllowed = RestartTracker.Decision.notRestarting(reason: "Policy allows no restarts")

  @Test("a kill wins over everything")
  func killed() {
    var tracker = tracker(attempts: 0)
    #expect(tracker.decide(success, request: .kill, at: time(0), random: 0) == .killed)
    #expect(tracker.decide(failure, request: .kill, at: time(0), random: 0) == .killed)
    #expect(tracker.count == 0)
  }

  @Test("a restart that was asked for is not counted and not delayed")
  func asked() {
    var tracker = tracker(attempts: 0)
    for _ in 0..<5 {
      #expect(
        tracker.decide(failure, request: .restart, at: time(0), random: 1)
          == .restart(after: .zero, reason: ""))
    }
    #expect(tracker.count == 0)
  }

  @Test("a restart that was asked for with failure counts like one, even after a success")
  func askedAsFailure() {
    var tracker = tracker(attempts: 1)
    #expect(
      tracker.decide(success, request: .restartAsFailure, at: time(0), random: 0)
        == .restart(after: .seconds(8), reason: "Restart within policy"))
    guard case .notRestarting = tracker.decide(success, request: .restartAsFailure, at: time(1), random: 0)
    else { return #expect(Bool(false), "the second one is over the limit") }
  }

  @Test("without attempts a success finishes what does not restart on success, and fails the rest")
  func noAttempts() {
    var batch = tracker(attempts: 0)
    #expect(batch.decide(success, at: time(0), random: 0) == unnecessary)
    #expect(batch.decide(failure, at: time(0), random: 0) == notAllowed)
    var service = tracker(attempts: 0, onSuccess: true)
    #expect(service.decide(success, at: time(0), random: 0) == notAllowed)
  }

  @Test("within the policy the delay grows by up to a quarter")
  func jitter() {
    for (random, delay) in [(0.0, 8.0), (0.5, 9.0), (1.0, 10.0)] {
      var tracker = tracker(attempts: 1)
      #expect(
        tracker.decide(failure, at: time(0), random: random)
          == .restart(after: .seconds(delay), reason: "Restart within policy"))
    }
  }

  @Test("a successful service is restarted, a successful batch is finished")
  func successfulEnd() {
    var service = tracker(attempts: 1, onSuccess: true)
    #expect(
      service.decide(success, at: time(0), random: 0)
        == .restart(after: .seconds(8), reason: "Restart within policy"))
    var batch = tracker(attempts: 1)
    #expect(batch.decide(success, at: time(0), random: 0) == unnecessary)
  }

  @Test("an unrecoverable start error is not tried again, a recoverable one is")
  func startErrors() {
    var tracker = tracker(attempts: 3)
    #expect(
      tracker.decide(.startFailed(recoverable: true), at: time(0), random: 0)
        == .restart(after: .seconds(8), reason: "Restart within policy"))
    #expect(
      tracker.decide(.startFailed(recoverable: false), at: time(0), random: 0)
        == .notRestarting(reason: "Error was unrecoverable"))
  }

  @Test("over the limit in mode fail the task fails")
  func modeFail() {
    var tracker = tracker(attempts: 2)
    _ = tracker.decide(failure, at: time(1), random: 0)
    _ = tracker.decide(failure, at: time(2), random: 0)
    #expect(
      tracker.decide(failure, at: time(3), random: 0)
        == .notRestarting(reason: "Exceeded allowed attempts 2 in interval 10m0s and mode is \"fail\""))
  }

  @Test("over the limit in mode delay the task waits for the end of the interval")
  func modeDelay() {
    var tracker = tracker(attempts: 1, mode: .delay)
    _ = tracker.decide(failure, at: time(1), random: 0)
    #expect(
      tracker.decide(failure, at: time(100), random: 0)
        == .restart(after: .seconds(500), reason: "Exceeded allowed attempts, applying a delay"))
    #expect(
      tracker.decide(failure, at: time(600), random: 0)
        == .restart(after: .seconds(8), reason: "Restart within policy"))
  }

  @Test("a new interval counts from nothing")
  func newInterval() {
    var tracker = tracker(attempts: 1)
    for interval in 0..<4 {
      #expect(
        tracker.decide(failure, at: time(Int64(interval) * 601), random: 0)
          == .restart(after: .seconds(8), reason: "Restart within policy"))
    }
  }

  @Test("a restored tracker counts on")
  func restored() {
    var tracker = RestartTracker(
      policy: RestartPolicy(attempts: 1, interval: .seconds(600), delay: .seconds(8), mode: .fail),
      restartsOnSuccess: false, count: 1, intervalStart: time(0))
    tracker.begin(at: time(50))
    guard case .notRestarting = tracker.decide(failure, at: time(60), random: 0) else {
      return #expect(Bool(false), "the attempt was used before the restore")
    }
  }

  @Test(
    "durations read as Go writes them",
    arguments: [
      (Duration.zero, "0s"), (.seconds(600), "10m0s"), (.seconds(86400), "24h0m0s"), (.seconds(2), "2s"),
      (.milliseconds(1500), "1.5s"), (.milliseconds(250), "250ms"), (.microseconds(20), "20µs"),
      (.nanoseconds(7), "7ns"), (.seconds(3725), "1h2m5s"), (.seconds(-90), "-1m30s"),
      (.nanoseconds(1_000_000_001), "1.000000001s"),
    ] as [(Duration, String)])
  func durations(duration: Duration, text: String) {
    #expect(duration.goText == text)
  }
}
