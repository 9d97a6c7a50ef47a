import Foundation
import Testing

@Suite("hostler operator state", .timeLimit(.minutes(2)))
struct OperatorCommandTests {
  private let job = """
    job "ends" {
      type = "batch"
      group "g" {
        restart {
          attempts = 0
          mode     = "fail"
        }
        task "t" {
          driver = "raw_exec"
          config {
            command = "/bin/sh"
            args    = ["-c", "exit 7"]
          }
        }
      }
    }
    """

  @Test("shows what a job came to, for people and for programs")
  func shows() throws {
    try Scratch.with { scratch in
      let data = scratch.folder.appending(path: "data").path
      let run = try Program.run(["run", "-data-dir", data], job: job)
      #expect(run.exitCode == 1, "\(run)")

      let page = try Program.run("operator", "state", "-data-dir", data)
      #expect(page.exitCode == 0, "\(page)")
      #expect(page.output.contains("job \"ends\", version 0, batch: 1 allocation"), "\(page.output)")
      #expect(page.output.contains(/t +dead +yes +7 +0 +complete +1 +-/), "\(page.output)")
      #expect(page.output.contains(/Z  t  Terminated/), "\(page.output)")

      let json = try Program.run("operator", "state", "--json", "-data-dir", data)
      let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
      let jobs = try #require(object?["jobs"] as? [[String: Any]])
      let allocations = try #require(jobs.first?["allocations"] as? [[String: Any]])
      let task = try #require((allocations.first?["tasks"] as? [[String: Any]])?.first)
      #expect(allocations.first?["ended"] as? Bool == true)
      #expect(task["exit_code"] as? Int == 7 && task["state"] as? String == "dead")
      #expect(
        (task["events"] as? [[String: Any]])?.contains { $0["event"] as? String == "Terminated" } == true)
    }
  }

  @Test("takes the data directory from the configuration")
  func configured() throws {
    try Scratch.with { scratch in
      let data = scratch.folder.appending(path: "data").path
      _ = try Program.run(["run", "-data-dir", data], job: job)
      let config = try scratch.write("data_dir = \"\(data)\"\n", to: "agent.hcl")
      let page = try Program.run("operator", "state", "-config", config)
      #expect(page.exitCode == 0 && page.output.contains("job \"ends\""), "\(page)")
    }
  }

  @Test("a mistake is told with the file and what to do")
  func mistakes() throws {
    try Scratch.with { scratch in
      let none = try Program.run("operator", "state", "-data-dir", scratch.folder.path)
      #expect(none.exitCode == 1 && none.errors.contains("there is no state file"), "\(none)")
      let file = try scratch.write("no database", to: "state.sqlite")
      let damaged = try Program.run("operator", "state", "-data-dir", scratch.folder.path)
      #expect(
        damaged.exitCode == 1 && damaged.errors.contains("\(file): the state file is damaged"), "\(damaged)")
      let unnamed = try Program.run("operator", "state")
      #expect(unnamed.exitCode == 2 && unnamed.errors.contains("-data-dir"), "\(unnamed)")
    }
  }

  @Test("shows what runs while it runs, and a second agent is told who has the directory")
  func meanwhile() throws {
    try Scratch.with { scratch in
      let data = scratch.folder.appending(path: "data").path
      let file = try scratch.write(job.replacing("exit 7", with: "echo up; exec sleep 1000"), to: "job.hcl")
      let process = try Program.process(["run", "-data-dir", data, file], in: scratch)
      try process.run()
      while process.isRunning, try !scratch.text("stdout").contains("| up") { usleep(10_000) }
      let page = try Program.run("operator", "state", "-data-dir", data)
      #expect(page.output.contains(/t +running +no +- +0 +running +1 +[0-9a-f]+/), "\(page)")
      let second = try Program.run(["run", "-data-dir", data], job: job)
      #expect(second.exitCode == 2, "\(second)")
      #expect(
        second.errors.contains("another agent uses this directory: process \(process.processIdentifier)"))
      process.interrupt()
      process.waitUntilExit()
    }
  }
}
