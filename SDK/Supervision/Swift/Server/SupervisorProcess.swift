internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The whole of a supervisor's process.
///
/// It is started with the state directory as its only argument and, as descriptor 3, the connection of the
/// driver that started it; later ones come through the socket in the directory. It ends when no driver is
/// connected and no task runs.
public enum SupervisorProcess {
  /// The descriptor of the first connection.
  static let firstConnection: Int32 = 3
  /// How many requests are worked on at once: starting a program can be slow.
  private static let workers = 3

  /// Runs until there is nothing left to do.
  ///
  /// - Returns: the exit code: 0, or 1 when it cannot do its work.
  public static func run(stateDirectory: String) -> Int32 {
    // Whoever starts it has no child to wait for.
    guard hostler_detach() == 0 else { return fail("cannot make a process: \(describe(errno: errno))") }
    signal(SIGPIPE, SIG_IGN)
    let directory = open(stateDirectory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return fail("cannot open \(stateDirectory): \(describe(errno: errno))") }
    let log = openat(
      directory, SupervisorServer.File.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if log >= 0 { dup2(log, STDERR_FILENO) }
    // One that is about to end has the lock a moment longer.
    let lock = openat(
      directory, SupervisorServer.File.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0, retrying({ flock(lock, LOCK_EX) }) == 0 else {
      return fail("cannot lock \(stateDirectory): \(describe(errno: errno))")
    }
    // Whom to look for, when something is wrong.
    let pid = Array("\(getpid())\n".utf8)
    _ = ftruncate(lock, 0)
    _ = pwrite(lock, pid, pid.count, 0)
    do throws(SupervisionError) {
      let server = try SupervisorServer(in: directory)
      server.adoptAll()
      let listener = hostler_socket_listen(directory, SupervisorServer.File.socket)
      guard listener >= 0 else {
        return fail("cannot listen in \(stateDirectory): \(describe(errno: errno))")
      }
      return serve(server, listener, directory)
    } catch {
      return fail("\(error)")
    }
  }

  private static func fail(_ sentence: String) -> Int32 {
    ServerLog.write(sentence)
    return 1
  }

  private static func serve(_ server: SupervisorServer, _ listener: Int32, _ directory: Int32) -> Int32 {
    if fcntl(firstConnection, F_GETFD) >= 0 {
      _ = fcntl(firstConnection, F_SETFD, FD_CLOEXEC)
      accept(MessageSocket(firstConnection), server)
    }
    while true {
      // Whether there is still anything to do is looked at each time a connection or a task has ended.
      var wanted = [
        pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
        pollfd(fd: server.changes, events: Int16(POLLIN), revents: 0),
        pollfd(fd: server.patience.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      guard retrying({ poll(&wanted, 3, -1) }) > 0 else { continue }
      if wanted[1].revents != 0 { _ = hostler_eventfd_clear(server.changes) }
      if wanted[2].revents != 0 { server.endAbandoned() }
      if wanted[0].revents != 0 {
        let connection = hostler_socket_accept(listener)
        if connection >= 0 { accept(MessageSocket(connection), server) }
        continue
      }
      if server.isDone {
        // Nobody who finds the socket gone connects to a process that is going to end.
        unlinkat(directory, SupervisorServer.File.socket, 0)
        return 0
      }
    }
  }

  /// Serves a connection.
  private static func accept(_ socket: MessageSocket, _ server: SupervisorServer) {
    var buffer = MessageSocket.buffer
    guard let first = socket.receive(&buffer) else { return server.noteChange() }
    guard case .hello(let version, let isTemporary)? = try? SupervisorRequest(decoding: first.bytes) else {
      first.closeDescriptors()
      return server.noteChange()
    }
    for extra in first.descriptors.dropFirst() { closeDescriptor(extra) }
    let connection = SupervisorServer.Connection(
      outbox: Outbox(socket), vault: first.descriptors.first.map { MessageSocket($0) },
      isTemporary: isTemporary)
    guard version == SupervisorRequest.version else {
      // The driver sees the version, and says what to do.
      connection.outbox.send(.hello(version: SupervisorRequest.version, pid: getpid()))
      return server.noteChange()
    }
    server.begin(connection)
    connection.outbox.send(.hello(version: SupervisorRequest.version, pid: getpid()))
    let left = WorkerCount(workers)
    for _ in 0..<workers {
      let started = startThread(named: "hostler-worker") {
        work(connection, server)
        if left.decrement() == 0 { server.end(connection) }
      }
      if !started, left.decrement() == 0 { server.end(connection) }
    }
  }

  private final class WorkerCount: Sendable {
    private let count: Atomic<Int>
    init(_ count: Int) { self.count = Atomic(count) }
    func decrement() -> Int { count.subtract(1, ordering: .acquiringAndReleasing).newValue }
  }

  private static func work(_ connection: SupervisorServer.Connection, _ server: SupervisorServer) {
    var buffer = MessageSocket.buffer
    while let message = connection.outbox.socket.receive(&buffer) {
      do throws(MalformedMessage) {
        server.handle(try SupervisorRequest(decoding: message.bytes), message.descriptors, on: connection)
      } catch {
        message.closeDescriptors()
        ServerLog.write("a message that is none was received")
      }
    }
  }
}

extension SupervisorServer {
  /// A driver is connected; what it does not ask for by and by is unclaimed. One that was connected before
  /// stays so: this may be another version of it that takes over, or gives up.
  func begin(_ connection: Connection) {
    state.withLock { state in
      for id in state.entries.keys { state.entries[id]?.isClaimed = false }
      state.connections.append(connection)
      patience.clear()
    }
  }

  /// A driver is gone, with its agent or without.
  func end(_ connection: Connection) {
    state.withLock { state in
      guard let index = state.connections.firstIndex(where: { $0.outbox === connection.outbox })
      else { return }
      state.connections.remove(at: index)
      if state.connections.isEmpty {
        // Perhaps only the process of the driver has ended: then the next one is soon there.
        if connection.isTemporary { patience.set(after: Self.patience) }
      } else if index == state.connections.count {
        // The one before goes on with what it has.
        for id in state.entries.keys { state.entries[id]?.isClaimed = true }
      }
    }
    noteChange()
  }

  /// The host was for the moment only, is gone, and so are its tasks to be.
  func endAbandoned() {
    let running = state.withLock { state -> [SupervisedTask] in
      // Somebody may have come and gone since.
      guard patience.hasExpired else { return [] }
      patience.clear()
      return state.entries.values.compactMap {
        if case .running(let task, _) = $0.state { task } else { nil }
      }
    }
    for task in running { task.kill() }
  }

  /// Whether nobody is connected and nothing runs.
  var isDone: Bool {
    state.withLock { state in
      state.connections.isEmpty
        && state.entries.values.allSatisfy {
          switch $0.state {
          case .ended, .failed: true
          case .starting, .running: false
          }
        }
    }
  }

  /// Has the main thread look whether anything is left to do.
  func noteChange() { _ = hostler_eventfd_raise(changes) }
}
