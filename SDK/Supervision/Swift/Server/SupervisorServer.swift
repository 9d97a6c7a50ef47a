internal import CCrashPoint
internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A supervisor: the parent of the tasks of one driver, in a process of its own that outlives the agent.
///
/// It serves one driver, and during a reload its next version beside it: each connection with a few threads
/// that each take one request after another. Another thread moves output and sees tasks end. What must be known after this process is in the ``TaskTable``.
final class SupervisorServer: Sendable {
  /// The names of its files in the state directory.
  enum File {
    static let socket = "socket"
    static let lock = "lock"
    static let tasks = "tasks"
    static let log = "log"
  }

  /// A task, as long as its end has not been taken note of for good.
  struct Entry {
    enum State {
      /// Its process is being made.
      case starting
      case running(SupervisedTask, watch: DescriptorWatcher.Key?)
      /// It ended. The task is there when it may still have output to move.
      case ended(TaskExit, atNanoseconds: Int64, SupervisedTask?)
      /// An earlier supervisor could not run its program.
      case failed(step: Int32, error: Int32)
    }

    var slot: TaskSlot
    var state: State
    var handle: [UInt8]
    /// Whether the last connection started it or asked for it.
    var isClaimed: Bool
  }

  struct State {
    var entries: [String: Entry] = [:]
    /// Who is connected. The last has the say: what it does not ask for is nobody's.
    var connections: [Connection] = []

    func isLast(_ connection: Connection) -> Bool { connections.last?.outbox === connection.outbox }
  }

  /// A driver that is connected.
  struct Connection: Sendable {
    var outbox: Outbox
    /// Where tasks hand out their own pidfds.
    var vault: MessageSocket?
    var isTemporary: Bool
  }

  let engine: Supervisor
  let table: TaskTable
  let state = Mutex(State())
  /// An eventfd that is raised when a connection or a task has ended.
  let changes: Int32
  /// Expires when a temporary host has been gone for so long that it does not come back.
  let patience: TimerDescriptor
  /// How long the tasks of a temporary host go on without a driver that is connected.
  static let patience = Duration.seconds(10)

  /// Takes over what the table in the state directory holds.
  ///
  /// - Parameter directory: the open state directory.
  init(in directory: Int32) throws(SupervisionError) {
    engine = try Supervisor()
    table = try TaskTable(in: directory, name: File.tasks)
    patience = try TimerDescriptor()
    changes = hostler_eventfd(0)
    guard changes >= 0 else {
      throw SupervisionError(
        kind: .outOfResources, description: "cannot make an eventfd: \(describe(errno: errno))")
    }
  }

  // MARK: Requests

  /// Does what a driver asks for. The descriptors belong to this call.
  func handle(_ request: SupervisorRequest, _ descriptors: [Int32], on connection: Connection) {
    switch request {
    case .hello: for descriptor in descriptors { closeDescriptor(descriptor) }
    case .start(let number, let id, let command, let logs, let group):
      start(number, id, command, output(logs, descriptors), group, connection)
    case .recover(let number, let id, let handle, let logs, let group):
      recover(number, id, handle, output(logs, descriptors), group, connection)
    case .kill(let id):
      let entry = state.withLock { $0.entries[id] }
      if case .running(let task, _) = entry?.state { task.kill() }
    case .forget(let id): forget(id)
    case .forgetUnclaimed:
      // Said by a driver that is gone, it would hit what the next one has not come to ask for.
      let unclaimed = state.withLock { state in
        state.isLast(connection)
          ? state.entries.filter { !$0.value.isClaimed }.map { ($0.key, $0.value) } : []
      }
      for (id, entry) in unclaimed {
        if case .running(let task, _) = entry.state { try? task.destroy() }
        forget(id)
      }
    }
  }

  private func output(_ logs: TaskLogs?, _ descriptors: [Int32]) -> (pipes: OutputPipes, logs: TaskLogs)? {
    guard let pipes = OutputPipes(descriptors: descriptors) else { return nil }
    guard let logs else {
      pipes.close()
      return nil
    }
    return (pipes, logs)
  }

  private func start(
    _ number: RequestNumber, _ id: String, _ command: Command,
    _ output: (pipes: OutputPipes, logs: TaskLogs)?, _ group: String?, _ connection: Connection
  ) {
    let slot: TaskSlot
    do throws(SupervisionError) {
      // A task of this id may be there when the driver could not know that it was started.
      guard let claimed = try claim(id, output?.logs, for: connection) else {
        output?.pipes.close()
        return answerFound(number, id, connection)
      }
      slot = claimed
      hostler_crash_point("supervisor-after-claim")
    } catch {
      output?.pipes.close()
      return connection.outbox.send(.failed(number, kind: error.kind, description: error.description))
    }
    let trace = SpawnTrace(
      record: slot.record, socket: connection.vault?.descriptor ?? -1, announcement: number)
    do throws(SupervisionError) {
      let (task, isAnnounced) = try engine.start(
        command: command, group: group.map(ControlGroup.init), output: output, trace: trace)
      hostler_crash_point("supervisor-after-spawn")
      let handle = task.handle?.bytes ?? []
      state.withLock { state in
        state.entries[id]?.handle = handle
        state.entries[id]?.state = .running(task, watch: nil)
      }
      connection.outbox.send(
        .started(number, handle: handle, announced: isAnnounced),
        descriptors: isAnnounced ? [] : [task.pidfd])
      hostler_crash_point("supervisor-after-answer")
      watch(task, id)
    } catch {
      state.withLock { _ = $0.entries.removeValue(forKey: id) }
      table.release(slot)
      connection.outbox.send(.failed(number, kind: error.kind, description: error.description))
    }
  }

  /// Makes an entry for a task that is to be started; nil when there is one.
  ///
  /// - Throws: for a driver that another has taken over from. That one may have been told already that there is
  ///   no such task, and start it anew.
  private func claim(
    _ id: String, _ logs: TaskLogs?, for connection: Connection
  ) throws(SupervisionError) -> TaskSlot? {
    let isKnown = state.withLock { state in
      state.entries[id]?.isClaimed = true
      return state.entries[id] != nil
    }
    if isKnown { return nil }
    let slot = try table.claim(id: id, logs: logs)
    let (isTaken, isOther) = state.withLock { state in
      if state.entries[id] != nil { return (false, true) }
      guard state.isLast(connection) else { return (false, false) }
      state.entries[id] = Entry(slot: slot, state: .starting, handle: [], isClaimed: true)
      return (true, false)
    }
    if isTaken { return slot }
    table.release(slot)
    if isOther { return nil }
    throw SupervisionError(kind: .outOfResources, description: "another process of the driver has taken over")
  }

  private func recover(
    _ number: RequestNumber, _ id: String, _ handle: [UInt8],
    _ output: (pipes: OutputPipes, logs: TaskLogs)?, _ group: String?, _ connection: Connection
  ) {
    let isKnown = state.withLock { $0.entries[id] != nil }
    if !isKnown, let handle = TaskHandle(bytes: handle) { adopt(handle, id, output?.logs) }
    if let group, case .running(let task, _)? = state.withLock({ $0.entries[id]?.state }) {
      task.hold(in: ControlGroup(path: group))
    }
    attach(output, to: id)
    // Only now: the end of a task whose output is not moved yet must not be told.
    state.withLock { $0.entries[id]?.isClaimed = true }
    answerFound(number, id, connection)
  }

  private func answerFound(_ number: RequestNumber, _ id: String, _ connection: Connection) {
    guard let entry = state.withLock({ $0.entries[id] }) else {
      return connection.outbox.send(.notFound(number))
    }
    switch entry.state {
    case .starting:
      connection.outbox.send(
        .failed(number, kind: .outOfResources, description: "the task is being started"))
    case .running(let task, _):
      let pidfd = task.duplicatePidfd()
      defer { closeDescriptor(pidfd) }
      connection.outbox.send(
        .found(number, handle: entry.handle, pidfd < 0 ? task.condition() : .running),
        descriptors: [pidfd].filter { $0 >= 0 })
    case .ended(let exit, let time, _):
      connection.outbox.send(.found(number, handle: entry.handle, .exited(exit, atNanoseconds: time)))
    case .failed(let step, let error):
      connection.outbox.send(
        .failed(
          number, kind: .invalidCommand,
          description: "the task's program could not be run (step \(step)): \(describe(errno: error))"))
      forget(id)
    }
  }

  private func attach(_ output: (pipes: OutputPipes, logs: TaskLogs)?, to id: String) {
    guard let output else { return }
    let state = state.withLock { $0.entries[id]?.state }
    switch state {
    case .running(let task, _), .ended(_, _, .some(let task)):
      guard !task.hasOutput else { return output.pipes.close() }
      do throws(SupervisionError) {
        try engine.attach(output.pipes, output.logs, to: task)
      } catch {
        ServerLog.write("the output of \(id) is thrown away: \(error)")
      }
    default: output.pipes.close()
    }
  }

  private func forget(_ id: String) {
    let entry = state.withLock { $0.entries.removeValue(forKey: id) }
    guard let entry else { return }
    hostler_crash_point("supervisor-before-forgetting")
    if case .running(let task, let key) = entry.state {
      if let key { engine.forget(key) }
      task.release()
    }
    table.release(entry.slot)
  }

  // MARK: Ends of tasks

  /// Takes note of a task's end when it comes.
  func watch(_ task: SupervisedTask, _ id: String) {
    // The end may come at once: whoever takes note of it waits until the watching is written down, so that it
    // is ended before the descriptor's number can be another's.
    state.withLock { state in
      guard case .running(let current, nil) = state.entries[id]?.state, current === task else { return }
      let key = engine.watch(task.pidfd) { [weak self, weak task] in
        guard let self, let task else { return }
        self.noteEnd(of: task, id)
      }
      if key == nil { ServerLog.write("the end of \(id) cannot be watched for: \(describe(errno: errno))") }
      state.entries[id]?.state = .running(task, watch: key)
    }
  }

  private func noteEnd(of task: SupervisedTask, _ id: String) {
    hostler_crash_point("supervisor-before-end")
    guard case .exited(let exit, let time) = task.condition() else { return }
    hostler_crash_point("supervisor-after-output")
    let connections = state.withLock { state -> [Connection]? in
      guard let entry = state.entries[id], case .running(let current, let key) = entry.state, current === task
      else { return nil }
      // First to the table: from here on it is known whatever happens.
      entry.slot.end(exit, atNanoseconds: time)
      state.entries[id]?.state = .ended(exit, atNanoseconds: time, task.hasOutput ? nil : task)
      if let key { engine.forget(key) }
      // To one that has not asked for the task yet it is told when it does, after its output was moved.
      return entry.isClaimed ? state.connections : state.connections.dropLast()
    }
    hostler_crash_point("supervisor-after-end")
    task.releaseProcess()
    let lost = task.lostOutputBytes
    if lost > 0 { ServerLog.write("\(lost) bytes of the output of \(id) could not be written") }
    for connection in connections ?? [] {
      connection.outbox.send(.ended(id: id, exit, atNanoseconds: time, lostOutputBytes: lost), waits: false)
    }
    if connections?.isEmpty != false { noteChange() }
  }
}
