internal import Synchronization

extension ReplaceableDriver {
  /// How many tasks are asked for at a time.
  private static let recoveriesAtATime = 64

  // MARK: Events
  /// Takes an event in and does what is to be done.
  func handle(_ event: DriverContinuity.Event) {
    let now = clock.now()
    perform(state.withLock { $0.take(event, at: now) })
  }

  /// What is behind the driver has ended. Of those who notice, the first is believed.
  func ended(_ generation: Int, reason: String) {
    let now = clock.now()
    let effects = state.withLock { state -> [DriverContinuity.Effect] in
      guard state.generation == generation, state.current != nil else { return [] }
      state.current = nil
      return state.take(.died(reason: reason), at: now)
    }
    perform(effects)
  }

  /// Puts something behind the driver, which has nothing.
  ///
  /// - Parameter maker: makes another when this one has ended; nil to keep what makes them.
  /// - Returns: whether it was taken; not by a driver that was closed or has something already.
  func put(_ driver: any Driver, maker: Maker? = nil) -> Bool {
    let now = clock.now()
    let taken = state.withLock { state -> (Int, [DriverContinuity.Effect])? in
      guard [.vacant, .launching].contains(state.continuity.phase) else { return nil }
      if let maker { state.maker = maker }
      _ = state.put(driver)
      return (state.generation, state.take(.arrived, at: now))
    }
    guard let (generation, effects) = taken else { return false }
    watch(driver, generation)
    perform(effects)
    return true
  }

  private func watch(_ driver: any Driver, _ generation: Int) {
    guard let instance = driver as? any DriverInstance, instance.isKillable else { return }
    Task {
      if let end = await instance.waitForEnd() { ended(generation, reason: end.description) }
    }
  }

  // MARK: Effects
  func perform(_ effects: [DriverContinuity.Effect]) {
    for effect in effects { perform(effect) }
  }

  private func perform(_ effect: DriverContinuity.Effect) {
    switch effect {
    case .pause(let pause):
      Task {
        await clock.sleep(for: pause)
        handle(.pauseEnded)
      }
    case .launch: Task { await launch() }
    case .recover(let requests, let round, let pause):
      let target = target
      Task {
        if pause > .zero { await clock.sleep(for: pause) }
        await recover(requests, round: round, from: target)
      }
    case .restoreComplete(let round, let pause):
      let target = target
      Task {
        if pause > .zero { await clock.sleep(for: pause) }
        await restoreComplete(round: round, of: target)
      }
    case .resume: wakeAll()
    case .drain: Task { await drain() }
    case .swap: swapped()
    case .giveUp(let problem):
      state.withLock { $0.takeReloadWaiter() }?.resume(returning: .failed(problem))
    case .kill(let reason): (state.withLock { $0.current } as? any DriverInstance)?.kill(reason: reason)
    case .log(let level, let text): log(DriverLogMessage(driver: name, level: level, text: text))
    }
  }

  /// What is asked for tasks: the replacement during a reload.
  private var target: Target? {
    state.withLock { state in
      // The end of a replacement is not that of what is behind the driver.
      if let candidate = state.candidate { return Target(driver: candidate, generation: -1) }
      return state.current.map { Target(driver: $0, generation: state.generation) }
    }
  }

  private func launch() async {
    guard let maker = state.withLock({ $0.maker }) else {
      return handle(.launchFailed(reason: "there is nothing to start it again with"))
    }
    do throws(DriverLoadError) {
      let driver = try await maker()
      if !put(driver) { await driver.close() }
    } catch {
      log(DriverLogMessage(driver: name, level: .error, text: error.description))
      handle(.launchFailed(reason: error.description))
    }
  }

  private func recover(_ requests: [RecoverRequest], round: Int, from target: Target?) async {
    guard let target else { return }
    await withTaskGroup(of: Void.self) { group in
      for (index, request) in requests.enumerated() {
        if index >= Self.recoveriesAtATime { await group.next() }
        group.addTask { await self.recover(request, round: round, from: target) }
      }
    }
  }

  private func recover(_ request: RecoverRequest, round: Int, from target: Target) async {
    do throws(DriverError) {
      _ = try await target.driver.recover(request)
      handle(.recovered(request.taskID, round: round, nil))
    } catch {
      if error.kind == .driverGone { ended(target.generation, reason: error.message) }
      handle(.recovered(request.taskID, round: round, error))
    }
  }

  private func restoreComplete(round: Int, of target: Target?) async {
    guard let target else { return }
    do throws(DriverError) {
      try await target.driver.restoreComplete()
      state.withLock { $0.restoreError = nil }
      handle(.restored(round: round, nil))
    } catch {
      state.withLock { state in
        if state.continuity.phase == .restoring { state.restoreError = error }
      }
      wakeAll()
      if error.kind == .driverGone { ended(target.generation, reason: error.message) }
      handle(.restored(round: round, error))
    }
  }

  // MARK: Its life
  /// Has the driver be told; suspends until it was, though no longer than others wait for it. Should it take
  /// longer, the driver is told all the same.
  func restoreComplete() async throws(DriverError) {
    handle(.restoreRequested)
    await waitUntilSettled()
    let (failure, isLate) = state.withLock { state in
      defer { state.restoreError = nil }
      return (state.restoreError, [.gathering, .restoring].contains(state.continuity.phase))
    }
    if let failure { throw failure }
    if isLate { throw error(.timedOut, .restoreComplete, nil, "it takes longer than \(deadlines.others)") }
  }

  /// Suspends until it is known whether the driver serves, though no longer than others wait for it.
  func waitUntilSettled() async {
    let isSettled = { (state: borrowing State) -> Bool in
      switch state.continuity.phase {
      case .recovering, .gathering, .restoring: state.restoreError != nil
      default: true
      }
    }
    let deadline = clock.now() + deadlines.others
    while !state.withLock({ isSettled($0) }), !Task.isCancelled {
      let left = deadline - clock.now()
      if left <= .zero { return }
      await waitForChange(within: left, unless: isSettled)
    }
  }

  func close() async { _ = await close(unless: { _ in false }) }

  /// Closes a driver that has no tasks.
  ///
  /// - Returns: the tasks that it has, and goes on with.
  func closeUnlessUsed() async -> [String] {
    await close(unless: { !$0.continuity.tasks.isEmpty })
  }

  private func close(unless isKept: (borrowing State) -> Bool) async -> [String] {
    let now = clock.now()
    let (tasks, driver, waiter, effects) = state.withLock {
      state -> ([String], (any Driver)?, ReloadWaiter?, [DriverContinuity.Effect]) in
      if isKept(state) { return (state.continuity.tasks.keys.sorted(), nil, nil, []) }
      let effects = state.take(.closed, at: now)
      return ([], state.current, state.takeReloadWaiter(), effects)
    }
    perform(effects)
    waiter?.resume(returning: .failed(.closed))
    await driver?.close()
    return tasks
  }

  // MARK: Health
  func fingerprint() async throws(DriverError) -> Fingerprint {
    let (driver, generation, reason) = state.withLock { state in
      state.toldChanges = state.changes
      let driver = state.continuity.isAway ? nil : state.current
      return (driver, state.generation, state.continuity.reason)
    }
    guard let driver else { return Fingerprint(health: .unhealthy, description: reason) }
    do throws(DriverError) {
      return try await driver.fingerprint()
    } catch {
      guard error.kind == .driverGone else { throw error }
      ended(generation, reason: error.message)
      return Fingerprint(health: .unhealthy, description: error.message)
    }
  }

  func waitForFingerprintChange() async {
    let isTold = { @Sendable (state: borrowing State) -> Bool in state.changes == state.toldChanges }
    let driver = state.withLock { $0.current }
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while self.state.withLock({ isTold($0) }), !Task.isCancelled {
          await self.waitForChange { !isTold($0) }
        }
      }
      if let driver { group.addTask { await driver.waitForFingerprintChange() } }
      await group.next()
      group.cancelAll()
    }
  }

  // MARK: Reload
  /// Replaces what is behind the driver, which goes on as it is when the replacement fails in any way.
  ///
  /// - Parameter maker: makes the replacement, and what follows it should that end.
  func reload(with maker: @escaping Maker) async throws(DriverReloadError) {
    let problem = state.withLock { state -> DriverReloadError.Problem? in
      if state.continuity.phase == .closed { return .closed }
      if state.isReloading { return .underWay }
      state.isReloading = true
      return nil
    }
    if let problem { throw DriverReloadError(name, problem) }
    defer { state.withLock { $0.isReloading = false } }
    let candidate: any Driver
    do throws(DriverLoadError) { candidate = try await maker() } catch {
      throw DriverReloadError(name, .notLoaded(error))
    }
    let now = clock.now()
    let result: ReloadResult = await withUnsafeContinuation { waiter in
      let effects = state.withLock { state in
        state.candidate = candidate
        state.candidateMaker = maker
        state.reloadWaiter = waiter
        return state.take(.replacementReady, at: now)
      }
      perform(effects)
      // A driver that was closed meanwhile has no answer to that.
      if state.withLock({ $0.continuity.phase == .closed }) {
        state.withLock { $0.takeReloadWaiter() }?.resume(returning: .failed(.closed))
      }
    }
    switch result {
    case .replaced(let old): await old?.close()
    case .failed(let problem):
      state.withLock { $0.candidate = nil }
      await candidate.close()
      throw DriverReloadError(name, problem)
    }
  }

  private func swapped() {
    let swap = state.withLock { state in
      defer { state.swap = nil }
      return state.swap
    }
    guard let swap else { return }
    watch(swap.driver, swap.generation)
    swap.waiter?.resume(returning: .replaced(swap.old))
  }

  /// Suspends until no call is under way.
  private func drain() async {
    let deadline = clock.now() + deadlines.other
    while true {
      let calls = state.withLock { $0.callsUnderWay }
      if calls == 0 { return handle(.drained) }
      let left = deadline - clock.now()
      if left <= .zero { return handle(.drainTimedOut(calls: calls)) }
      await waitForChange(within: left) { $0.callsUnderWay == 0 }
    }
  }
}
