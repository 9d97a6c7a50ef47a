internal import CSpawn

#if canImport(Glibc)
  import Glibc
#endif

/// A connection to a supervisor that has said hello.
final class SupervisorConnection: Sendable {
  /// Requests and replies.
  let socket: MessageSocket
  /// Where tasks hand out their own pidfds.
  let vault: MessageSocket
  /// The process, when this one started it: it must be reaped.
  private let process: SpawnedProcess?
  /// How long a supervisor may take to say hello.
  private static let helloMilliseconds: Int32 = 15_000

  /// Connects to the supervisor that runs, or starts one.
  init(_ settings: SupervisorSettings, log: @Sendable (String) -> Void) throws(SupervisionError) {
    var failure: SupervisionError?
    // One that is about to end accepts, and says nothing; the second time it is gone.
    for attempt in 0..<5 {
      if attempt > 0 { _ = poll(nil, 0, Int32(5 << attempt)) }
      let (socket, process) = try Self.reach(settings)
      do throws(SupervisionError) {
        vault = try Self.greet(socket, settings)
        self.socket = socket
        self.process = process
        return
      } catch {
        failure = error
        if let process { Self.reap(process) }
      }
    }
    throw failure
      ?? SupervisionError(kind: .outOfResources, description: "the supervisor does not answer")
  }

  deinit {
    if let process { closeDescriptor(process.pidfd) }
  }

  private static func reach(
    _ settings: SupervisorSettings
  ) throws(SupervisionError) -> (MessageSocket, SpawnedProcess?) {
    let directory = open(settings.stateDirectory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else {
      throw SupervisionError(
        kind: .systemCall,
        description: "cannot open the state directory \(settings.stateDirectory): \(describe(errno: errno))")
    }
    defer { closeDescriptor(directory) }
    let connected = hostler_socket_connect(directory, SupervisorServer.File.socket)
    if connected >= 0 { return (MessageSocket(connected), nil) }
    let (socket, process) = try settings.launch()
    return (socket, process)
  }

  private static func greet(
    _ socket: MessageSocket, _ settings: SupervisorSettings
  ) throws(SupervisionError) -> MessageSocket {
    var ends: [Int32] = [-1, -1]
    guard hostler_socket_pair(&ends) == 0 else {
      throw SupervisionError(
        kind: .outOfResources, description: "cannot make a socket: \(describe(errno: errno))")
    }
    let vault = MessageSocket(ends[0])
    defer { closeDescriptor(ends[1]) }
    let hello = SupervisorRequest.hello(
      version: SupervisorRequest.version, isTemporary: settings.isTemporary)
    _ = socket.send(hello.encoded, descriptors: [ends[1]])
    var wanted = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
    var buffer = MessageSocket.buffer
    let log = settings.stateDirectory + "/" + SupervisorServer.File.log
    guard retrying({ poll(&wanted, 1, helloMilliseconds) }) > 0, let message = socket.receive(&buffer),
      case .hello(let version, let pid)? = try? SupervisorReply(decoding: message.bytes)
    else {
      throw SupervisionError(
        kind: .outOfResources, description: "the supervisor does not answer; see \(log)")
    }
    guard version == SupervisorRequest.version else {
      throw SupervisionError(
        kind: .systemCall,
        description: "the supervisor that runs (process \(pid)) speaks version \(version) and this driver "
          + "version \(SupervisorRequest.version): use the driver that started it until its tasks have ended")
    }
    return vault
  }

  private static func reap(_ process: SpawnedProcess) {
    _ = hostler_pidfd_signal(process.pidfd, SIGKILL)
    var wanted = pollfd(fd: process.pidfd, events: Int16(POLLIN), revents: 0)
    _ = retrying { poll(&wanted, 1, 1000) }
    var value: Int32 = 0
    _ = hostler_process_exit(process.pidfd, process.pid, &value)
    closeDescriptor(process.pidfd)
  }

  /// Leaves no trace of a process that ends because nobody needs it.
  func reapIfEnded() {
    guard let process else { return }
    var wanted = pollfd(fd: process.pidfd, events: Int16(POLLIN), revents: 0)
    guard retrying({ poll(&wanted, 1, 200) }) > 0 else { return }
    var value: Int32 = 0
    _ = hostler_process_exit(process.pidfd, process.pid, &value)
  }

  /// How the process came to its end, after the connection was lost.
  func ending() -> String {
    guard let process else { return "its connection was lost" }
    var wanted = pollfd(fd: process.pidfd, events: Int16(POLLIN), revents: 0)
    _ = retrying { poll(&wanted, 1, 1000) }
    var value: Int32 = 0
    switch hostler_process_exit(process.pidfd, process.pid, &value) {
    case HOSTLER_EXIT_CODE: return "process \(process.pid) ended with \(value)"
    case HOSTLER_EXIT_SIGNAL: return "process \(process.pid) was ended by signal \(value)"
    default: return "process \(process.pid) hung up"
    }
  }
}
