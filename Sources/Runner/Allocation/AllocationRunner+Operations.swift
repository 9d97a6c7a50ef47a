import CCrashPoint
import DriverHost
import Jobs
import Lifecycle

// What the machine's effects come to: calls to drivers, work on the disk, timers. Each runs in a task
// of its own and ends by feeding an event back, so a slow one holds up nothing else.
extension AllocationRunner {
  func name(of task: TaskIndex) -> String { machine.plan.tasks[task.rawValue].name }

  func definition(of task: TaskIndex) -> Job.Task { identity.group.tasks[task.rawValue] }

  /// The id by which a driver knows one invocation of a task.
  func driverTaskID(_ task: TaskIndex, _ invocation: Invocation) -> String {
    "\(identity.id)/\(name(of: task))/\(invocation.rawValue)"
  }

  func publish(_ change: AllocationChange) {
    environment.observer.allocation(identity.id, changed: change)
  }

  /// Runs an operation that must end before the allocation may be left.
  @discardableResult
  func run(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    operationsUnderWay += 1
    return Task {
      await operation()
      operationEnded()
    }
  }

  func operationEnded() {
    operationsUnderWay -= 1
    resumeWaitersWhenIdle()
  }

  func resumeWaitersWhenIdle() {
    guard hasEnded && operationsUnderWay == 0 else { return }
    if !hasAnnouncedEnd {
      hasAnnouncedEnd = true
      publish(.ended(machine.clientStatus))
    }
    for waiter in idleWaiters { waiter.resume() }
    idleWaiters.removeAll()
  }

  // MARK: Preparing

  func prepare(_ task: TaskIndex, _ invocation: Invocation) {
    if prepared[task] != nil && !definition(of: task).restart.renderTemplates {
      return send(.prepared(task, invocation))
    }
    let preparation = TaskPreparation(
      task: definition(of: task), identity: identity, directory: directory, host: environment.host,
      artifactBase: environment.artifactBase, makesSharedDirectories: !hasDirectories,
      fetchesArtifacts: prepared[task] == nil)
    operationsUnderWay += 1
    preparations[task] = Task(executorPreference: environment.disk) {
      let outcome = preparation.run { notice in
        Task { await self.send(.notice(task, notice.kind, message: notice.message)) }
      }
      await self.preparationEnded(task, invocation, outcome)
    }
  }

  private func preparationEnded(
    _ task: TaskIndex, _ invocation: Invocation, _ outcome: Result<PreparedTask, PreparationFailure>
  ) {
    preparations[task] = nil
    switch outcome {
    case .success(let ready):
      hasDirectories = true
      prepared[task] = ready
      send(.prepared(task, invocation))
    case .failure(let failure):
      send(.preparationFailed(task, invocation, failure))
    }
    operationEnded()
  }

  // MARK: Driver calls
  /// Suspends until the drivers serve; only recover comes before that.
  nonisolated private func servingGate() async {
    await environment.servingGate.pass()
  }

  func start(_ task: TaskIndex, _ invocation: Invocation) {
    let definition = definition(of: task)
    guard let ready = prepared[task] else {
      return send(
        .startFailed(task, invocation, StartFailure(message: "the task was not prepared", recoverable: true)))
    }
    let id = driverTaskID(task, invocation)
    run {
      await self.servingGate()
      guard DescriptorLimit.hasRoom else {
        return await self.send(.startFailed(task, invocation, .tooManyOpenFiles))
      }
      do {
        let driver = try self.environment.drivers.driver(named: definition.driver)
        let request = try self.request(id, for: definition, ready: ready, driver: driver)
        hostler_crash_point("agent-before-start")
        let started = try await driver.start(request)
        hostler_crash_point("agent-after-start")
        await self.send(
          .started(
            task, invocation,
            Lifecycle.TaskHandle(driverState: started.handle, version: started.handleVersion)))
      } catch {
        await self.send(.startFailed(task, invocation, StartFailure(error)))
      }
    }
  }

  nonisolated private func request(
    _ id: String, for task: Job.Task, ready: PreparedTask, driver: any Driver
  ) throws -> TaskRequest {
    let taskDirectory = directory.task(task.name)
    return TaskRequest(
      taskID: id, allocationID: identity.id, jobID: identity.job.id, jobName: identity.job.name,
      groupName: identity.group.name, taskName: task.name, namespace: identity.job.namespace,
      nodeName: environment.host.nodeName, environment: ready.environment, user: ready.user,
      directories: TaskRequest.Directories(
        allocation: directory.shared, task: taskDirectory.root, local: taskDirectory.local,
        secrets: taskDirectory.secrets, temporary: taskDirectory.temporary),
      logs: logs(of: task),
      resources: TaskResources(
        cpuMHz: Int64(task.resources.cpuMHz), cores: Int64(task.resources.cores),
        memoryBytes: Int64(task.resources.memoryMB) << 20,
        maximumMemoryBytes: Int64(task.resources.memoryMaxMB ?? 0) << 20),
      configuration: try driver.descriptor.taskSchema.check(ready.config, subject: "task \"\(task.name)\""))
  }

  nonisolated func logs(of task: Job.Task) -> TaskLogs {
    TaskLogs(
      directory: directory.logs, stdoutName: task.name + ".stdout", stderrName: task.name + ".stderr",
      maximumFileBytes: Int64(task.logs.maxFileSizeMB) << 20,
      maximumFiles: UInt32(clamping: task.logs.maxFiles),
      isDisabled: task.logs.disabled)
  }

  func watch(_ task: TaskIndex, _ invocation: Invocation) {
    let id = driverTaskID(task, invocation)
    let name = definition(of: task).driver
    operationsUnderWay += 1
    watches[task] = Task {
      await servingGate()
      do {
        let status = try await environment.drivers.driver(named: name).waitForExit(of: id)
        hostler_crash_point("agent-after-exit")
        send(.exited(task, invocation, ExitResult(status)))
      } catch let error as DriverError where error.kind == .cancelled {
        // The agent goes down; the task runs on.
      } catch {
        send(.waitFailed(task, invocation, message: "\(error)"))
      }
      operationEnded()
    }
  }

  func stop(_ task: TaskIndex, _ invocation: Invocation, _ request: TaskStopRequest) {
    let id = driverTaskID(task, invocation)
    let name = definition(of: task).driver
    run {
      await self.servingGate()
      do {
        hostler_crash_point("agent-before-stop")
        try await self.environment.drivers.driver(named: name).stop(id, request)
        hostler_crash_point("agent-after-stop")
      } catch let error as DriverError where error.kind == .notFound {
        await self.send(.stopFailed(task, invocation, .taskNotFound))
      } catch {
        await self.send(.stopFailed(task, invocation, .failed("\(error)")))
      }
    }
  }

  func signal(_ task: TaskIndex, _ invocation: Invocation, _ signal: String, _ request: RequestID) {
    guard let number = Signals.number(named: signal) else {
      return send(.signalSent(task, request, error: "unknown signal \"\(signal)\""))
    }
    let id = driverTaskID(task, invocation)
    let name = definition(of: task).driver
    run {
      await self.servingGate()
      do {
        try await self.environment.drivers.driver(named: name).signal(id, signal: number)
        await self.send(.signalSent(task, request, error: nil))
      } catch {
        await self.send(.signalSent(task, request, error: "\(error)"))
      }
    }
  }

  func destroy(_ task: TaskIndex, _ invocation: Invocation, force: Bool) {
    let id = driverTaskID(task, invocation)
    let name = definition(of: task).driver
    run {
      await self.servingGate()
      var failure: String?
      do {
        hostler_crash_point("agent-before-destroy")
        try await self.environment.drivers.driver(named: name).destroy(id, force: force)
        hostler_crash_point("agent-after-destroy")
      } catch let error as DriverError where error.kind == .notFound {
        // Nothing is left to clear.
      } catch {
        failure = "\(error)"
      }
      await self.send(.destroyed(task, invocation, error: failure))
    }
  }

  // MARK: Hooks and timers

  /// No hook of this version has work at these points; the machine asks only for those of the plan.
  func runHooks(_ run: HookRun) {
    send(.hooksDone(run))
  }

  func startTimer(_ timer: TimerID, _ duration: Duration) {
    timers[timer]?.cancel()
    let clock = environment.clock
    timers[timer] = Task {
      do { try await clock.sleep(for: duration) } catch { return }
      guard !Task.isCancelled else { return }
      timers[timer] = nil
      send(.timerFired(timer))
    }
  }
}

extension StartFailure {
  /// The agent has too many files open to look after another task.
  static var tooManyOpenFiles: StartFailure {
    StartFailure(
      message:
        "the agent has too many files open for another task, of \(DescriptorLimit.current) that it may "
        + "have; raise its limit (ulimit -Hn, or LimitNOFILE of its service)", recoverable: true)
  }

  /// What an error of a driver call means for the restart policy.
  init(_ error: any Error) {
    let recoverable = (error as? DriverError)?.isRecoverable ?? false
    // A driver's own words need no prefix: the event says that they are the driver's.
    let words = (error as? DriverError)?.message ?? ""
    self.init(
      message: words.isEmpty ? "\(error)" : words, recoverable: recoverable,
      isUnclear: (error as? DriverError)?.isUnclear ?? false)
  }
}

extension ExitResult {
  /// The result of a task that a driver reports as ended.
  init(_ status: TaskStatus) {
    guard let exit = status.exit, !exit.isUnknown else {
      self.init(
        exitCode: nil, message: status.message.isEmpty ? "the exit result is not known" : status.message)
      return
    }
    self.init(
      exitCode: Int(exit.code), signal: Int(exit.signal), oomKilled: exit.wasOutOfMemory,
      message: status.message)
  }
}
