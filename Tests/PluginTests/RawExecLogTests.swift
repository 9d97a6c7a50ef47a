import CHostlerDriver
import Foundation
import Testing

/// A task's output in rotated files.
@Suite("raw_exec: log files", .enabled(if: TestSystem.canLoadDrivers))
struct RawExecLogTests {
  let driver: LoadedDriver
  let directory: TaskDirectory

  init() throws {
    driver = try LoadedDriver("raw_exec")
    directory = try TaskDirectory()
  }

  private func run(
    _ script: String, maximumFileBytes: Int64, maximumFiles: UInt32, disabled: Bool = false
  ) throws {
    let id = UUID().uuidString + "/task/00000001"
    try driver.start(
      id, in: directory, ["command": .text("/bin/sh"), "args": .list(["-c", script])],
      maximumFileBytes: maximumFileBytes, maximumFiles: maximumFiles, logsDisabled: disabled)
    #expect(try driver.end(of: id).code == 0)
    try driver.destroy(id)
  }

  @Test("a large output keeps only the newest files, full to the last byte")
  func bounded() throws {
    try run("head -c 67108864 /dev/zero; printf end", maximumFileBytes: 1 << 20, maximumFiles: 3)
    let files = try directory.logFiles("stdout")
    #expect(files.map(\.number) == [62, 63, 64])
    #expect(files.map(\.bytes) == [1 << 20, 1 << 20, 3])
    #expect(try directory.log("stdout", 64) == "end")
    #expect(try directory.logFiles("stderr").map(\.bytes) == [0])
  }

  @Test("nothing is lost or changed on the way, also of two outputs at once")
  func complete() throws {
    try run(
      "seq 1 200000 & seq 200001 300000 >&2 & wait", maximumFileBytes: 100_000, maximumFiles: 1000)
    for (output, range) in [("stdout", 1...200_000), ("stderr", 200_001...300_000)] {
      let files = try directory.logFiles(output)
      #expect(files.map(\.number) == Array(0..<files.count))
      #expect(files.dropLast().allSatisfy { $0.bytes == 100_000 })
      let text = try files.map { try directory.log(output, $0.number) }.joined()
      #expect(text == range.map { "\($0)\n" }.joined())
    }
  }

  @Test("the next start of a task goes on in the newest file")
  func goesOn() throws {
    try run("printf 12345678", maximumFileBytes: 10, maximumFiles: 2)
    try run("printf abcdef", maximumFileBytes: 10, maximumFiles: 2)
    #expect(try directory.log("stdout", 0) == "12345678ab")
    #expect(try directory.log("stdout", 1) == "cdef")
    try run("printf ABCDEFGHIJKLMNOP", maximumFileBytes: 10, maximumFiles: 2)
    #expect(try directory.logFiles("stdout").map(\.number) == [1, 2])
    #expect(try directory.log("stdout", 1) == "cdefABCDEF")
    #expect(try directory.log("stdout", 2) == "GHIJKLMNOP")
  }

  @Test("fewer files asked for at a later start: those too many go")
  func fewerFiles() throws {
    try run("printf 123456789", maximumFileBytes: 2, maximumFiles: 10)
    #expect(try directory.logFiles("stdout").map(\.number) == [0, 1, 2, 3, 4])
    try run("true", maximumFileBytes: 2, maximumFiles: 2)
    #expect(try directory.logFiles("stdout").map(\.number) == [3, 4])
  }

  @Test("with logs disabled there are no files")
  func disabled() throws {
    try run("echo out; echo err >&2", maximumFileBytes: 1 << 20, maximumFiles: 2, disabled: true)
    #expect(try directory.logFiles("stdout").isEmpty)
    #expect(try directory.logFiles("stderr").isEmpty)
  }

  @Test("the log directory removed under a task: the task goes on to its end")
  func directoryRemoved() throws {
    try run(
      "rm -rf \(directory.logs); head -c 4194304 /dev/zero; head -c 4194304 /dev/zero >&2",
      maximumFileBytes: 1 << 20, maximumFiles: 2)
    #expect(!FileManager.default.fileExists(atPath: directory.logs))
  }

  @Test("a log file removed under a task is made again")
  func fileRemoved() throws {
    let watched = directory.logs + "/task.stdout.0"
    try run(
      "printf before; while [ ! -s \(watched) ]; do :; done; rm \(watched); printf after",
      maximumFileBytes: 1 << 20, maximumFiles: 2)
    #expect(try directory.log("stdout") == "after")
  }

  @Test("output shows while the task runs")
  func live() throws {
    let id = UUID().uuidString + "/task/00000001"
    let watch = TestSystem.watch(directory: directory.logs)
    defer { close(watch) }
    try driver.start(
      id, in: directory,
      ["command": .text("/bin/sh"), "args": .list(["-c", "echo hello; exec cat /dev/zero >/dev/null"])])
    while try directory.log("stdout") != "hello\n" {
      try #require(try LoadedDriver.isReadable(watch, withinMilliseconds: 30_000))
      var events = [UInt8](repeating: 0, count: 4096)
      _ = read(watch, &events, events.count)
    }
    #expect(try driver.inspect(id).state == Int(HOSTLER_TASK_RUNNING))
    try driver.destroy(id, force: true)
  }
}
