import Foundation
import Testing

@Suite("Mistakes on the command line", .timeLimit(.minutes(2)))
struct MistakeTests {
  private let right = """
    job "a" {
      type = "batch"
      group "g" {
        task "t" {
          driver = "raw_exec"
          config { command = "/bin/true" }
        }
      }
    }
    """

  @Test(
    "what is wrong exits 2 and says what, on standard error",
    arguments: [
      (["run", "/no/such/file.hcl"], "/no/such/file.hcl"),
      (["run", "docs"], "docs"),
      (["run"], "file"),
      (["run", "-nonsense", "x"], "nonsense"),
      (["nonsense"], "nonsense"),
      (["run", "-var", "novalue", "docs/examples/hello.nomad.hcl"], "NAME=VALUE"),
      (["run", "-config", "/no/such/config.hcl", "docs/examples/hello.nomad.hcl"], "/no/such/config.hcl"),
      (["run", "-data-dir", "/proc/nothing", "docs/examples/hello.nomad.hcl"], "/proc/nothing"),
      (["run", "-plugin-dir", "/no/such/folder", "docs/examples/hello.nomad.hcl"], "raw_exec"),
    ])
  func wrong(arguments: [String], words: String) throws {
    try Scratch.with { scratch in
      let process = try Program.process(arguments, in: scratch)
      try process.run()
      process.waitUntilExit()
      let result = try scratch.result(of: process)
      #expect(result.exitCode == 2, "\(result)")
      #expect(result.errors.contains(words), "\(result)")
      #expect(result.output == "")
    }
  }

  @Test("a mistake in a job file is shown at its place, with a suggestion")
  func jobFile() throws {
    let result = try Program.run(["job", "validate"], job: right.replacing("driver =", with: "drivr ="))
    #expect(result.exitCode == 2)
    #expect(result.errors.contains("job.hcl:5:"))
    #expect(result.errors.contains("driver"))
  }

  @Test("deep nesting is an error also where the stack is limited to 128 KB")
  func smallStack() throws {
    let nested = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
    let text = right.replacing("driver =", with: "user = \(nested)\ndriver =")
    try Scratch.with { scratch in
      let file = try scratch.write(text, to: "job.hcl")
      let process = try Program.process([], in: scratch)
      let program = try #require(process.executableURL?.path)
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", "ulimit -s 128; exec \"$0\" job validate \"$1\"", program, file]
      try process.run()
      process.waitUntilExit()
      let result = try scratch.result(of: process)
      #expect(result.exitCode == 2, "\(result)")
      #expect(result.errors.contains("Nesting too deep"), "\(result)")
    }
  }

  @Test("a mistake in a driver's configuration is shown before anything runs")
  func driverConfiguration() throws {
    let result = try Program.run(["run"], job: right.replacing("command =", with: "comand ="))
    #expect(result.exitCode == 2)
    #expect(result.errors.contains("job.hcl:6:"))
    #expect(result.output == "")
  }

  @Test("a periodic job is not run at once in place of its times")
  func periodic() throws {
    let text = right.replacing(
      "type = \"batch\"", with: "type = \"batch\"\nperiodic { crons = [\"* * * * *\"] }")
    let result = try Program.run(["run"], job: text)
    #expect(result.exitCode == 2)
    #expect(result.errors.contains("a periodic job cannot be run at once"))
    #expect(result.output == "")
  }

  @Test("a right job file is called right")
  func validate() throws {
    let result = try Program.run(["job", "validate"], job: right)
    #expect(result.exitCode == 0, "\(result)")
    #expect(result.output.contains("1 group, 1 task"))
  }

  @Test("a file of 100 MB is refused without being read whole")
  func hugeFile() throws {
    try Scratch.with { scratch in
      let file = scratch.folder.appending(path: "huge.hcl")
      try Data().write(to: file)
      let handle = try FileHandle(forWritingTo: file)
      try handle.truncate(atOffset: 100 << 20)
      try handle.close()
      let process = try Program.process(["run", file.path], in: scratch)
      try process.run()
      process.waitUntilExit()
      let result = try scratch.result(of: process)
      #expect(result.exitCode == 2)
      #expect(result.errors.contains("File too large"), "\(result)")
    }
  }

  @Test("drivers are listed and inspected; an unknown one is refused with those that are there")
  func drivers() throws {
    let list = try Program.run("driver", "list")
    #expect(list.exitCode == 0, "\(list)")
    #expect(list.output.contains("raw_exec"))
    #expect(list.output.contains("mock_driver"))
    let page = try Program.run("driver", "inspect", "raw_exec")
    #expect(page.exitCode == 0)
    for word in ["command", "required", "args", "healthy", "libraw_exec.so"] {
      #expect(page.output.contains(word))
    }
    let unknown = try Program.run("driver", "inspect", "raw")
    #expect(unknown.exitCode == 1)
    #expect(unknown.errors.contains("raw_exec"))
  }

  @Test("a job whose driver is not there says which libraries could not be loaded, and which are none")
  func whyNotLoaded() throws {
    try Scratch.with { scratch in
      _ = try scratch.write("no library", to: "libraw_exec.so")
      let compiler = Process()
      compiler.executableURL = URL(filePath: "/usr/bin/cc")
      compiler.arguments = [
        "-shared", "-x", "c", "/dev/null", "-o", scratch.folder.appending(path: "none.so").path,
      ]
      try compiler.run()
      compiler.waitUntilExit()
      let file = try scratch.write(right, to: "job.hcl")
      for command in [["run"], ["job", "validate"]] {
        let process = try Program.process(command + ["-plugin-dir", scratch.folder.path, file], in: scratch)
        try process.run()
        process.waitUntilExit()
        let result = try scratch.result(of: process)
        #expect(result.exitCode == 2)
        #expect(result.errors.contains("expected a shared library (an ELF file)"), "\(result)")
        #expect(result.errors.contains("none.so: passed over"), "\(result)")
      }
    }
  }

  @Test("a data directory that is a file is called that")
  func fileAsDataDirectory() throws {
    try Scratch.with { scratch in
      let file = try scratch.write(right, to: "job.hcl")
      let process = try Program.process(["run", "-data-dir", file, file], in: scratch)
      try process.run()
      process.waitUntilExit()
      let result = try scratch.result(of: process)
      #expect(result.exitCode == 2)
      #expect(result.errors.contains("cannot use as a directory \(file): it is a file"), "\(result)")
    }
  }

  @Test("version and help exit 0")
  func help() throws {
    #expect(try Program.run("version").output.hasPrefix("hostler "))
    for arguments in [["--help"], ["run", "-help"], ["help", "run"], ["-h"]] {
      try Scratch.with { scratch in
        let process = try Program.process(arguments, in: scratch)
        try process.run()
        process.waitUntilExit()
        let result = try scratch.result(of: process)
        #expect(result.exitCode == 0, "\(arguments): \(result)")
        #expect(result.output.contains("USAGE"))
      }
    }
  }
}
