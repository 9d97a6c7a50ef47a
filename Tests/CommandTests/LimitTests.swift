import Foundation
import Testing

@Suite("hostler where the system gives little", .timeLimit(.minutes(2)))
struct LimitTests {
  private func job(count: Int, _ command: String, arguments: [String] = []) -> String {
    """
    job "many" {
      type = "batch"
      group "g" {
        count = \(count)
        restart { attempts = 0 }
        task "t" {
          driver = "raw_exec"
          config {
            command = "\(command)"
            args    = [\(arguments.map { "\"\($0)\"" }.joined(separator: ", "))]
          }
        }
      }
    }
    """
  }

  @Test("with few descriptors tasks wait for each other, and all of them run")
  func fewDescriptors() throws {
    let result = try Program.run(
      ["run"], job: job(count: 300, "/bin/sleep", arguments: ["0.01"]), after: "ulimit -n 200")
    #expect(result.exitCode == 0, "\(result.errors) \(result.output.suffix(2000))")
    #expect(result.output.components(separatedBy: "Started").count == 301)
  }

  @Test("a task keeps the limit of open files that hostler was started with")
  func originalLimit() throws {
    let result = try Program.run(
      ["run"], job: job(count: 1, "/bin/sh", arguments: ["-c", "ulimit -Sn"]), after: "ulimit -Sn 321")
    #expect(result.exitCode == 0, "\(result)")
    #expect(result.output.contains("| 321\n"), "\(result)")
  }

  @Test(
    "a limit too low for anything is told at once",
    arguments: [
      ("ulimit -n 20", "only 20 files may be open"), ("ulimit -v 100000", "cannot make a thread"),
    ])
  func tooLow(limit: String, words: String) throws {
    let result = try Program.run(["run"], job: job(count: 1, "/bin/true"), after: limit)
    #expect(result.exitCode == 2, "\(result)")
    #expect(result.errors.contains(words), "\(result)")
    #expect(result.output == "")
  }

  @Test("a hundred thousand allocations begin by and by, and an interrupt begins no more of them")
  func hundredThousand() throws {
    try Scratch.with { scratch in
      let file = try scratch.write(job(count: 100_000, "/bin/sleep", arguments: ["0"]), to: "job.hcl")
      let process = try Program.process(["run", "-data-dir", scratch.folder.path, file], in: scratch)
      try process.run()
      while try !scratch.text("stdout").contains("Terminated"), process.isRunning {}
      let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
      let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split(separator: " ")
      let peakKB = try #require(peak?.dropFirst().first.flatMap { Int($0) })
      #expect(peakKB < 200_000)
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
      let result = try scratch.result(of: process)
      #expect(result.exitCode == 130)
      #expect(result.output.contains("allocations not begun"), "\(result.output.suffix(500))")
    }
  }
}
