internal import CLinux

#if canImport(Glibc)
  internal import Glibc
#endif

/// A driver host: another process of this program, at the other end of a socket.
struct HostProcess: Sendable {
  /// The number that the process has until ``reap(after:)`` returns.
  let id: Int32
  /// A descriptor of the process, open until then.
  private let process: Int32

  /// The argument by which the program knows its role.
  static let role = "driver-host"
  /// The descriptor at which it finds the socket.
  static let socketNumber: Int32 = 3

  /// Starts it: in a session of its own, so that what is typed at a terminal does not reach it, with nothing
  /// open but the socket, and with what it prints on standard error.
  ///
  /// - Parameters:
  ///   - executable: the program; nil for this one.
  ///   - socket: its end of the socket, closed when this returns.
  init(executable: String?, socket: Int32) throws(SystemCallError) {
    defer { close(socket) }
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, 2, 1)
    posix_spawn_file_actions_adddup2(&actions, socket, Self.socketNumber)
    posix_spawn_file_actions_addclosefrom_np(&actions, Self.socketNumber + 1)
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | 0x80
    posix_spawnattr_setflags(&attributes, Int16(flags))
    let path = executable ?? "/proc/self/exe"
    let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("hostler"), strdup(Self.role), nil]
    defer { arguments.forEach { free($0) } }
    let environment = Self.environment()
    defer { environment.forEach { free($0) } }
    var id: pid_t = 0
    let result = posix_spawn(&id, path, &actions, &attributes, arguments, environment)
    guard result == 0 else { throw SystemCallError(operation: "start \(path)", number: result) }
    self.id = id
    process = hostler_open_process(id)
  }

  /// The agent's environment, without the picture of a crash that Swift's runtime can take: its tasks would
  /// wait for it. Whoever wants one sets the variable.
  private static func environment() -> [UnsafeMutablePointer<CChar>?] {
    var variables: [UnsafeMutablePointer<CChar>?] = []
    var next = environ
    while let variable = next.pointee {
      variables.append(strdup(variable))
      next += 1
    }
    if getenv("SWIFT_BACKTRACE") == nil { variables.append(strdup("SWIFT_BACKTRACE=enable=no")) }
    return variables + [nil]
  }

  /// Ends it at once.
  func kill() {
    // Only this process's own child can have the number before it is reaped.
    Glibc.kill(id, SIGKILL)
  }

  /// Waits for its end, kills it when that takes too long, and says how it ended. Blocks. Once only.
  func reap(after grace: Duration) -> HostExit {
    let milliseconds = Int32(clamping: grace.components.seconds * 1000)
    if process >= 0 {
      if !waitUntilReadable(process, milliseconds: milliseconds) { kill() }
      close(process)
    } else {
      kill()
    }
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0 {
      if errno != EINTR { return .unknown }
    }
    let signal = status & 0x7F
    return signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
  }
}

/// How a process ended.
enum HostExit: Hashable, Sendable {
  case code(Int32)
  case signal(Int32)
  /// Somebody else has taken the result.
  case unknown

  /// The end of a sentence that begins with the process.
  var description: String {
    switch self {
    case .code(let code): "ended with exit code \(code)"
    case .signal(let signal):
      "was ended by signal \(signal)" + (sigabbrev_np(signal).map { " (SIG\(String(cString: $0)))" } ?? "")
    case .unknown: "ended"
    }
  }
}

/// Ends this process without anything further.
func endThisProcess(code: Int32) -> Never { _exit(code) }
