import CSpawn
import Foundation
import Testing

@testable import Supervision

/// How processes ended that are not children of this one.
@Suite("Exit results of foreign processes")
struct RecoveryTests {
  /// Starts a shell that nobody of this process is the parent of, and that ends when told to.
  ///
  /// - Returns: its pid, and what to call to let it end.
  private func orphan(_ ending: String) throws -> (pid: Int32, end: () -> Void) {
    let fifo = NSTemporaryDirectory() + "hostler-orphan-" + UUID().uuidString
    #expect(mkfifo(fifo, 0o600) == 0)
    var ends: [Int32] = [-1, -1]
    try #require(hostler_pipe(&ends) == 0)
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    let script = "sh -c 'read x < \(fifo); \(ending)' > /dev/null 2>&1 & echo $!"
    let shell = try Command(
      program: "/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin"],
      workingDirectory: "/"
    ).spawn(descriptors: StandardDescriptors(input: null, output: ends[1], error: null), controlGroup: -1)
    defer { for descriptor in [ends[0], ends[1], null, shell.pidfd] { close(descriptor) } }
    var wanted = pollfd(fd: shell.pidfd, events: Int16(POLLIN), revents: 0)
    try #require(poll(&wanted, 1, 60_000) == 1)
    var code: Int32 = -1
    #expect(hostler_process_exit(shell.pidfd, shell.pid, &code) == HOSTLER_EXIT_CODE && code == 0)
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(ends[0], &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    let pid = try #require(Int32(text.split(separator: "\n").first ?? ""))
    return (
      pid,
      {
        let descriptor = open(fifo, O_WRONLY)
        _ = write(descriptor, "x\n", 2)
        close(descriptor)
        unlink(fifo)
      }
    )
  }

  @Test(
    "a process found again that is nobody's child here ends with its true result",
    arguments: [("exit 7", TaskExit.code(7)), ("kill -9 $$", .signal(9)), ("exit 0", .code(0))])
  func trueResult(ending: String, expected: TaskExit) throws {
    let (pid, end) = try orphan(ending)
    let pidfd = hostler_pidfd_open(pid)
    let identity = try #require(ProcessIdentity(pid: pid, pidfd: pidfd))
    close(pidfd)
    let supervisor = try Supervisor()
    defer { supervisor.close() }
    let task = supervisor.recover(TaskHandle(process: identity, startedAtNanoseconds: 1, controlGroup: nil))
    #expect(task.condition() == .running)
    end()
    var wanted = pollfd(fd: task.pidfd, events: Int16(POLLIN), revents: 0)
    #expect(poll(&wanted, 1, 60_000) == 1)
    guard case .exited(let exit, let time) = task.condition() else {
      Issue.record("it has not ended")
      return
    }
    // Kernels before 6.15 forget the result of a process that its parent has reaped.
    if case .unknown = exit {} else { #expect(exit == expected) }
    #expect(time > 0)
    try task.destroy()
  }

  @Test("the result is known or said to be unknown when this process ignores the ends of its children")
  func ignoredChildren() async {
    await #expect(processExitsWith: .success) {
      signal(SIGCHLD, SIG_IGN)
      let supervisor = try Supervisor()
      let command = Command(
        program: "/bin/sh", arguments: ["sh", "-c", "exit 7"], environment: [], workingDirectory: "/")
      let task = try supervisor.start(command: command, group: nil, output: nil, trace: SpawnTrace()).task
      var wanted = pollfd(fd: task.pidfd, events: Int16(POLLIN), revents: 0)
      guard poll(&wanted, 1, 60_000) == 1, case .exited(let ended, _) = task.condition() else { exit(2) }
      if case .unknown = ended { exit(0) }
      exit(ended == .code(7) ? 0 : 3)
    }
  }
}
