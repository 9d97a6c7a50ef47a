import Agent
import Foundation
import HCL
import Jobs
import Lifecycle
import Synchronization
import Testing

@testable import DriverHost
@testable import Runner

/// Real tasks while what is behind their driver crashes, is replaced, or is not there.
@Suite("Drivers that come and go under running tasks", .timeLimit(.minutes(2)))
struct DriverChangeTests {
  /// An agent with `raw_exec` alone, from a file of its own.
  private struct Host {
    let directory: String
    let library: String
    let isolation: DriverIsolation
    /// Nil for a temporary one.
    var dataDirectory: String?

    init(_ isolation: DriverIsolation, isTemporary: Bool = false) throws {
      directory = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/hostler-test-")
      self.isolation = isolation
      library = directory + "/raw_exec.so"
      dataDirectory = isTemporary ? nil : directory + "/data"
      try install()
    }

    /// Puts a copy of the library where the agent finds it, as an installation does.
    func install() throws {
      let copy = directory + "/new"
      try FileManager.default.copyItem(
        atPath: TestAgent.driverDirectory() + "/libraw_exec.so", toPath: copy)
      #expect(rename(copy, library) == 0)
    }

    func block() throws -> PluginBlock {
      PluginBlock(name: "raw_exec", path: library, isolation: isolation)
    }

    func agent(hasDriver: Bool = true) async throws -> EmbeddedAgent {
      // No other driver than that of the file.
      try FileManager.default.createDirectory(
        atPath: directory + "/plugins", withIntermediateDirectories: true)
      var drivers = DriversConfiguration(
        pluginDirectory: directory + "/plugins", plugins: hasDriver ? [try block()] : [])
      drivers.driverHostProgram = try TestAgent.driverDirectory() + "/hostler"
      let agent = try await EmbeddedAgent(
        AgentConfiguration(dataDirectory: dataDirectory, drivers: drivers))
      #expect(agent.loadFailures.map(\.description) == [])
      return agent
    }

    func remove() { try? FileSystem.remove(directory) }
  }

  /// A job of one task that writes down each start, and runs until a file is there, whose content is its
  /// exit code.
  private func job(in directory: String, count: Int = 1, before: String = "") throws -> Job {
    try TestAgent.job(
      """
      job "test" {
        type = "batch"
        group "g" {
          count = \(count)
          restart {
            attempts = 0
            mode     = "fail"
          }
          \(before)
          task "t" {
            driver = "raw_exec"
            config {
              command = "/bin/sh"
              args    = ["-c", <<-END
                echo $$ >> \(directory)/started-$NOMAD_ALLOC_INDEX
                echo begins
                while ! test -s \(directory)/end-$NOMAD_ALLOC_INDEX; do sleep 0.02; done
                echo ends
                exit $(cat \(directory)/end-$NOMAD_ALLOC_INDEX)
              END
              ]
            }
          }
        }
      }
      """)
  }

  /// Has a task end with a code.
  private func end(_ index: Int, code: Int, in directory: String) throws {
    try Data("\(code)\n".utf8).write(to: URL(filePath: directory + "/writing"))
    #expect(rename(directory + "/writing", directory + "/end-\(index)") == 0)
  }

  private func starts(_ index: Int, in directory: String) -> [String] {
    let text = try? String(contentsOfFile: directory + "/started-\(index)", encoding: .utf8)
    return text?.split(separator: "\n").map(String.init) ?? []
  }

  /// The process that `raw_exec` is in; nil while there is none.
  private func driverHost(of agent: EmbeddedAgent) -> Int32? {
    let seat = try? agent.drivers.driver(named: "raw_exec") as? ReplaceableDriver
    return (seat?.state.withLock { $0.current } as? IsolatedDriver)?.processID
  }

  private func running(_ agent: EmbeddedAgent, _ job: Job) async throws -> (JobRun, RunWatch) {
    let run = await agent.run(job, artifactBase: "/")
    let watch = RunWatch()
    Task { await watch.follow(run) }
    await watch.wait { $0.tasks["t"]?.phase == .running }
    return (run, watch)
  }

  @Test(
    "a task goes on under another version of its driver, as the same process",
    arguments: DriverIsolation.allCases)
  func reload(isolation: DriverIsolation) async throws {
    let host = try Host(isolation)
    defer { host.remove() }
    let agent = try await host.agent()
    let (run, _) = try await running(agent, try job(in: host.directory))
    let id = "\(run.identities[0].id)/t/1"
    let driver = try agent.drivers.driver(named: "raw_exec")
    let process = try await driver.inspect(id).attributes["pid"]
    #expect(process != nil)
    for _ in 0..<3 {
      try host.install()
      try await agent.drivers.reload("raw_exec")
      #expect(try await driver.inspect(id).attributes["pid"] == process)
    }
    try end(0, code: 7, in: host.directory)
    #expect(await !run.outcome().succeeded)
    let task = try #require(await run.allocations.first?.tasks.first)
    #expect(task.state.events.last { $0.kind == .terminated }?.details["exit_code"] == "7")
    #expect(starts(0, in: host.directory).count == 1)
    #expect(try run.output(of: "t") == "begins\nends\n")
    await agent.close()
  }

  @Test(
    "a reload that fails leaves the task and its driver as they were", arguments: DriverIsolation.allCases)
  func failedReload(isolation: DriverIsolation) async throws {
    let host = try Host(isolation)
    defer { host.remove() }
    let agent = try await host.agent()
    let (run, _) = try await running(agent, try job(in: host.directory))
    try Data("no library".utf8).write(to: URL(filePath: host.directory + "/new"))
    #expect(rename(host.directory + "/new", host.library) == 0)
    await #expect(throws: DriverReloadError.self) { try await agent.drivers.reload("raw_exec") }
    let refused = await #expect(throws: DriverUnloadError.self) {
      try await agent.drivers.unload("raw_exec")
    }
    #expect(refused?.problem == .hasTasks(["\(run.identities[0].id)/t/1"]))
    try end(0, code: 0, in: host.directory)
    #expect(await run.outcome().succeeded)
    #expect(try run.output(of: "t") == "begins\nends\n")
    try await agent.drivers.unload("raw_exec")
    await agent.close()
  }

  @Test(
    "killing the driver's process again and again kills no task, starts none twice and loses no exit code",
    arguments: [false, true])
  func kills(isTemporary: Bool) async throws {
    let host = try Host(.process, isTemporary: isTemporary)
    defer { host.remove() }
    let agent = try await host.agent()
    let count = 6
    let run = await agent.run(try job(in: host.directory, count: count), artifactBase: "/")
    async let outcome = run.outcome()
    var killed: Set<Int32> = []
    // While they start, while they run, and while they end.
    for step in 0..<count {
      while true {
        if let process = driverHost(of: agent), killed.insert(process).inserted {
          kill(process, SIGKILL)
          break
        }
        await Task.yield()
      }
      while starts(step, in: host.directory).isEmpty { await Task.yield() }
      try end(step, code: step, in: host.directory)
    }
    #expect(await outcome.failed.map(\.index) == Array(1..<count))
    for allocation in run.allocations {
      let index = allocation.identity.index
      let task = try #require(await allocation.tasks.first)
      let codes = task.state.events.filter { $0.kind == .terminated }.map { $0.details["exit_code"] }
      #expect(codes == ["\(index)"], "\(task.state.events)")
      #expect(starts(index, in: host.directory).count == 1)
      let log = try FileSystem.read(allocation.directory.logs + "/t.stdout.0", limitBytes: 100)
      #expect(String(decoding: log, as: UTF8.self) == "begins\nends\n")
    }
    await agent.close()
    if isTemporary { try agent.dataDirectory.remove() }
  }

  @Test(
    "the tasks of a driver that is not there are left alone, and found when it comes",
    arguments: DriverIsolation.allCases)
  func missing(isolation: DriverIsolation) async throws {
    let host = try Host(isolation)
    defer { host.remove() }
    let first = try await host.agent()
    let (before, _) = try await running(first, try job(in: host.directory))
    await before.shutdown()
    await first.close()

    // Twice, since an agent that waits for a driver must leave no mark either.
    for isLast in [false, true] {
      let agent = try await host.agent(hasDriver: false)
      let stored = try #require(try await agent.restorable().jobs.first)
      let run = await agent.run(
        stored.job, artifactBase: stored.artifactBase, restoring: stored.allocations)
      let task = try #require(await run.allocations.first?.tasks.first)
      #expect(task.state.phase == .running && !task.state.failed)
      #expect(task.state.events.last?.message.contains("until driver raw_exec says how it is") == true)
      #expect(agent.drivers.awaited == ["raw_exec"])
      if isLast {
        try await agent.drivers.load(try host.block())
        try end(0, code: 0, in: host.directory)
        #expect(await run.outcome().succeeded)
        #expect(starts(0, in: host.directory).count == 1)
        #expect(try run.output(of: "t") == "begins\nends\n")
      } else {
        await run.shutdown()
      }
      await agent.close()
    }
  }

  @Test("a task that others stand before in its group is asked for before unclaimed tasks are ended")
  func behindOthers() async throws {
    let host = try Host(.none)
    defer { host.remove() }
    var text = ""
    for index in 0..<5 {
      text += """
        task "cleanup\(index)" {
          driver = "raw_exec"
          lifecycle { hook = "poststop" }
          config { command = "/bin/true" }
        }

        """
    }
    let job = try job(in: host.directory, before: text)
    let first = try await host.agent()
    let (before, _) = try await running(first, job)
    await before.shutdown()
    await first.close()
    for _ in 0..<5 {
      let agent = try await host.agent()
      let stored = try #require(try await agent.restorable().jobs.first)
      let run = await agent.run(
        stored.job, artifactBase: stored.artifactBase, restoring: stored.allocations)
      await run.shutdown()
      await agent.close()
    }
    try end(0, code: 0, in: host.directory)
    let agent = try await host.agent()
    let stored = try #require(try await agent.restorable().jobs.first)
    let run = await agent.run(stored.job, artifactBase: stored.artifactBase, restoring: stored.allocations)
    #expect(await run.outcome().succeeded)
    #expect(starts(0, in: host.directory).count == 1)
    #expect(try run.output(of: "t") == "begins\nends\n")
    await agent.close()
  }

  @Test("a task that ended while its driver was missing is told with its exit code")
  func endedMeanwhile() async throws {
    let host = try Host(.none)
    defer { host.remove() }
    let first = try await host.agent()
    let (before, _) = try await running(first, try job(in: host.directory))
    await before.shutdown()
    await first.close()
    try end(0, code: 5, in: host.directory)

    let agent = try await host.agent(hasDriver: false)
    let stored = try #require(try await agent.restorable().jobs.first)
    let run = await agent.run(stored.job, artifactBase: stored.artifactBase, restoring: stored.allocations)
    try await agent.drivers.load(try host.block())
    #expect(await !run.outcome().succeeded)
    let task = try #require(await run.allocations.first?.tasks.first)
    #expect(task.state.events.last { $0.kind == .terminated }?.details["exit_code"] == "5")
    #expect(starts(0, in: host.directory).count == 1)
    await agent.close()
  }

  @Test("a task that is told to end while its driver is missing ends when it comes")
  func stopMeanwhile() async throws {
    let host = try Host(.none)
    defer { host.remove() }
    let first = try await host.agent()
    let (before, _) = try await running(first, try job(in: host.directory))
    await before.shutdown()
    await first.close()

    let agent = try await host.agent(hasDriver: false)
    let stored = try #require(try await agent.restorable().jobs.first)
    let run = await agent.run(stored.job, artifactBase: stored.artifactBase, restoring: stored.allocations)
    await run.stop(StopRequest(urgency: .immediate))
    try await agent.drivers.load(try host.block())
    _ = await run.outcome()
    let task = try #require(await run.allocations.first?.tasks.first)
    #expect(task.state.phase == .dead)
    #expect(task.state.events.last { $0.kind == .terminated }?.details["signal"] == "9")
    await agent.close()
  }

  @Test("a pretended task goes on under another version of its driver", arguments: DriverIsolation.allCases)
  func mock(isolation: DriverIsolation) async throws {
    let path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/hostler-test-")
    defer { try? FileSystem.remove(path) }
    var drivers = DriversConfiguration(
      pluginDirectory: path,
      plugins: [
        PluginBlock(
          name: "mock_driver", path: try TestAgent.driverDirectory() + "/libmock_driver.so",
          isolation: isolation)
      ])
    drivers.driverHostProgram = try TestAgent.driverDirectory() + "/hostler"
    let agent = try await EmbeddedAgent(AgentConfiguration(dataDirectory: path, drivers: drivers))
    let job = try TestAgent.job(
      """
      job "test" {
        type = "batch"
        group "g" {
          task "t" {
            driver = "mock_driver"
            config { run_for = "1h" }
          }
        }
      }
      """)
    let (run, watch) = try await running(agent, job)
    for _ in 0..<3 {
      try await agent.drivers.reload("mock_driver")
      if let seat = try agent.drivers.driver(named: "mock_driver") as? ReplaceableDriver,
        let process = (seat.state.withLock { $0.current } as? IsolatedDriver)?.processID
      {
        kill(process, SIGKILL)
      }
    }
    await run.stop(StopRequest())
    await watch.wait { $0.tasks["t"]?.phase == .dead }
    let task = try #require(await run.allocations.first?.tasks.first)
    #expect(task.state.events.count { $0.kind == .started } == 1)
    #expect(task.state.events.count { $0.kind == .terminated } == 1)
    await agent.close()
  }
}
