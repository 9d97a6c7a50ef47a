internal import CCrashPoint
internal import CSpawn

#if canImport(Glibc)
  import Glibc
#endif

/// Where a driver's supervisor is, and where it keeps what it knows.
public struct SupervisorSettings: Sendable {
  /// The directory of its table and its socket: the same for the next agent that is to find its tasks.
  public var stateDirectory: String
  /// Whether tasks are to end when this process does.
  public var isTemporary: Bool
  /// The supervisor's program.
  public var program: String

  /// The name of the program's file.
  public static let programName = "hostler-supervisor"

  /// Describes a supervisor.
  public init(stateDirectory: String, isTemporary: Bool, program: String) {
    self.stateDirectory = stateDirectory
    self.isTemporary = isTemporary
    self.program = program
  }

  /// Looks for the program: where `HOSTLER_SUPERVISOR` says, in the folders given and above them, beside this
  /// process's own program, and where packages put it.
  ///
  /// - Throws: `SupervisionError` that says where it was looked for.
  public static func findProgram(near folders: [String]) throws(SupervisionError) -> String {
    if let named = getenv("HOSTLER_SUPERVISOR") {
      let path = String(cString: named)
      if access(path, X_OK) == 0 { return path }
      throw SupervisionError(
        kind: .systemCall, description: "HOSTLER_SUPERVISOR is \(path): \(describe(errno: errno))")
    }
    var places = folders.flatMap { [$0, $0 + "/.."] }
    if let own = ownFolder { places.append(own) }
    places += ["/usr/local/libexec/hostler", "/usr/libexec/hostler"]
    for place in places where access("\(place)/\(programName)", X_OK) == 0 {
      return "\(place)/\(programName)"
    }
    throw SupervisionError(
      kind: .systemCall,
      description: "\(programName) is not there; looked in \(places.joined(separator: ", ")): install it, or "
        + "set HOSTLER_SUPERVISOR")
  }

  private static var ownFolder: String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.lastIndex(of: "/").map { String(path[..<$0]) }
  }

  /// Starts the program, with a connection to it as its descriptor 3. It is no child of this process.
  ///
  /// - Returns: this side of the connection.
  func launch() throws(SupervisionError) -> MessageSocket {
    var ends: [Int32] = [-1, -1]
    guard hostler_socket_pair(&ends) == 0 else {
      throw SupervisionError(
        kind: .outOfResources, description: "cannot make a socket: \(describe(errno: errno))")
    }
    let socket = MessageSocket(ends[0])
    defer { closeDescriptor(ends[1]) }
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { closeDescriptor(null) }
    let command = Command(
      program: program, arguments: [programName(of: program), stateDirectory],
      environment: ["LANG=C.UTF-8"] + [hostler_crash_setting().map(String.init(cString:))].compactMap { $0 },
      workingDirectory: "/")
    let process = try command.spawn(
      descriptors: StandardDescriptors(input: null, output: null, error: null, passed: ends[1]),
      controlGroup: -1)
    defer { closeDescriptor(process.pidfd) }
    // What was started ends as soon as it has left another process in its place.
    var wanted = pollfd(fd: process.pidfd, events: Int16(POLLIN), revents: 0)
    _ = retrying { poll(&wanted, 1, 10_000) }
    var value: Int32 = 0
    _ = hostler_process_exit(process.pidfd, process.pid, &value)
    return socket
  }

  private func programName(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }
}
