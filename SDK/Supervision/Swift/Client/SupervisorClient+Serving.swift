internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

// The client's own thread: takes in what the supervisor says, and makes another when it is gone.
extension SupervisorClient {
  /// How long to wait before a supervisor is tried to be had again, at first and at most.
  private static let firstPauseMilliseconds: Int32 = 10
  private static let longestPauseMilliseconds: Int32 = 5000
  /// After so many failures whoever waits for an answer is told.
  private static let patience = 4

  func serve(_ first: SupervisorConnection) {
    var connection: SupervisorConnection? = first
    while let current = connection {
      var buffer = MessageSocket.buffer
      while let message = current.socket.receive(&buffer) {
        guard let reply = try? SupervisorReply(decoding: message.bytes) else {
          message.closeDescriptors()
          log("the supervisor sent a message that is none")
          break
        }
        take(reply, message.descriptors, current)
      }
      current.socket.shutDown()
      takeHandedOut(current)
      connection = replacement(of: current)
    }
  }

  // MARK: Replies

  private func take(_ reply: SupervisorReply, _ descriptors: [Int32], _ connection: SupervisorConnection) {
    let pidfd = descriptors.first ?? -1
    for extra in descriptors.dropFirst() { closeDescriptor(extra) }
    switch reply {
    case .hello: closeDescriptor(pidfd)
    case .started(let number, let handle, let isAnnounced):
      found(number, handle, .running, isAnnounced ? handedOut(number, connection) : pidfd)
    case .found(let number, let handle, let condition):
      found(number, handle, condition, handedOut(number, connection, other: pidfd))
    case .failed(let number, let kind, let description):
      closeDescriptor(handedOut(number, connection, other: pidfd))
      finish(number)?.fail(SupervisionError(kind: kind, description: description))
    case .notFound(let number):
      closeDescriptor(pidfd)
      notFound(number, connection)
    case .ended(let id, let exit, let time, let lost):
      closeDescriptor(pidfd)
      state.withLock { $0.tasks[id] }?.hasEnded(exit, atNanoseconds: time)
      if lost > 0 {
        log("\(lost) bytes of the output of \(id) could not be written to its log files: is the disk full?")
      }
    }
  }

  private func finish(_ number: RequestNumber) -> Pending? {
    let pending = state.withLock { $0.pending.removeValue(forKey: number) }
    if case .refresh = pending, state.withLock({ !$0.isRefreshing }) { takenOver() }
    return pending
  }

  /// The supervisor knows every task that its predecessor had.
  private func takenOver() {
    log("another supervisor has taken over")
    // What a lost supervisor could not be told any more.
    forgetUnclaimed()
  }

  private func found(
    _ number: RequestNumber, _ handle: [UInt8], _ condition: TaskCondition, _ pidfd: Int32
  ) {
    guard let pending = finish(number) else { return closeDescriptor(pidfd) }
    pending.task.isRunning(TaskHandle(bytes: handle), pidfd: pidfd)
    if case .exited(let exit, let time) = condition { pending.task.hasEnded(exit, atNanoseconds: time) }
    switch pending {
    case .start(_, _, let answer): answer.give(.success(()))
    case .recover(_, _, let answer): answer.give(.success(true))
    case .refresh: break
    }
  }

  private func notFound(_ number: RequestNumber, _ connection: SupervisorConnection) {
    let waiting = state.withLock { $0.pending[number] }
    if case .start(let task, let message, _) = waiting {
      // The supervisor that is gone had not come to it: now it can be started.
      return send(message, of: number, task.pipeDescriptors, on: connection)
    }
    switch finish(number) {
    case .recover(_, _, let answer): answer.give(.success(false))
    case .refresh(let task):
      task.hasEnded(.unknown(reason: "its supervisor is gone, and with it the result"), atNanoseconds: 0)
    case .start, nil: break
    }
  }

  // MARK: Pidfds that tasks hand out themselves

  /// The pidfd that a task handed out before its program ran; `other` when there is none.
  private func handedOut(
    _ number: RequestNumber, _ connection: SupervisorConnection, other: Int32 = -1
  ) -> Int32 {
    takeHandedOut(connection)
    guard let pidfd = state.withLock({ $0.handedOut.removeValue(forKey: number) }) else { return other }
    closeDescriptor(other)
    return pidfd
  }

  /// Takes in what is there: each task sent its own before anything else was said about it.
  private func takeHandedOut(_ connection: SupervisorConnection) {
    var buffer = [UInt8](repeating: 0, count: 64)
    while let message = connection.vault.receive(&buffer, waits: false) {
      var reader = MessageReader(message.bytes)
      guard let number = try? reader.number(RequestNumber.self), message.descriptors.count == 1 else {
        message.closeDescriptors()
        continue
      }
      let replaced = state.withLock { $0.handedOut.updateValue(message.descriptors[0], forKey: number) }
      if let replaced { closeDescriptor(replaced) }
    }
  }

  // MARK: The next supervisor

  /// Another supervisor, which has been told to take over; nil when none is needed.
  private func replacement(of lost: SupervisorConnection) -> SupervisorConnection? {
    let isNeeded = state.withLock { state in
      let isNeeded = !state.isClosed && state.needsSupervisor
      state.link = isNeeded ? .connecting : .none
      return isNeeded
    }
    guard isNeeded else { return nil }
    log("the supervisor is gone (\(lost.ending())); another takes its tasks over")
    var pause = Self.firstPauseMilliseconds
    var failures = 0
    while true {
      do throws(SupervisionError) {
        let connection = try SupervisorConnection(settings, log: log)
        if handOver(to: connection) {
          if state.withLock({ !$0.isRefreshing }) { takenOver() }
          return connection
        }
      } catch {
        failures += 1
        if failures == 1 || failures % 16 == 0 { log("no supervisor can be had: \(error)") }
        if failures >= Self.patience { failAll(error) }
      }
      var wanted = pollfd(fd: closing, events: Int16(POLLIN), revents: 0)
      if retrying({ poll(&wanted, 1, pause) }) > 0 { return nil }
      pause = min(pause * 2, Self.longestPauseMilliseconds)
    }
  }

  private func failAll(_ error: SupervisionError) {
    let failed = state.withLock { state in
      defer { state.pending = [:] }
      return Array(state.pending.values)
    }
    for pending in failed { pending.fail(SupervisionError(kind: .outOfResources, description: "\(error)")) }
  }

  /// Tells a new supervisor what there is.
  private func handOver(to connection: SupervisorConnection) -> Bool {
    let messages = state.withLock { state -> [(RequestNumber, [UInt8], RemoteTask)] in
      state.link = .connected(connection)
      var messages: [(RequestNumber, [UInt8], RemoteTask)] = []
      var asked: Set<String> = []
      for (number, pending) in state.pending {
        if case .refresh = pending {
          state.pending[number] = nil
          continue
        }
        let handle: [UInt8] = if case .recover(_, let handle, _) = pending { handle } else { [] }
        asked.insert(pending.task.id)
        messages.append((number, Self.recoverMessage(number, pending.task, handle), pending.task))
      }
      for (id, task) in state.tasks where !asked.contains(id) && task.condition() == .running {
        let number = state.takeNumber()
        state.pending[number] = .refresh(task)
        messages.append((number, Self.recoverMessage(number, task, task.handle?.bytes ?? []), task))
      }
      return messages
    }
    // On a thread of its own, so that answers are taken in meanwhile.
    return startThread(named: "hostler-handover") {
      for (number, message, task) in messages {
        self.send(message, of: number, task.pipeDescriptors, on: connection)
      }
    }
  }
}

extension SupervisorClient.State {
  /// Whether a supervisor has yet to answer for a task that its predecessor had.
  var isRefreshing: Bool {
    pending.values.contains { if case .refresh = $0 { true } else { false } }
  }

  /// Whether anybody waits for something.
  fileprivate var needsSupervisor: Bool {
    !pending.isEmpty || tasks.values.contains { $0.condition() == .running }
  }
}
