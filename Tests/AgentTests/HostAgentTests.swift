import Foundation
import Jobs
import Lifecycle
import State
import Testing

@testable import Agent
@testable import Runner

/// The long-running agent with real drivers, real processes and a real state file.
@Suite("The agent of a host", .timeLimit(.minutes(2)))
struct HostAgentTests {
  private func job(
    _ script: String, id: String = "web", type: String = "service", count: Int = 1
  ) -> String {
    """
    job "\(id)" {
      type = "\(type)"
      group "g" {
        count = \(count)
        \(type == "service" ? "update {\n min_healthy_time = \"10ms\"\n healthy_deadline = \"1m\"\n }" : "")
        restart {
          attempts = 0
          delay    = "1s"
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

  @Test("a job that is registered again unchanged runs on, under the same version")
  func unchanged() async throws {
    try await TestHost.with { host in
      let text = job("exec sleep 1000")
      let first = try await host.register(text)
      let allocationFound = await host.wait("web", "t", .running)
      let allocation = try #require(allocationFound)
      let second = try await host.register(text)
      #expect(first.version == 0 && second.version == 0)
      #expect(first.jobModifyIndex == second.jobModifyIndex)
      #expect(host.agent.jobs.allocations.map(\.id) == [allocation.id])
      return host
    }
  }

  @Test("a job is taken over by the next agent: its task is the same process, and the index goes on rising")
  func takenOver() async throws {
    try await TestHost.with { host in
      try await host.register(job("echo $$; exec sleep 1000"))
      let beforeFound = await host.wait("web", "t", .running)
      let before = try #require(beforeFound)
      let index = host.agent.jobs.index
      let next = try await host.next()
      let afterFound = await next.wait("web", "t", .running)
      let after = try #require(afterFound)
      #expect(after.id == before.id && after.createIndex == before.createIndex)
      #expect(after.evaluation == before.evaluation)
      #expect(after.events(of: "t").count { $0 == .started } == 1)
      #expect(next.agent.jobs.index > index)
      #expect(try next.output(after, "t").split(separator: "\n").count == 1)
      #expect(next.agent.jobs.job(JobKey(id: "web"))?.current.number == 0)
      return next
    }
  }

  @Test("a job that was stopped stays stopped for the next agent, and a purged one is gone")
  func stopped() async throws {
    try await TestHost.with { host in
      for id in ["kept", "gone"] {
        try await host.register(job("exec sleep 1000", id: id))
        await host.wait(id, "t", .running)
      }
      try await host.agent.jobs.deregister(JobKey(id: "kept"))
      await host.waitForEnd("kept")
      try await host.agent.jobs.deregister(JobKey(id: "gone"), purge: true)
      #expect(host.agent.jobs.job(JobKey(id: "gone")) == nil)
      while !host.agent.jobs.allocations.allSatisfy(\.hasEnded) {
        await host.agent.jobs.waitForChange(above: host.agent.jobs.index)
      }
      let next = try await host.next()
      #expect(next.agent.jobs.jobs.map(\.job.id) == ["kept"])
      let kept = try #require(next.agent.jobs.job(JobKey(id: "kept")))
      #expect(kept.isStopped && kept.status == .dead)
      #expect(next.agent.jobs.allocations(of: kept.key).map(\.hasEnded) == [true])
      return next
    }
  }

  @Test("a stop that was under way is gone on with: the task has its time, and its true exit is told")
  func stopContinues() async throws {
    try await TestHost.with { host in
      try await host.register(job("trap \"\" INT; echo ready; while true; do sleep 0.05; done"))
      let running = await host.wait("web", "t", .running)
      let allocation = try #require(running)
      while try host.output(allocation, "t").isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      try await host.agent.jobs.deregister(JobKey(id: "web"))
      await host.wait("web") { $0[0].events(of: "t").contains(.killing) }
      let next = try await host.next()
      let found = await next.waitForEnd("web")
      let ended = try #require(found)
      let exit = ended.tasks["t"]?.events.last { $0.kind == .terminated }
      #expect(
        exit?.details["exit_code"] == "137" && exit?.details["signal"] == "9", "\(String(describing: exit))")
      return next
    }
  }

  @Test("a new version replaces a service one allocation at a time, and the old ones have ended before")
  func rollingUpdate() async throws {
    try await TestHost.with { host in
      try await host.register(job("exec sleep 1000", count: 2))
      await host.wait("web") { $0.count == 2 && $0.allSatisfy { $0.status == .running } }
      try await host.register(job("exec sleep 2000", count: 2))
      let all = await host.wait("web") { allocations in
        allocations.count == 4 && allocations.prefix(2).allSatisfy { $0.status == .running }
      }
      let (new, old) = (all.prefix(2), all.suffix(2))
      #expect(new.allSatisfy { $0.jobVersion == 1 } && old.allSatisfy { $0.jobVersion == 0 && $0.hasEnded })
      let ended = old.compactMap { $0.tasks["t"]?.finishedAt }.sorted()
      let began = new.compactMap { $0.tasks["t"]?.startedAt }.sorted()
      #expect(ended.count == 2 && began.count == 2)
      #expect(ended[0] <= began[0] && began[0] <= ended[1] && ended[1] <= began[1])
      return host
    }
  }

  @Test("a job whose index is not the expected one is refused")
  func checkIndex() async throws {
    try await TestHost.with { host in
      let text = try TestAgent.job(job("exec sleep 1000"))
      let error = await #expect(throws: JobRequestError.self) {
        _ = try await host.agent.jobs.register(text, artifactBase: "/", expecting: 7)
      }
      #expect(error?.description.contains("index 7") == true)
      let first = try await host.agent.jobs.register(text, artifactBase: "/", expecting: 0)
      _ = try await host.agent.jobs.register(text, artifactBase: "/", expecting: first.jobModifyIndex)
      return host
    }
  }

  @Test("an allocation that failed is tried again after its delay, and knows the one before it")
  func rescheduled() async throws {
    try await TestHost.with { host in
      let text = job("exit 3", type: "batch").replacingOccurrences(
        of: "attempts  = 0\n", with: "attempts = 1\n      interval = \"1h\"\n      delay = \"5s\"\n")
      var parsed = try TestAgent.job(text)
      parsed.groups[0].reschedule?.delay = .milliseconds(1)
      _ = try await host.agent.jobs.register(parsed, artifactBase: "/")
      let all = await host.wait("web") { $0.count == 2 && $0.allSatisfy(\.hasEnded) }
      #expect(all[0].previous == all[1].id && all[1].next == all[0].id)
      #expect(all[0].attempts.map(\.previous) == [all[1].id])
      #expect(host.agent.jobs.job(JobKey(id: "web"))?.status == .dead)
      return host
    }
  }

  @Test("events are told in the order of their index, those of before first")
  func follow() async throws {
    try await TestHost.with { host in
      try await host.register(job("true", type: "batch"))
      await host.waitForEnd("web")
      let (known, changes) = host.agent.jobs.follow(from: 0)
      #expect(known.map(\.index) == known.map(\.index).sorted())
      #expect(known.contains { $0.type == "JobRegistered" })
      try await host.register(job("true", id: "other", type: "batch"))
      for await event in changes {
        if case .allocation(let allocation) = event.payload, allocation.hasEnded { break }
      }
      return host
    }
  }

  @Test("files of the jobs folder are followed: added, changed, wrong, removed")
  func jobsFolder() async throws {
    let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/hostler-jobs-")
    defer { try? FileSystem.remove(folder) }
    try await TestHost.with({ $0.jobsDirectory = folder }) { host in
      let agent = host.agent
      let following = Task { await agent.followJobsFolder() }
      func write(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      }
      try write("a.hcl", job("exec sleep 1000", id: "a"))
      await host.wait("a", "t", .running)
      try write("b.hcl", "job \"b\" {")
      try write("c.hcl", job("exec sleep 1000", id: "c"))
      await host.wait("c", "t", .running)
      try write("a.hcl", job("exec sleep 2000", id: "a"))
      await host.wait("a") { $0.first?.jobVersion == 1 && $0.first?.status == .running }
      try write("a.hcl", "job \"a\" {")
      try FileManager.default.removeItem(atPath: "\(folder)/c.hcl")
      await host.waitForEnd("c")
      #expect(host.agent.jobs.allocations(of: JobKey(id: "a")).first?.status == .running)
      following.cancel()
      await following.value
      // What happens while no agent runs is found out too.
      let next = try await host.next {
        try FileManager.default.removeItem(atPath: "\(folder)/a.hcl")
      }
      let (nextAgent, again) = (next.agent, Task { await next.agent.followJobsFolder() })
      await next.wait("a") { $0.allSatisfy(\.hasEnded) }
      #expect(nextAgent.jobs.job(JobKey(id: "a"))?.isStopped == true)
      again.cancel()
      await again.value
      return next
    }
  }
}
