internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A driver's side of its supervisor: starts tasks there, finds them again, and is told of their ends.
///
/// The supervisor is started when it is first needed, and again whenever it is gone while tasks run. Every
/// function may be called from any thread; those that start or look for tasks block.
public final class SupervisorClient: Sendable {
  typealias StartAnswer = Answer<Result<Void, SupervisionError>>
  typealias RecoverAnswer = Answer<Result<Bool, SupervisionError>>

  /// A request whose answer is not there yet.
  enum Pending {
    case start(RemoteTask, message: [UInt8], StartAnswer)
    case recover(RemoteTask, handle: [UInt8], RecoverAnswer)
    /// Asked again of a supervisor that is new.
    case refresh(RemoteTask)

    var task: RemoteTask {
      switch self {
      case .start(let task, _, _), .recover(let task, _, _), .refresh(let task): task
      }
    }

    func fail(_ error: SupervisionError) {
      switch self {
      case .start(_, _, let answer): answer.give(.failure(error))
      case .recover(_, _, let answer): answer.give(.failure(error))
      case .refresh: break
      }
    }
  }

  enum Link {
    /// Nothing is needed of a supervisor.
    case none
    /// One was lost, and the next is being made; requests wait for it.
    case connecting
    case connected(SupervisorConnection)
  }

  struct State {
    var link = Link.none
    var tasks: [String: RemoteTask] = [:]
    var pending: [RequestNumber: Pending] = [:]
    var nextNumber: RequestNumber = 1
    /// Pidfds that tasks handed out, of starts that are not answered.
    var handedOut: [RequestNumber: Int32] = [:]
    /// Whether every task of before has been asked for, so that what is left can go.
    var isRestored = false
    /// Tasks that were asked for without an answer: nobody's only for want of one.
    var unanswered: Set<String> = []
    var isClosed = false
    /// The client's own thread, while there is one.
    var thread: pthread_t?
  }

  /// Where tasks get their cgroups; nil when only process groups hold them together.
  public let controlGroups: ControlGroupTree?
  let settings: SupervisorSettings
  let log: @Sendable (String) -> Void
  let state = Mutex(State())
  /// Held while the first connection is made.
  private let connecting = Mutex(())
  /// Raised when the client is closed.
  let closing: Int32

  /// Makes a client; no supervisor is started yet.
  ///
  /// - Parameters:
  ///   - settings: the supervisor.
  ///   - controlGroups: where tasks get their cgroups, or nil.
  ///   - log: takes what an operator should know; called on any thread.
  public init(
    _ settings: SupervisorSettings, controlGroups: ControlGroupTree?,
    log: @escaping @Sendable (String) -> Void
  ) {
    self.settings = settings
    self.controlGroups = controlGroups
    self.log = log
    closing = hostler_eventfd(0)
  }

  deinit {
    closeDescriptor(closing)
  }

  // MARK: Tasks

  /// Starts a task. One of this id that was started before is found instead, never started again.
  ///
  /// - Parameters:
  ///   - id: the task's id, unique to this start; names its cgroup.
  ///   - command: what to run.
  ///   - logs: where its output goes, or nil to throw it away.
  /// - Throws: `SupervisionError`; no process of the task is left then.
  public func start(id: String, command: Command, logs: TaskLogs?) throws(SupervisionError) -> RemoteTask {
    try connect()
    var pipes: OutputPipes?
    if let logs { pipes = try OutputPipes(making: logs, taskID: id, owner: command.credentials) }
    let group = controlGroups?.group(taskID: id)
    let task = try RemoteTask(id: id, logs: logs, pipes: pipes, controlGroup: group)
    let answer = StartAnswer()
    let (number, message, connection) = state.withLock { state in
      let number = state.takeNumber()
      let message = SupervisorRequest.start(
        number, id: id, command, logs: logs, controlGroup: group?.path
      ).encoded
      state.tasks[id] = task
      state.pending[number] = .start(task, message: message, answer)
      return (number, message, state.connection)
    }
    // Without a connection, or when it breaks now, the request goes to the next supervisor.
    connection.map { send(message, of: number, task.pipeDescriptors, on: $0) }
    do throws(SupervisionError) {
      try answer.wait().get()
      return task
    } catch {
      state.withLock { _ = $0.tasks.removeValue(forKey: id) }
      if let logs { OutputPipes.remove(logs, taskID: id) }
      throw error
    }
  }

  /// Finds a task of an earlier process again.
  ///
  /// - Parameters:
  ///   - id: its id.
  ///   - handle: what was remembered of it; empty when nothing was.
  ///   - logs: where its output goes.
  /// - Returns: nil when no task of this id was ever started.
  public func recover(id: String, handle: [UInt8], logs: TaskLogs?) throws(SupervisionError) -> RemoteTask? {
    if let task = state.withLock({ $0.tasks[id] }) { return task }
    state.withLock { _ = $0.unanswered.insert(id) }
    do throws(SupervisionError) {
      let task = try ask(id: id, handle: handle, logs: logs)
      answered(id)
      return task
    } catch {
      // What is out of resources is asked again.
      if error.kind != .outOfResources { answered(id) }
      throw error
    }
  }

  private func answered(_ id: String) {
    let wasHeldUp = state.withLock { $0.unanswered.remove(id) != nil && $0.isRestored }
    if wasHeldUp { forgetUnclaimed() }
  }

  private func ask(id: String, handle: [UInt8], logs: TaskLogs?) throws(SupervisionError) -> RemoteTask? {
    try connect()
    let task = try RemoteTask(
      id: id, logs: logs, pipes: logs.flatMap { OutputPipes(opening: $0, taskID: id) },
      controlGroup: controlGroups?.group(taskID: id))
    let answer = RecoverAnswer()
    let (number, message, connection) = state.withLock { state in
      let number = state.takeNumber()
      state.tasks[id] = task
      state.pending[number] = .recover(task, handle: handle, answer)
      return (number, Self.recoverMessage(number, task, handle), state.connection)
    }
    connection.map { send(message, of: number, task.pipeDescriptors, on: $0) }
    let result = answer.wait()
    guard case .success(true) = result else {
      state.withLock { _ = $0.tasks.removeValue(forKey: id) }
      _ = try result.get()
      return nil
    }
    return task
  }

  static func recoverMessage(_ number: RequestNumber, _ task: RemoteTask, _ handle: [UInt8]) -> [UInt8] {
    SupervisorRequest.recover(
      number, id: task.id, handle: handle, logs: task.logs, controlGroup: task.controlGroupPath
    ).encoded
  }

  /// Every task of before has been asked for: those that nobody asked for are ended and forgotten, once
  /// there is an answer about all that somebody did.
  public func restoreComplete() {
    state.withLock { $0.isRestored = true }
    // Where no supervisor ever was, none is started only to be asked.
    guard access(settings.stateDirectory + "/" + SupervisorServer.File.tasks, F_OK) == 0 else { return }
    do throws(SupervisionError) {
      try connect()
    } catch {
      log("tasks that nobody asks for cannot be looked for: \(error)")
    }
    forgetUnclaimed()
  }

  /// Has what nobody asked for ended, unless the supervisor does not know yet what was asked for.
  func forgetUnclaimed() {
    let connection = state.withLock { state in
      return state.isRefreshing || !state.isRestored || !state.unanswered.isEmpty ? nil : state.connection
    }
    _ = connection?.socket.send(SupervisorRequest.forgetUnclaimed.encoded)
  }

  /// Kills a task with everything it started. Returns at once.
  public func kill(_ task: RemoteTask) {
    // Without a cgroup only the parent can kill the tree: it knows that the numbers are still the task's, and
    // must come before its leader ends.
    if !task.hasControlGroup, tell(.kill(id: task.id)) { return }
    task.kill()
  }

  /// Ends the task if it runs, and forgets it: its end is known for good.
  ///
  /// - Throws: `SupervisionError` when a process does not end, as one in an uninterruptible wait.
  public func destroy(_ task: RemoteTask, timeoutMilliseconds: Int32 = 10_000) throws(SupervisionError) {
    if task.condition() == .running {
      kill(task)
      guard task.waitForEnd(timeoutMilliseconds: timeoutMilliseconds) else {
        throw SupervisionError(
          kind: .outOfResources,
          description: "process \(task.handle?.process.pid ?? 0) was killed and has not ended yet")
      }
    }
    try task.removeRemains(timeoutMilliseconds: timeoutMilliseconds)
    state.withLock { _ = $0.tasks.removeValue(forKey: task.id) }
    task.release()
    tell(.forget(id: task.id))
  }

  /// Leaves the supervisor alone with its tasks, and waits for the client's thread. Nothing may be called
  /// after it.
  public func close() {
    let (connection, thread) = state.withLock { state in
      state.isClosed = true
      defer { state.thread = nil }
      return (state.connection, state.thread)
    }
    _ = hostler_eventfd_raise(closing)
    connection?.socket.shutDown()
    if let thread { pthread_join(thread, nil) }
    let handedOut = state.withLock { state in
      state.link = .none
      state.tasks = [:]
      defer { state.handedOut = [:] }
      return state.handedOut.values
    }
    for pidfd in handedOut { closeDescriptor(pidfd) }
  }

  // MARK: Messages

  /// Sends a request that is not answered, if there is anybody to take it: the next supervisor is told
  /// everything anew.
  ///
  /// - Returns: whether there was.
  @discardableResult
  private func tell(_ request: SupervisorRequest) -> Bool {
    guard let connection = state.withLock({ $0.connection }),
      case .sent = connection.socket.send(request.encoded)
    else { return false }
    return true
  }

  /// Sends a request that is pending. When the supervisor is gone it stays so, for the next one.
  func send(
    _ message: [UInt8], of number: RequestNumber, _ descriptors: [Int32],
    on connection: SupervisorConnection
  ) {
    guard case .failed(let errno) = connection.socket.send(message, descriptors: descriptors),
      errno != EPIPE, errno != ECONNRESET
    else { return }
    state.withLock { $0.pending.removeValue(forKey: number) }?.fail(
      SupervisionError(
        kind: .outOfResources,
        description: "the supervisor cannot be told of the task: \(describe(errno: errno))"))
  }

  /// Makes the first connection.
  private func connect() throws(SupervisionError) {
    try connecting.withLock { _ throws(SupervisionError) in
      let isNeeded = state.withLock { state in
        if case .none = state.link { return !state.isClosed }
        return false
      }
      guard isNeeded else { return }
      let connection = try SupervisorConnection(settings, log: log)
      let before = state.withLock { state in
        state.link = .connected(connection)
        defer { state.thread = nil }
        return state.thread
      }
      // The thread of the supervisor before this one, which was needed no more.
      if let before { pthread_join(before, nil) }
      guard let thread = startJoinableThread(named: "hostler-tasks", { self.serve(connection) }) else {
        state.withLock { $0.link = .none }
        throw SupervisionError(kind: .outOfResources, description: "cannot make a thread")
      }
      state.withLock { $0.thread = thread }
    }
  }
}

extension SupervisorClient.State {
  var connection: SupervisorConnection? {
    if case .connected(let connection) = link { connection } else { nil }
  }

  mutating func takeNumber() -> RequestNumber {
    defer { nextNumber += 1 }
    return nextNumber
  }
}
