import CHostlerDriver
import Foundation
import Testing

/// What a program that raw_exec runs finds, and what the host learns of its end.
@Suite("raw_exec: a task's program", .enabled(if: TestSystem.canLoadDrivers))
struct RawExecTaskTests {
  let driver: LoadedDriver
  let directory: TaskDirectory

  init() throws {
    driver = try LoadedDriver("raw_exec")
    directory = try TaskDirectory()
  }

  private func run(
    _ script: String, _ more: [String: ConfigurationValue] = [:],
    environment: [String] = ["PATH=/usr/bin:/bin"],
    user: String = "", id: String = UUID().uuidString + "/task/00000001"
  ) throws -> LoadedDriver.Status {
    var values = more
    values["command"] = .text("/bin/sh")
    values["args"] = .list(["-c", script])
    try driver.start(id, in: directory, values, environment: environment, user: user)
    let status = try driver.end(of: id)
    try driver.destroy(id)
    return status
  }

  @Test("its exit code is reported", arguments: [0, 1, 7, 255])
  func exitCode(code: Int32) throws {
    let status = try run("exit \(code)")
    #expect(status.state == Int(HOSTLER_TASK_EXITED))
    #expect(status.code == code)
    #expect(status.signal == 0)
    #expect(!status.isUnknown)
    #expect(status.startedAt > 0 && status.exitedAt >= status.startedAt)
  }

  @Test(
    "the signal that ended it is reported, and 128 more as its code", arguments: [SIGKILL, SIGTERM, SIGSEGV])
  func signal(number: Int32) throws {
    let status = try run("kill -\(number) $$")
    #expect(status.code == 128 + number)
    #expect(status.signal == number)
  }

  @Test("its output is in the log files when its end is known")
  func output() throws {
    _ = try run("echo out; echo err >&2")
    #expect(try directory.log("stdout") == "out\n")
    #expect(try directory.log("stderr") == "err\n")
  }

  @Test("a task without output has empty log files")
  func noOutput() throws {
    _ = try run("true")
    #expect(try directory.log("stdout") == "")
    #expect(try directory.log("stderr") == "")
  }

  @Test("its environment is the one given and nothing more")
  func environment() throws {
    let id = "environment/task/00000001"
    try driver.start(
      id, in: directory, ["command": .text("env")], environment: ["PATH=/usr/bin:/bin", "A=1 2", "EMPTY="])
    #expect(try driver.end(of: id).code == 0)
    let lines = try directory.log("stdout").split(separator: "\n").sorted()
    #expect(lines == ["A=1 2", "EMPTY=", "PATH=/usr/bin:/bin"])
    try driver.destroy(id)
  }

  @Test("it has its three standard descriptors and no others")
  func descriptors() throws {
    let id = "descriptors/task/00000001"
    try driver.start(
      id, in: directory, ["command": .text("/bin/ls"), "args": .list(["-l", "/proc/self/fd"])])
    #expect(try driver.end(of: id).code == 0)
    let lines = try directory.log("stdout").split(separator: "\n").dropFirst()
    // ls itself opens the directory that it lists.
    #expect(lines.count == 4)
    #expect(lines.filter { $0.contains("/dev/null") }.count == 1)
    #expect(lines.filter { $0.contains(".fifo") }.count == 2)
    try driver.destroy(id)
  }

  @Test("it runs in the task's directory, or where work_dir says")
  func workDirectory() throws {
    _ = try run("pwd")
    _ = try run("pwd", ["work_dir": .text("/usr")])
    _ = try run("pwd", ["work_dir": .text("local")])
    let real = URL(fileURLWithPath: directory.path).resolvingSymlinksInPath().path
    #expect(try directory.log("stdout") == "\(real)\n/usr\n\(real)/local\n")
  }

  @Test("limits and the OOM score are set")
  func limits() throws {
    _ = try run(
      "ulimit -Sn; ulimit -Hn; ulimit -c; cat /proc/self/oom_score_adj",
      ["rlimits": .map([("nofile", "100:200"), ("core", "0")]), "oom_score_adj": .integer(321)])
    #expect(try directory.log("stdout") == "100\n200\n0\n321\n")
  }

  @Test("it leads a session and a process group, and no signal is ignored or blocked")
  func session() throws {
    let script = """
      set -- $(cut -d' ' -f1,5,6 /proc/$$/stat); [ $1 = $2 ] && [ $1 = $3 ] && echo leader
      grep -E "^Sig(Blk|Ign)" /proc/self/status
      """
    _ = try run(script)
    let found = try directory.log("stdout")
    #expect(
      found == "leader\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
  }

  @Test("it runs as the task's user, with that user's groups", .enabled(if: geteuid() == 0))
  func user() throws {
    #expect(chown(directory.path, 65534, 65534) == 0)
    _ = try run("id -u; id -g; id -G; echo again > /dev/stderr", user: "nobody")
    #expect(try directory.log("stdout") == "65534\n65534\n65534\n")
    #expect(try directory.log("stderr") == "again\n")
  }

  @Test("a command is looked up in the task's directory before PATH")
  func search() throws {
    try directory.script("local/tool", "echo local")
    try directory.script("other", "echo task directory")
    try directory.script("ls", "echo mine")
    for (number, command) in ["tool", "other", "ls", "./other"].enumerated() {
      let id = "search/task/\(number)"
      try driver.start(id, in: directory, ["command": .text(command)])
      #expect(try driver.end(of: id).code == 0)
      try driver.destroy(id)
    }
    #expect(try directory.log("stdout") == "local\ntask directory\nmine\ntask directory\n")
  }
}
