import CHostlerDriver
import Foundation
import Testing

/// What cannot be started is an error of the start, with the reason, and leaves nothing.
@Suite("raw_exec: errors of the start", .enabled(if: TestSystem.canLoadDrivers))
struct RawExecStartErrorTests {
  let driver: LoadedDriver
  let directory: TaskDirectory

  init() throws {
    driver = try LoadedDriver("raw_exec")
    directory = try TaskDirectory()
  }

  private func failure(
    _ values: [String: ConfigurationValue], environment: [String] = ["PATH=/usr/bin:/bin"], user: String = ""
  ) throws -> LoadedDriver.Failure {
    let id = UUID().uuidString + "/task/00000001"
    let failure = try #require(throws: LoadedDriver.Failure.self) {
      try driver.start(id, in: directory, values, environment: environment, user: user)
    }
    #expect(throws: LoadedDriver.Failure.self) { try driver.inspect(id) }
    if let tree = try driver.fingerprint().description.split(separator: " ").last, tree.hasPrefix("/") {
      let group = "\(tree)/\(id.replacing("/", with: ":"))"
      #expect(!FileManager.default.fileExists(atPath: group))
    }
    return failure
  }

  @Test("a command that does not exist", arguments: ["/no/such/program", "no-such-program"])
  func missing(command: String) throws {
    let failure = try failure(["command": .text(command)])
    #expect(failure.status == Int(HOSTLER_ERROR))
    #expect(failure.description.lowercased().contains("no such file"))
    #expect(failure.description.contains(command))
  }

  @Test("a file that is not executable")
  func notExecutable() throws {
    let file = try directory.script("plain", "true", mode: 0o644)
    for command in ["plain", file] {
      let failure = try failure(["command": .text(command)])
      #expect(failure.description.lowercased().contains("permission denied"))
    }
  }

  @Test("a directory as command")
  func directoryAsCommand() throws {
    let failure = try failure(["command": .text("/usr")])
    #expect(failure.description.lowercased().contains("permission denied"))
  }

  @Test("a script whose interpreter is missing says so")
  func interpreter() throws {
    let file = directory.path + "/odd"
    try "#!/no/such/interpreter\n".write(toFile: file, atomically: true, encoding: .utf8)
    #expect(chmod(file, 0o755) == 0)
    #expect(try failure(["command": .text("odd")]).description.contains("interpreter"))
  }

  @Test("an unknown user")
  func unknownUser() throws {
    let failure = try failure(["command": .text("/bin/true")], user: "no-such-user-here")
    #expect(failure.description.contains("unknown user \"no-such-user-here\""))
  }

  @Test("a work directory that does not exist")
  func workDirectory() throws {
    let failure = try failure(["command": .text("/bin/true"), "work_dir": .text("/no/such/directory")])
    #expect(failure.description.contains("/no/such/directory"))
    #expect(failure.description.contains("No such file"))
  }

  @Test(
    "limits that are none",
    arguments: [("nofiles", "1"), ("nofile", "many"), ("nofile", "5:1"), ("nofile", "")])
  func limits(name: String, text: String) throws {
    let failure = try failure(["command": .text("/bin/true"), "rlimits": .map([(name, text)])])
    #expect(failure.description.contains(name))
  }

  @Test("a user that the configuration denies", .enabled(if: geteuid() == 0))
  func deniedUser() throws {
    let strict = try LoadedDriver(
      "raw_exec", plugin: ["denied_host_uids": .text("0-10,65534"), "denied_host_gids": .text("65000")])
    for user in ["", "nobody"] {
      let failure = #expect(throws: LoadedDriver.Failure.self) {
        try strict.start("denied/task/1", in: directory, ["command": .text("/bin/true")], user: user)
      }
      #expect(failure?.description.contains("denied_host_uids") == true)
    }
    strict.close()
  }

  @Test("a disabled driver takes no task, and says so in its fingerprint")
  func disabled() throws {
    let disabled = try LoadedDriver("raw_exec", plugin: ["enabled": .bool(false)])
    #expect(try disabled.fingerprint().health == Int(HOSTLER_HEALTH_UNDETECTED))
    #expect(throws: LoadedDriver.Failure.self) {
      try disabled.start("disabled/task/1", in: directory, ["command": .text("/bin/true")])
    }
  }

  @Test("calls about an unknown task answer that it was not found")
  func unknownTask() throws {
    for call in [
      { _ = try driver.inspect("nobody/task/1") }, { _ = try driver.wait("nobody/task/1") },
      { try driver.stop("nobody/task/1") }, { try driver.destroy("nobody/task/1") },
    ] as [() throws -> Void] {
      let failure = #expect(throws: LoadedDriver.Failure.self) { try call() }
      #expect(failure?.status == Int(HOSTLER_NOT_FOUND))
    }
  }
}
