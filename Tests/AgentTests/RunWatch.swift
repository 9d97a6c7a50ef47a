import Agent
import Lifecycle
import Runner

/// Follows the changes of a run with one allocation, so that a test can wait for a state.
actor RunWatch {
  private(set) var tasks: [String: TaskState] = [:]
  private(set) var status = ClientStatus.pending
  private var waiters: [Waiter] = []
  private var isOver = false

  private struct Waiter {
    var condition: @Sendable (View) -> Bool
    var continuation: CheckedContinuation<Void, Never>
  }

  /// What a condition sees.
  struct View: Sendable {
    var tasks: [String: TaskState]
    var status: ClientStatus
  }

  /// Takes changes in until the run ends or the calling task is cancelled.
  func follow(_ run: JobRun) async {
    // What a restored allocation knows already is no change.
    for allocation in run.allocations {
      for task in await allocation.tasks { tasks[task.name] = task.state }
      status = await allocation.status.0
    }
    check()
    for await change in run.changes { take(change.change) }
    isOver = true
    check()
  }

  private func take(_ change: AllocationChange) {
    switch change {
    case .taskChanged(let task, let state): tasks[task] = state
    case .statusChanged(let status, _): self.status = status
    case .taskEvent, .ended: break
    }
    check()
  }

  private func check() {
    let view = View(tasks: tasks, status: status)
    let ready = waiters.filter { isOver || $0.condition(view) }
    waiters.removeAll { isOver || $0.condition(view) }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// Suspends until the condition holds, or the run is over.
  func wait(until condition: @escaping @Sendable (View) -> Bool) async {
    if isOver || condition(View(tasks: tasks, status: status)) { return }
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiters.append(Waiter(condition: condition, continuation: $0)) }
    } onCancel: {
      // A test that is out of time must end, so that it can say so.
      Task { await self.giveUp() }
    }
  }

  private func giveUp() {
    isOver = true
    check()
  }
}
