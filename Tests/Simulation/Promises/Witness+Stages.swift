import Jobs
import Lifecycle

extension Witness {
  /// What must have happened before a process of a stage starts.
  func checkStage(_ process: SimulatedProcess) {
    let key = process.key
    let job = simulation.job(of: key.allocation)
    let stage = job.stage(of: key.task)
    for other in job.group.tasks.indices where other != key.task {
      let history = history(key.allocation, other)
      let isAlive = history.spawns.contains(where: \.isAlive)
      let what = { "\(key) (\(stage)) starts, and task\(other) (\(job.stage(of: other)))" }
      switch (stage, job.stage(of: other)) {
      case (.poststop, .poststop): break
      case (.poststop, _):
        if isAlive { fail(.stages, "\(what()) runs") }
        if durable(key.allocation, other)?.state.phase != .dead { fail(.stages, "\(what()) is not dead") }
      case (.main, .prestart), (.poststart, .prestart), (.poststartSidecar, .prestart):
        if isAlive { fail(.stages, "\(what()) runs") }
        let since = restartedAt[key.allocation] ?? 0
        let hasSucceeded = history.spawns.contains {
          $0.spawnedAt >= since && ($0.result?.succeeded ?? $0.isUnknowable)
        }
        if !hasSucceeded && !history.isComplete { fail(.stages, "\(what()) has not succeeded") }
      case (.main, .prestartSidecar), (.poststart, .prestartSidecar), (.poststartSidecar, .prestartSidecar),
        (.poststart, .main), (.poststartSidecar, .main):
        if history.spawns.isEmpty && durable(key.allocation, other)?.state.phase != .dead {
          fail(.stages, "\(what()) was not started")
        }
      case (.prestart, .main), (.prestart, .poststart), (.prestart, .poststartSidecar):
        if isAlive { fail(.stages, "\(what()) runs") }
      default: break
      }
    }
  }

  // MARK: The end

  /// What must hold when everything has ended and was forgotten.
  func checkEnd() {
    for (_, history) in tasks.sorted(by: { $0.key < $1.key }) {
      for process in history.spawns {
        if process.isAlive { fail(.noOrphans, "\(process.key) runs on") }
        if !process.wasDestroyed && !process.isDisowned && !history.recorded.contains(process.key.invocation)
        {
          fail(.exits, "the end of \(process.key) was never told")
        }
      }
    }
    let host = simulation.host
    if let left = host.order.first { fail(.release, "the driver was never told to forget \(left)") }
    if !simulation.disk.isEmpty { fail(.release, "allocations are stored that have ended") }
  }
}

extension SimulatedJob {
  func stage(of task: Int) -> Stage { Stage(group.tasks[task].lifecycle) }
}
