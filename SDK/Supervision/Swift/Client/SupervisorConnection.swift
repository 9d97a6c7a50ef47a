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
  /// The supervisor's process, and a pidfd of it, to say how it came to its end.
  private let process: (pid: Int32, pidfd: Int32)
  /// How long a supervisor may take to say hello.
  private static let helloMilliseconds: Int32 = 15_000

  /// Connects to the supervisor that runs, or starts one.
  init(_ settings: SupervisorSettings, log: @Sendable (String) -> Void) throws(SupervisionError) {
    var failure: SupervisionError?
    // One that is about to end accepts, and says nothing; the second time it is gone.
    for attempt in 0..<5 {
      if attempt > 0 { _ = poll(nil, 0, Int32(5 << attempt)) }
      let socket = try Self.reach(settings)
      do throws(SupervisionError) {
        let (vault, pid) = try Self.greet(socket, settings)
        self.vault = vault
        self.socket = socket
        process = (pid, hostler_pidfd_open(pid))
        return
      } catch {
        failure = error
      }
    }
    throw failure
      ?? SupervisionError(kind: .outOfResources, description: "the supervisor does not answer")
  }

  deinit {
    closeDescriptor(process.pidfd)
  }

  private static func reach(_ settings: SupervisorSettings) throws(SupervisionError) -> MessageSocket {
    let directory = open(settings.stateDirectory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else {
      throw SupervisionError(
        kind: .systemCall,
        description: "cannot open the state directory \(settings.stateDirectory): \(describe(errno: errno))")
    }
    defer { closeDescriptor(directory) }
    let connected = hostler_socket_connect(directory, SupervisorServer.File.socket)
    return connected >= 0 ? MessageSocket(connected) : try settings.launch()
  }

  private static func greet(
    _ socket: MessageSocket, _ settings: SupervisorSettings
  ) throws(SupervisionError) -> (vault: MessageSocket, pid: Int32) {
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
    return (vault, pid)
  }

  /// How the process came to its end, after the connection was lost.
  func ending() -> String {
    guard process.pidfd >= 0 else { return "process \(process.pid) is gone" }
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
