import Foundation
import Testing

@Suite("The output of hostler run", .timeLimit(.minutes(2)))
struct OutputTests {
  private func job(_ command: String, task: String = "") -> String {
    """
    job "test" {
      type = "batch"
      group "g" {
        restart { attempts = 0 }
        task "t" {
          driver = "raw_exec"
          \(task)
          config {
            command = "/bin/sh"
            args    = ["-c", "\(command)"]
          }
        }
      }
    }
    """
  }

  @Test("output that cannot be written is told once, and is no success")
  func fullDevice() throws {
    let result = try Program.run(["run"], job: job("echo out"), redirecting: ">/dev/full")
    #expect(result.exitCode == 1, "\(result)")
    #expect(result.errors == "hostler: standard output cannot be written: No space left on device\n")
  }

  @Test("a closed output is told once, and nothing else gets what was meant for it")
  func closedOutput() throws {
    let result = try Program.run(["run"], job: job("echo out"), redirecting: ">&-")
    #expect(result.exitCode == 1, "\(result)")
    #expect(result.errors == "hostler: standard output cannot be written: Bad file descriptor\n")
  }

  @Test("a reader that goes away stops the job by its lifecycle")
  func closedPipe() throws {
    let result = try Program.run(
      ["run"], job: job("trap 'exit 0' INT; while :; do echo tick; sleep 0.05; done"),
      redirecting: "| head -1")
    #expect(result.errors.contains("nobody reads the output any more; stopping"), "\(result)")
  }

  @Test("what rotation took away before it was shown is told, with no line made of two halves")
  func skipped() throws {
    let text = job(
      "yes 0123456789012345678901234567890123456789 | head -c 300000000",
      task: "logs {\nmax_files = 1\nmax_file_size = 1\n}")
    let plain = try Program.run(["run"], job: text)
    #expect(plain.exitCode == 0)
    var skippedBytes = 0
    var gaps = 0
    for line in plain.output.split(separator: "\n") {
      guard let bar = line.range(of: "t | ") else { continue }
      let shown = line[bar.upperBound...]
      if shown.hasPrefix("… ") {
        gaps += 1
        skippedBytes += shown.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      } else {
        #expect(shown.utf8.count <= 40, "\(line)")
      }
    }
    #expect(gaps > 0)
    #expect(skippedBytes > 0)
    let json = try Program.run(["run", "-json"], job: text)
    #expect(json.output.contains("\"type\":\"skipped\""))
  }

  @Test("SIGQUIT kills at once and leaves no task behind")
  func quit() throws {
    try Scratch.with { scratch in
      let file = try scratch.write(
        job("trap '' INT QUIT; echo ready $$; while :; do sleep 0.1; done", task: "kill_timeout = \"30s\""),
        to: "job.hcl")
      let process = try Program.process(["run", "-data-dir", scratch.folder.path, file], in: scratch)
      try process.run()
      while try !scratch.text("stdout").contains("ready"), process.isRunning {}
      kill(process.processIdentifier, SIGQUIT)
      process.waitUntilExit()
      let result = try scratch.result(of: process)
      #expect(result.exitCode == 130, "\(result)")
      #expect(process.terminationReason == .exit)
      let pid = result.output.split(separator: "\n").first { $0.contains("ready ") }?.split(separator: " ")
        .last
      #expect(!FileManager.default.fileExists(atPath: "/proc/\(try #require(pid))/exe"))
    }
  }

  @Test("no record of -json is older than the one that begins the run")
  func times() throws {
    let result = try Program.run(["run", "-json"], job: job("echo out"))
    let times = try result.output.split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object?["time"] as? Int)
    }
    #expect(times.first == times.min())
  }

  @Test("a delay is shown as people read it")
  func delay() throws {
    let text = job("exit 1").replacing(
      "{ attempts = 0 }",
      with: "{\nattempts = 1\ndelay = \"1s\"\ninterval = \"1m\"\nmode = \"fail\"\n}")
    let result = try Program.run(["run"], job: text)
    let line = try #require(result.output.split(separator: "\n").first { $0.contains("Restarting") })
    #expect(line.contains(/in 1\.[0-9]s/), "\(line)")
  }

  @Test("names are shown without what would speak to the terminal")
  func names() throws {
    let inspected = try Program.run("driver", "inspect", "a\u{1B}[31mb")
    #expect(inspected.exitCode == 1)
    #expect(inspected.errors.contains("a[31mb"), "\(inspected)")
    let named = try Program.run(
      ["run"], job: job("true").replacing("job \"test\"", with: "job \"a\\u001b[31mb\""))
    #expect(!(named.output + named.errors).contains("\u{1B}"))
  }
}
