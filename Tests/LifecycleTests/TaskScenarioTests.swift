import Lifecycle
import Testing

/// What one task goes through (nomad-behaviours, section 2).
@Suite("Task scenarios")
struct TaskScenarioTests {
  @Test("a task that ends well is complete")
  func success() {
    let host = ScriptedHost.running([ScriptedTask("a", "echo hi")])
    #expect(host.events("a") == [.received, .taskSetup, .started, .terminated])
    #expect(host.status == .complete)
    #expect(host.ends == 1)
    #expect(
      host.details("a", .terminated) == ["exit_code": "0", "signal": "0", "oom_killed": "false"])
    #expect(host.driver.violations == [])
  }

  @Test("a failing task is restarted within its policy and then fails")
  func policy() {
    let host = ScriptedHost.running([ScriptedTask("a", "exit 3", attempts: 1)], for: 10)
    #expect(
      host.events("a") == [
        .received, .taskSetup, .started, .terminated, .restarting, .started, .terminated, .notRestarting,
      ])
    #expect(host.state("a")?.restarts == 1)
    #expect(host.status == .failed)
    #expect(
      host.details("a", .notRestarting) == [
        "restart_reason": "Exceeded allowed attempts 1 in interval 10m0s and mode is \"fail\"",
        "fails_task": "true",
      ])
    #expect(host.details("a", .restarting)?["restart_reason"] == "Restart within policy")
  }

  @Test("a recoverable start error is tried again, an unrecoverable one is not")
  func startErrors() {
    let again = ScriptedHost.running(
      [
        ScriptedTask("a", attempts: 1).configured {
          $0.startError = "boom"
          $0.startErrorRecoverable = true
        }
      ], for: 10)
    #expect(
      again.events("a") == [
        .received, .taskSetup, .driverFailure, .restarting, .driverFailure, .notRestarting,
      ])
    let once = ScriptedHost.running(
      [ScriptedTask("a", attempts: 1).configured { $0.startError = "boom" }], for: 10)
    #expect(once.events("a") == [.received, .taskSetup, .driverFailure, .notRestarting])
    #expect(once.details("a", .driverFailure) == ["driver_error": "boom"])
    #expect(once.details("a", .notRestarting)?["restart_reason"] == "Error was unrecoverable")
  }

  @Test("a preparation that fails is an event of its own kind and goes by the policy")
  func preparation() {
    var host = ScriptedHost([ScriptedTask("a", attempts: 1)])
    host.preparationFailures[0] = [
      PreparationFailure(kind: .artifactDownloadFailed, message: "no such file", recoverable: true)
    ]
    host.startAgent()
    host.run(seconds: 5)
    #expect(host.events("a") == [.received, .taskSetup, .artifactDownloadFailed, .restarting, .started])
    #expect(host.details("a", .artifactDownloadFailed) == ["download_error": "no such file"])
  }

  // MARK: Kill

  @Test("a kill at the gate leaves the loop")
  func killAtGate() {
    var host = ScriptedHost.running([ScriptedTask("pre", stage: .prestart), ScriptedTask("main")])
    host.kill("main")
    #expect(host.events("main") == [.received, .killing])
    #expect(host.phase("main") == .dead)
    #expect(host.state("main")?.failed == false)
    #expect(host.starts("main") == 0)
  }

  @Test("a kill while it is prepared ends the task when the preparation has ended")
  func killWhilePreparing() {
    var host = ScriptedHost([ScriptedTask("a")])
    host.startAgent()
    host.kill("a")
    #expect(host.phase("a") == .pending)
    host.run(seconds: 1)
    #expect(host.events("a") == [.received, .taskSetup, .killing])
    #expect(host.starts("a") == 0)
    #expect(host.ends == 1)
  }

  @Test("a kill during the start lets the start finish and then kills")
  func killWhileStarting() {
    var host = ScriptedHost([ScriptedTask("a").configured { $0.startBlockSeconds = 5 }])
    host.startAgent()
    host.run(seconds: 1)
    host.kill("a")
    host.run(seconds: 1)
    #expect(host.phase("a") == .pending)
    host.run(seconds: 5)
    #expect(host.events("a") == [.received, .taskSetup, .killing, .started, .terminated, .killed])
    #expect(host.driver.violations == [])
    #expect(host.ends == 1)
  }

  @Test("a kill of a running task says how long it may take")
  func killRunning() {
    var host = ScriptedHost.running([ScriptedTask("a")])
    host.kill("a")
    host.run(seconds: 1)
    #expect(host.events("a").suffix(3) == [.killing, .terminated, .killed])
    #expect(host.details("a", .killing) == ["kill_timeout": "2s", "kill_reason": "test"])
    #expect(host.details("a", .terminated)?["signal"] == "2")
  }

  @Test("a kill that fails the task marks it failed")
  func killFails() {
    var host = ScriptedHost.running([ScriptedTask("a")])
    host.kill("a", failsTask: true)
    host.run(seconds: 1)
    #expect(host.state("a")?.failed == true)
    #expect(host.details("a", .killing)?["fails_task"] == "true")
  }

  @Test("a kill while backing off ends the wait")
  func killBackingOff() {
    var host = ScriptedHost.running([ScriptedTask("a", "exit 1", attempts: 5)], for: 0.5)
    #expect(host.events("a").last == .restarting)
    host.kill("a")
    #expect(host.phase("a") == .dead)
    #expect(host.events("a").last == .killing)
    host.run(seconds: 10)
    #expect(host.starts("a") == 1)
  }

  @Test("a kill of a dead task says nothing")
  func killDead() {
    var host = ScriptedHost.running([ScriptedTask("a", "true"), ScriptedTask("b")])
    let events = host.events("a")
    host.kill("a")
    #expect(host.events("a") == events)
    #expect(host.machine?.tasks.first?.state.phase == .dead)
  }

  @Test("a task that ignores its signal is ended by force after its kill timeout")
  func ignoresSignal() {
    var host = ScriptedHost.running([
      ScriptedTask("a", "trap \"\" INT TERM; while true; do sleep 0.2; done")
    ])
    let told = host.now
    host.stop()
    #expect(host.run(seconds: 60) { $0.status == .complete })
    #expect(host.now - told >= 2 && host.now - told < 2.5)
    #expect(host.details("a", .terminated)?["signal"] == "9")
  }

  @Test("a stop that fails is tried again with a growing delay")
  func stopRetried() {
    var host = ScriptedHost.running([ScriptedTask("a", killTimeout: .seconds(100))])
    host.stopFailures[0] = [.failed("busy"), .failed("busy"), .failed("busy")]
    let told = host.now
    host.stop()
    #expect(host.run(seconds: 300) { $0.ends == 1 })
    #expect(host.now - told >= 35 && host.now - told < 36)
    #expect(host.events("a").count { $0 == .driverFailure } == 3)
    #expect(host.driver.violations == [])
  }

  @Test("a driver that never passes a stop on loses its task after five tries")
  func stopGivenUp() {
    var host = ScriptedHost.running([ScriptedTask("a", killTimeout: .seconds(1000))])
    host.stopFailures[0] = Array(repeating: .failed("busy"), count: 9)
    host.stop()
    #expect(host.run(seconds: 1000) { $0.ends == 1 })
    #expect(host.events("a").count { $0 == .driverFailure } == 5)
    #expect(host.details("a", .terminated)?["exit_code"] == nil)
    #expect(host.driver.violations == [])
  }

  @Test("a task that the driver does not know counts as stopped")
  func stopNotFound() {
    var host = ScriptedHost.running([ScriptedTask("a")])
    host.stopFailures[0] = [.taskNotFound]
    host.stop()
    host.run(seconds: 1)
    #expect(host.ends == 1)
    #expect(host.events("a").suffix(2) == [.terminated, .killed])
  }

  // MARK: Shutdown delay

  @Test("the shutdown delay passes before the signal")
  func shutdownDelay() {
    var host = ScriptedHost.running([ScriptedTask("a", shutdownDelay: .seconds(3))])
    host.stop()
    host.run(seconds: 2.9)
    #expect(host.events("a").suffix(2) == [.killing, .waitingShutdownDelay])
    host.run(seconds: 1)
    #expect(host.events("a").suffix(2) == [.terminated, .killed])
  }

  @Test("a stop without delay cuts the shutdown delay short and says so")
  func shutdownDelaySkipped() {
    var host = ScriptedHost.running([ScriptedTask("a", shutdownDelay: .seconds(300))])
    host.stop()
    host.run(seconds: 1)
    host.stop(.withoutDelay)
    host.run(seconds: 1)
    #expect(
      host.events("a").suffix(5) == [
        .killing, .waitingShutdownDelay, .skippingShutdownDelay, .terminated, .killed,
      ])
  }

  @Test("a second stop ends the task at once by force")
  func immediate() {
    var host = ScriptedHost.running([
      ScriptedTask("a", "trap '' INT; while true", killTimeout: .seconds(30), shutdownDelay: .seconds(300))
    ])
    host.stop()
    host.run(seconds: 1)
    host.stop(.immediate)
    host.run(seconds: 0.5)
    #expect(host.details("a", .terminated)?["signal"] == "9")
    #expect(host.ends == 1)
  }

  // MARK: Restart

  @Test("a restart of a running task is answered when the task is stopped")
  func restartRunning() {
    var host = ScriptedHost.running([ScriptedTask("a", "trap '' INT; while true"), ScriptedTask("b")])
    let request = host.restart(.task("a"))
    host.run(seconds: 1)
    #expect(host.answer(request) == nil)
    host.run(seconds: 2)
    #expect(host.answer(request) == .success(true))
    #expect(host.events("a").suffix(4) == [.restartSignaled, .terminated, .restarting, .started])
    #expect(host.details("a", .restarting) == ["restart_reason": "", "start_delay": "0"])
    #expect(host.state("a")?.restarts == 1)
    #expect(host.starts("b") == 1)
  }

  @Test("a restart honours the shutdown delay")
  func restartDelayed() {
    var host = ScriptedHost.running([ScriptedTask("a", shutdownDelay: .seconds(3))])
    let request = host.restart(.runningTasks)
    host.run(seconds: 2.9)
    #expect(host.events("a").last == .restartSignaled)
    host.run(seconds: 1)
    #expect(host.answer(request) == .success(true))
    #expect(host.starts("a") == 2)
  }

  @Test("a restart of a task that is pending, backing off or dead is refused")
  func restartRefused() {
    var host = ScriptedHost.running(
      [
        ScriptedTask("pre", "true", stage: .prestart), ScriptedTask("off", "exit 1", attempts: 9),
        ScriptedTask("main"), ScriptedTask("stop", stage: .poststop),
      ], for: 0.5)
    for name in ["pre", "off", "stop"] {
      let request = host.restart(.task(name))
      #expect(host.answer(request) == .failure(.taskNotRunning))
    }
    #expect(LifecycleRequestError.taskNotRunning.description == "Task not running")
    let unknown = host.restart(.task("none"))
    #expect(host.answer(unknown) == .failure(.unknownTask("none")))
  }

  @Test("a restart that counts as a failure goes by the policy")
  func restartAsFailure() {
    var host = ScriptedHost.running([ScriptedTask("a", attempts: 1)])
    _ = host.restart(.task("a"), reason: RestartReason(message: "unhealthy", countsAsFailure: true))
    host.run(seconds: 3)
    #expect(host.details("a", .restarting)?["restart_reason"] == "Restart within policy")
    _ = host.restart(.task("a"), reason: RestartReason(message: "unhealthy", countsAsFailure: true))
    host.run(seconds: 3)
    #expect(host.events("a").last == .notRestarting)
    #expect(host.status == .failed)
  }

  @Test("a stop overtakes a restart, which is told so")
  func restartOvertaken() {
    var host = ScriptedHost.running([ScriptedTask("a", "trap '' INT; while true")])
    let request = host.restart(.task("a"))
    host.stop()
    host.run(seconds: 5)
    #expect(host.answer(request) == .failure(.stoppedMeanwhile))
    #expect(host.starts("a") == 1)
  }

  // MARK: Signals and notices

  @Test("a signal is delivered, an unknown one is refused")
  func signals() {
    var host = ScriptedHost.running([
      ScriptedTask("a", "trap '' USR1; while true"), ScriptedTask("b", "true"),
    ])
    let known = host.signal("SIGUSR1", task: "a")
    let unknown = host.signal("SIGNOTHING", task: nil)
    let dead = host.signal("SIGUSR1", task: "b")
    let nobody = host.signal("SIGUSR1", task: "none")
    host.run(seconds: 1)
    #expect(host.answer(known) == .success(true))
    #expect(
      host.answer(unknown) == .failure(.tasks([.init(task: "a", message: "unknown signal SIGNOTHING")])))
    #expect(host.answer(dead) == .failure(.taskNotRunning))
    #expect(host.answer(nobody) == .failure(.unknownTask("none")))
    #expect(host.details("a", .signaling) == ["task_signal": "SIGNOTHING"])
  }

  @Test("a driver's message becomes an event")
  func driverMessage() {
    var host = ScriptedHost.running([ScriptedTask("a")])
    host.send(.notice(TaskIndex(0), .driverMessage, message: "pulling image"))
    #expect(host.events("a").last == .driverMessage)
    #expect(host.details("a", .driverMessage) == ["driver_message": "pulling image"])
  }

  @Test("a task keeps its fifty newest events")
  func eventLimit() {
    var host = ScriptedHost.running([ScriptedTask("a")])
    for number in 0..<120 {
      host.send(.notice(TaskIndex(0), .driverMessage, message: "\(number)"))
    }
    #expect(host.state("a")?.events.count == 50)
    #expect(host.state("a")?.events.last?.message == "119")
  }

  @Test("events of an invocation that is over are ignored")
  func staleEvents() {
    var host = ScriptedHost.running([ScriptedTask("a", "exit 1", attempts: 5)], for: 1.5)
    let before = host.events("a")
    let task = TaskIndex(0)
    let stale = Invocation(1)
    host.send(.exited(task, stale, ExitResult(exitCode: 0)))
    host.send(.started(task, stale, TaskHandle()))
    host.send(.stopFailed(task, stale, .taskNotFound))
    host.send(.timerFired(.killTimeout(task, stale)))
    host.send(.recovered(task, stale, .neverStarted))
    host.send(.exited(TaskIndex(9), stale, ExitResult(exitCode: 0)))
    #expect(host.events("a") == before)
  }

  @Test("a lost wait is taken up again, and the true exit code is reported")
  func waitLost() {
    var host = ScriptedHost.running([ScriptedTask("a", "sleep 5; exit 3")])
    host.send(.waitFailed(TaskIndex(0), Invocation(1), message: "driver went away"))
    host.run(seconds: 10)
    #expect(host.details("a", .terminated)?["exit_code"] == "3")
    #expect(host.starts("a") == 1)
  }

  @Test("a task that cannot be watched any more has ended with an unknown result")
  func waitLostForGood() {
    var host = ScriptedHost.running([ScriptedTask("a")])
    host.forgetProcesses(of: TaskIndex(0))
    host.send(.waitFailed(TaskIndex(0), Invocation(1), message: "driver went away"))
    host.run(seconds: 1)
    #expect(host.details("a", .terminated)?["exit_code"] == nil)
    #expect(host.details("a", .terminated)?["exit_message"] == "driver went away")
    #expect(host.state("a")?.failed == true)
  }

  @Test("hooks run before a kill, after an exit and at the end, each in its place")
  func hooks() {
    var host = ScriptedHost.running([
      ScriptedTask("a", shutdownDelay: .seconds(1), hooks: [.preKill, .exited, .stop])
    ])
    host.stop()
    host.run(seconds: 5)
    let order = host.effects.compactMap { effect -> String? in
      switch effect {
      case .runHooks(let run): "\(run)".prefix { $0 != "(" }.description
      case .stop: "stop call"
      case .destroy: "destroy"
      case .allocationEnded: "end"
      default: nil
      }
    }
    #expect(order == ["preKill", "stop call", "destroy", "exited", "stop", "end"])
  }
}
