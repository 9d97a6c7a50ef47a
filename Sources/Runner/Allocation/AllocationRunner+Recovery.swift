import CCrashPoint
import DriverHost
import Jobs
import Lifecycle

// Tasks of before, found again by their drivers.
extension AllocationRunner {
  func recover(_ task: TaskIndex, _ invocation: Invocation, _ handle: Lifecycle.TaskHandle?) {
    let definition = definition(of: task)
    let request = RecoverRequest(
      taskID: driverTaskID(task, invocation), handle: handle?.driverState ?? [],
      handleVersion: handle?.version ?? 0,
      logs: logs(of: definition))
    awaitedRecoveries.insert(task)
    operationsUnderWay += 1
    // Cancelled at a shutdown, as a watch is: a driver that is not there may never come.
    watches[task] = Task {
      do throws(DriverError) {
        _ = try await environment.drivers.recover(request, with: definition.driver) { reason in
          await self.recoveryIsDeferred(task, reason)
        }
        hostler_crash_point("agent-after-recover")
        send(.recovered(task, invocation, .found(handle ?? Lifecycle.TaskHandle())))
      } catch {
        switch error.kind {
        // The agent goes down; the next one asks again.
        case .cancelled, .notServing: break
        case .notFound: send(.recovered(task, invocation, .neverStarted))
        default: send(.recovered(task, invocation, .failed("\(error)")))
        }
      }
      recoveryNeedNotBeAwaited(task)
      operationEnded()
    }
  }

  /// The driver is not there, or cannot say: the task stays as it was recorded, and nobody waits for it.
  private func recoveryIsDeferred(_ task: TaskIndex, _ reason: String) {
    guard awaitedRecoveries.contains(task) else { return }
    send(
      .notice(
        task, .driverMessage,
        message:
          "The task is left as it is until driver \(definition(of: task).driver) says how it is: \(reason)"
      ))
    recoveryNeedNotBeAwaited(task)
  }

  private func recoveryNeedNotBeAwaited(_ task: TaskIndex) {
    guard awaitedRecoveries.remove(task) != nil, awaitedRecoveries.isEmpty, !queue.holdsRecoveries else {
      return
    }
    for waiter in recoveryWaiters { waiter.resume() }
    recoveryWaiters.removeAll()
  }
}
