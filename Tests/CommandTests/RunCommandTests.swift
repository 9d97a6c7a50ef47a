import Foundation
import Testing

@Suite("hostler run", .timeLimit(.minutes(2)))
struct RunCommandTests {
  private func job(_ command: String, attempts: Int = 0) -> String {
    """
    job "test" {
      type = "batch"
      group "g" {
        restart {
          attempts = \(attempts)
          mode     = "fail"
          delay    = "1s"
          interval = "1m"
        }
        task "t" {
          driver = "raw_exec"
          config {
            command = "/bin/sh"
            args    = ["-c", "\(command)"]
          }
        }
      }
    }
    """
  }

  @Test("the hello example greets whoever is named and exits 0")
  func hello() throws {
    let result = try Program.run("run", "-var", "name=you", "docs/examples/hello.nomad.hcl")
    #expect(result.exitCode == 0, "\(result)")
    #expect(result.output.contains("Hello, you, from task hello of job hello"))
    #expect(result.errors == "")
  }

  @Test("the pipeline example runs every stage and leaves its archive")
  func pipeline() throws {
    try Scratch.with { scratch in
      let archive = scratch.folder.appending(path: "result.tar.gz").path
      let result = try Program.run("run", "-var", "archive=\(archive)", "docs/examples/pipeline.nomad.hcl")
      #expect(result.exitCode == 0, "\(result)")
      for line in ["prepared 10 files", "checked 10 files over HTTP", "asked to end", "archived 10 files"] {
        #expect(result.output.contains(line), "\(line) is missing in \(result.output)")
      }
      #expect(FileManager.default.fileExists(atPath: archive))
    }
  }

  @Test("a failed task exits 1 and names the folder that is kept")
  func failure() throws {
    let result = try Program.run(["run"], job: job("echo out; echo err >&2; exit 3"))
    #expect(result.exitCode == 1)
    #expect(result.output.contains("t | out"))
    #expect(result.output.contains("t ! err"))
    let line = try #require(result.errors.split(separator: "\n").last)
    let folder = try #require(line.split(separator: " ").last.map(String.init))
    #expect(FileManager.default.fileExists(atPath: folder + "/allocations"))
    try FileManager.default.removeItem(atPath: folder)
  }

  @Test("with -json each line is an object, and the last one carries the exit code")
  func json() throws {
    let result = try Program.run(["run", "-json"], job: job("echo out"))
    #expect(result.exitCode == 0)
    var types: [String] = []
    var last: [String: Any] = [:]
    for line in result.output.split(separator: "\n") {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
      last = try #require(object as? [String: Any])
      types.append(try #require(last["type"] as? String))
    }
    #expect(types.first == "begin")
    #expect(types.contains("output"))
    #expect(types.contains("event"))
    #expect(last["type"] as? String == "end")
    #expect(last["exit_code"] as? Int == 0)
  }

  @Test(
    "a killed run leaves its task running; run again it tells the task's true end, and starts nothing twice")
  func killed() throws {
    try Scratch.with { scratch in
      let file = try scratch.write(
        job(
          "echo start >> \(scratch.folder.path)/starts; echo ready; "
            + "while [ ! -e \(scratch.folder.path)/go ]; do sleep 0.1; done; echo done; exit 7"),
        to: "job.hcl")
      let data = scratch.folder.path + "/data"
      let first = try Program.process(["run", "-data-dir", data, file], in: scratch)
      try first.run()
      while try !scratch.text("stdout").contains("ready\n"), first.isRunning {}
      kill(first.processIdentifier, SIGKILL)
      first.waitUntilExit()
      _ = try scratch.write("", to: "go")
      let second = try Program.process(["run", "-data-dir", data, file], in: scratch)
      try second.run()
      second.waitUntilExit()
      let result = try scratch.result(of: second)
      #expect(result.exitCode == 1, "\(result)")
      #expect(result.output.contains("Exit code 7"), "\(result)")
      #expect(try scratch.text("starts") == "start\n")
    }
  }

  @Test("one interrupt stops the job by its lifecycle and exits 130")
  func interrupt() throws {
    try Scratch.with { scratch in
      let file = try scratch.write(
        job("trap 'echo told; exit 0' INT; echo ready; while :; do sleep 0.1; done"), to: "job.hcl")
      let process = try Program.process(["run", "-data-dir", scratch.folder.path, file], in: scratch)
      try process.run()
      while try !scratch.text("stdout").contains("ready\n"), process.isRunning {}
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
      let result = try scratch.result(of: process)
      #expect(result.exitCode == 130, "\(result)")
      #expect(result.output.contains("told"))
    }
  }

  @Test("a second interrupt kills a task that does not listen")
  func secondInterrupt() throws {
    try Scratch.with { scratch in
      let file = try scratch.write(
        job("trap '' INT; echo ready; while :; do sleep 0.1; done").replacing(
          "driver =", with: "kill_timeout = \"30s\"\ndriver ="),
        to: "job.hcl")
      let process = try Program.process(["run", "-data-dir", scratch.folder.path, file], in: scratch)
      try process.run()
      while try !scratch.text("stdout").contains("ready\n"), process.isRunning {}
      kill(process.processIdentifier, SIGINT)
      while try !scratch.text("stdout").contains("interrupt again"), process.isRunning {}
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
      #expect(process.terminationStatus == 130)
    }
  }
}
