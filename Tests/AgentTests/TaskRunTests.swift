import Agent
import Foundation
import HCL
import Jobs
import Lifecycle
import Testing

@testable import Runner

/// Jobs with real drivers and real processes.
@Suite("Running jobs", .timeLimit(.minutes(2)))
struct TaskRunTests {
  /// A batch job of one shell command.
  private func shell(_ command: String, config: String = "", task: String = "", group: String = "") -> String
  {
    """
    job "test" {
      type = "batch"
      group "g" {
        restart {
          attempts = 0
          mode     = "fail"
          interval = "1m"
          delay    = "1s"
        }
        \(group)
        task "t" {
          driver = "raw_exec"
          config {
            command = "/bin/sh"
            args    = ["-c", <<-END
              \(command)
            END
            ]
            \(config)
          }
          \(task)
        }
      }
    }
    """
  }

  @Test("a task sees its environment, directories and meta")
  func environment() async throws {
    let job = shell(
      "echo $NOMAD_TASK_NAME $NOMAD_GROUP_NAME $NOMAD_JOB_ID $NOMAD_ALLOC_INDEX $NOMAD_META_OWNER $PLAIN; test -d $NOMAD_ALLOC_DIR/data && test -d $NOMAD_TASK_DIR && test -d $NOMAD_SECRETS_DIR && pwd",
      task: "env { PLAIN = \"x-${NOMAD_TASK_NAME}-${meta.owner}\" }\nmeta { owner = \"ops\" }")
    try await TestAgent.run(job) { run, outcome in
      #expect(outcome.succeeded)
      let directory = try #require(run.allocations.first).directory
      #expect(
        try run.output(of: "t") == "t g test 0 ops x-t-${meta.owner}\n\(directory.task("t").root)\n")
    }
  }

  @Test("templates are written and their environment is set; artifacts are fetched before the start")
  func files() async throws {
    let job = shell(
      "cat local/out secrets/env local/input; echo $FROM_TEMPLATE",
      task: """
        template {
          data        = "name={{ env \\"NOMAD_TASK_NAME\\" }}\\n"
          destination = "local/out"
        }
        template {
          data        = "FROM_TEMPLATE=yes\\n"
          destination = "secrets/env"
          env         = true
        }
        artifact {
          source = "input"
        }
        """)
    let parsed = try TestAgent.job(job)
    try await TestAgent.with { agent in
      try FileSystem.write(Array("from the host\n".utf8), to: agent.dataDirectory.path + "/input")
      let run = await agent.run(parsed, artifactBase: agent.dataDirectory.path)
      #expect(await run.outcome().succeeded)
      #expect(try run.output(of: "t") == "name=t\nFROM_TEMPLATE=yes\nfrom the host\nyes\n")
    }
  }

  private func events(_ run: JobRun, of task: String) async -> [TaskEvent] {
    await run.allocations.first?.tasks.first { $0.name == task }?.state.events ?? []
  }

  @Test(
    "a task that cannot be prepared or started fails with an event that says why",
    arguments: [
      ("artifact { source = \"missing\" }", "", TaskEvent.Kind.artifactDownloadFailed, "missing"),
      ("user = \"nobody-of-this-name\"", "", .setupFailure, "nobody-of-this-name"),
      (
        "template {\n data = \"{{ key \\\"x\\\" }}\"\n destination = \"local/x\"\n}", "", .hookFailed,
        "line 1"
      ),
      ("", "work_dir = \"/no/such/folder\"", .driverFailure, "/no/such/folder"),
    ])
  func failures(task: String, config: String, kind: TaskEvent.Kind, words: String) async throws {
    try await TestAgent.run(shell("true", config: config, task: task)) { run, outcome in
      #expect(!outcome.succeeded)
      let event = await events(run, of: "t").first { $0.kind == kind }
      #expect(event != nil)
      let text = (event?.message ?? "") + (event.map { "\($0.details)" } ?? "")
      #expect(text.contains(words), "\(text)")
    }
  }

  @Test("the exit code and signal of a task are told")
  func exits() async throws {
    try await TestAgent.run(shell("exit 7")) { run, outcome in
      #expect(!outcome.succeeded)
      let terminated = await events(run, of: "t").first { $0.kind == .terminated }
      #expect(terminated?.details["exit_code"] == "7")
    }
    try await TestAgent.run(shell("kill -9 $$")) { run, _ in
      let terminated = await events(run, of: "t").first { $0.kind == .terminated }
      #expect(terminated?.details["exit_code"] == "137")
      #expect(terminated?.details["signal"] == "9")
    }
  }

  @Test("many allocations run side by side, each with its own directory")
  func count() async throws {
    let job = shell("echo $NOMAD_ALLOC_INDEX", group: "count = 50")
    try await TestAgent.run(job) { run, outcome in
      #expect(outcome.succeeded)
      #expect(Set(run.allocations.map(\.directory)).count == 50)
      var indexes: Set<String> = []
      for allocation in run.allocations {
        let bytes = try FileSystem.read("\(allocation.directory.logs)/t.stdout.0", limitBytes: 100)
        indexes.insert(String(decoding: bytes, as: UTF8.self))
      }
      #expect(indexes == Set((0..<50).map { "\($0)\n" }))
    }
  }

  @Test("an immediate stop ends a task that ignores its kill signal, and what it started")
  func immediateStop() async throws {
    let job = try TestAgent.job(
      shell(
        "trap '' INT TERM; (trap '' INT TERM; sleep 1000) & echo $!; wait; wait",
        task: "kill_timeout = \"20s\""))
    try await TestAgent.with { agent in
      let run = await agent.run(job, artifactBase: "/")
      let watch = RunWatch()
      let following = Task { await watch.follow(run) }
      await watch.wait { $0.tasks["t"]?.phase == .running }
      await run.stop(StopRequest(urgency: .immediate))
      _ = await run.outcome()
      await following.value
      let child = try run.output(of: "t").split(separator: "\n").first.map(String.init)
      if let child { #expect(!FileSystem.exists("/proc/\(child)/fd/0")) }
    }
  }
}
