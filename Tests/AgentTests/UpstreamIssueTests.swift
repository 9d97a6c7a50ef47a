import Foundation
import Jobs
import Lifecycle
import Logging
import State
import Testing

@testable import Agent
@testable import Runner

/// What users of Nomad have lost work to, by the number of their report, and what happens here instead.
@Suite("Reports of lost work", .timeLimit(.minutes(2)))
struct UpstreamIssueTests {
  private static func job(_ script: String) -> String {
    """
    job "work" {
      type = "batch"
      group "g" {
        restart {
          attempts = 0
          mode     = "fail"
        }
        reschedule {
          attempts  = 0
          unlimited = false
        }
        task "t" {
          driver       = "raw_exec"
          kill_timeout = "2s"
          config {
            command = "/bin/sh"
            args    = ["-c", \(TestAgent.quoted(script))]
          }
        }
      }
    }
    """
  }

  /// The processes whose environment names an allocation.
  private static func processes(of allocation: String) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { name in
      guard let number = Int32(name),
        let environment = try? FileSystem.read("/proc/\(name)/environ", limitBytes: 1 << 20)
      else { return nil }
      return String(decoding: environment, as: UTF8.self).contains("NOMAD_ALLOC_ID=\(allocation)")
        ? number : nil
    }
  }

  private static func waitForNoProcess(of allocation: String) async throws {
    while !processes(of: allocation).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
  }

  private static func supervisor(of host: TestHost) throws -> Int32 {
    let text = try FileSystem.read(host.dataDirectory + "/drivers/raw_exec/lock", limitBytes: 100)
    return try #require(Int32(String(decoding: text, as: UTF8.self).filter(\.isNumber)))
  }

  @Test(
    "24219: a process that stands between agent and task is killed, and the task is neither lost nor leaked")
  func killedSupervisor() async throws {
    try await TestHost.with { host in
      try await host.register(Self.job("sleep 1000 & echo begun; wait"))
      let found = await host.wait("work", "t", .running)
      let running = try #require(found)
      let before = Set(Self.processes(of: running.id))
      let first = try Self.supervisor(of: host)
      kill(first, SIGKILL)
      while try Self.supervisor(of: host) == first { try await Task.sleep(for: .milliseconds(5)) }
      #expect(Set(Self.processes(of: running.id)).isSuperset(of: before))
      #expect(host.agent.jobs.allocation(running.id)?.tasks["t"]?.phase == .running)
      try await host.agent.jobs.deregister(JobKey(id: "work"))
      await host.waitForEnd("work")
      try await Self.waitForNoProcess(of: running.id)
      return host
    }
  }

  @Test("12744: a task that ends while no agent runs is told with its exit code")
  func exitWhileDown() async throws {
    try await TestHost.with { host in
      try await host.register(Self.job("while ! [ -e $NOMAD_ALLOC_DIR/go ]; do sleep 0.01; done; exit 7"))
      let found = await host.wait("work", "t", .running)
      let running = try #require(found)
      let shared = host.agent.jobs.directory(of: running.id).shared
      let next = try await host.next {
        _ = FileManager.default.createFile(atPath: shared + "/go", contents: nil)
        try await Self.waitForNoProcess(of: running.id)
      }
      let over = await next.waitForEnd("work")
      let exit = over?.tasks["t"]?.events.last { $0.kind == .terminated }
      #expect(exit?.details["exit_code"] == "7")
      #expect(over?.status == .failed)
      return next
    }
  }

  @Test("10449: a batch task that ended well while no agent ran is not run again")
  func notRunAgain() async throws {
    try await TestHost.with { host in
      let script = "echo begun; while ! [ -e $NOMAD_ALLOC_DIR/go ]; do sleep 0.01; done"
      try await host.register(Self.job(script))
      let found = await host.wait("work", "t", .running)
      let running = try #require(found)
      let shared = host.agent.jobs.directory(of: running.id).shared
      let next = try await host.next {
        _ = FileManager.default.createFile(atPath: shared + "/go", contents: nil)
        try await Self.waitForNoProcess(of: running.id)
      }
      let found2 = await next.waitForEnd("work")
      let over = try #require(found2)
      #expect(over.id == running.id && over.status == .complete)
      #expect(over.events(of: "t").count { $0 == .started } == 1)
      #expect(try next.output(over, "t") == "begun\n")
      // Nor by the agent after the next.
      let third = try await next.next()
      #expect(third.agent.jobs.allocations.map(\.id) == [running.id])
      return third
    }
  }

  @Test("23969: a stranger that has got the number of a task that is gone is not killed")
  func recycledNumber() async throws {
    let stranger = try Process.run(URL(filePath: "/bin/sleep"), arguments: ["1000"])
    defer { stranger.terminate() }
    try await TestHost.with { host in
      try await host.register(Self.job("exec sleep 1000"))
      let found = await host.wait("work", "t", .running)
      let running = try #require(found)
      let next = try await host.next {
        kill(try Self.supervisor(of: host), SIGKILL)
        for process in Self.processes(of: running.id) { kill(process, SIGKILL) }
        try await Self.waitForNoProcess(of: running.id)
        try FileManager.default.removeItem(atPath: host.dataDirectory + "/drivers/raw_exec/tasks")
        try await Self.giveNumber(stranger.processIdentifier, toTaskOf: running.id, on: host)
      }
      let found2 = await next.waitForEnd("work")
      let over = try #require(found2)
      let exit = over.tasks["t"]?.events.last { $0.kind == .terminated }
      // Nobody can know how it ended, and nothing is made up.
      #expect(exit != nil && exit?.details["exit_code"] == nil)
      #expect(stranger.isRunning)
      return next
    }
  }

  /// Has the stored handle of an allocation's task name another process.
  private static func giveNumber(_ number: Int32, toTaskOf allocation: String, on host: TestHost) async throws
  {
    let path = DataDirectory.statePath(in: host.dataDirectory)
    let opener = StateOpener(bootID: host.bootID, version: "1.2.3")
    let database = try StateDatabase.open(path, by: opener)
    let stored = try database.contents().jobs.flatMap(\.allocations).first { $0.id == allocation }
    var record = try #require(stored?.tasks.first?.record)
    let handle = try #require(record.handle)
    let rest = handle.driverState.drop { $0 != UInt8(ascii: "\t") }
    record.handle = TaskHandle(driverState: Array(String(number).utf8) + rest, version: handle.version)
    let store = try StateStore(target: database, core: StoreCore(index: database.index()))
    store.store(record, of: "t", in: allocation)
    try await store.close()
    database.close()
  }

  @Test("5593: a task whose job was taken away while no agent ran is ended by the next agent")
  func orphanOfAJob() async throws {
    let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/hostler-jobs-")
    defer { try? FileSystem.remove(folder) }
    let file = folder + "/work.hcl"
    try Self.job("exec sleep 1000").write(toFile: file, atomically: true, encoding: .utf8)
    try await TestHost.with({ $0.jobsDirectory = folder }) { host in
      let first = Task { [agent = host.agent] in await agent.followJobsFolder() }
      let found = await host.wait("work", "t", .running)
      let running = try #require(found)
      first.cancel()
      await first.value
      let next = try await host.next { try FileManager.default.removeItem(atPath: file) }
      let second = Task { [agent = next.agent] in await agent.followJobsFolder() }
      try await Self.waitForNoProcess(of: running.id)
      second.cancel()
      await second.value
      return next
    }
  }

  @Test("6980: what a task started ends with it, also when the agent is another by then")
  func orphanOfATask() async throws {
    try await TestHost.with { host in
      let script = "setsid sleep 1000 & (setsid sh -c 'sleep 1000 & sleep 1000' &) ; exec sleep 1000"
      try await host.register(Self.job(script))
      let found = await host.wait("work", "t", .running)
      let running = try #require(found)
      let next = try await host.next()
      await next.wait("work", "t", .running)
      try await next.agent.jobs.deregister(JobKey(id: "work"))
      await next.waitForEnd("work")
      try await Self.waitForNoProcess(of: running.id)
      return next
    }
  }

  @Test("9840: prestart tasks run again after the host was started again")
  func prestartAfterReboot() async throws {
    try await TestHost.with { host in
      let text = Self.job("exec sleep 1000").replacingOccurrences(
        of: "    task \"t\" {",
        with: """
              task "prepare" {
                driver = "raw_exec"
                lifecycle {
                  hook = "prestart"
                }
                config {
                  command = "/bin/echo"
                  args    = ["prepared"]
                }
              }
              task "t" {
          """)
      try await host.register(text)
      let found = await host.wait("work", "t", .running)
      let running = try #require(found)
      let next = try await host.next(bootID: "second") {
        // The processes of the boot before are gone with it.
        for process in Self.processes(of: running.id) { kill(process, SIGKILL) }
        try await Self.waitForNoProcess(of: running.id)
      }
      let again = await next.wait("work", "t", .running)
      #expect(again?.id == running.id)
      #expect(try next.output(running, "prepare") == "prepared\nprepared\n")
      return next
    }
  }

  @Test("5942: a second agent on one data directory is refused, and told by whom it is used")
  func sharedDirectory() async throws {
    try await TestHost.with { host in
      let error = await #expect(throws: AgentStartError.self) {
        _ = try await HostAgent(host.configuration, log: AgentLog(level: .critical) { _ in })
      }
      #expect(error == .locked(path: host.dataDirectory, processID: getpid()))
      return host
    }
  }
}
