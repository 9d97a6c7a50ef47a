import Foundation
import Testing

/// Runs the real program, as a person would.
enum Program {
  struct Result {
    var output: String
    var errors: String
    var exitCode: Int32
  }

  static func folder() throws -> URL {
    let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: path).deletingLastPathComponent()
  }

  /// The package's root.
  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A process of the program that has not been started; its output goes into files, so that no pipe
  /// can fill up.
  static func process(_ arguments: [String], in scratch: Scratch) throws -> Process {
    let process = Process()
    process.executableURL = try folder().appending(path: "hostler")
    process.arguments = arguments
    process.currentDirectoryURL = package
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try scratch.handle("stdout")
    process.standardError = try scratch.handle("stderr")
    return process
  }

  static func run(_ arguments: String...) throws -> Result {
    try Scratch.with { scratch in
      let process = try process(arguments, in: scratch)
      try process.run()
      process.waitUntilExit()
      return try scratch.result(of: process)
    }
  }

  /// Runs the program on a job file with the given text by a shell, which does something before or
  /// redirects the output.
  static func run(
    _ command: [String], job text: String, after first: String = ":", redirecting redirection: String = ""
  ) throws -> Result {
    try Scratch.with { scratch in
      let file = try scratch.write(text, to: "job.hcl")
      let process = try process([], in: scratch)
      let program = try folder().appending(path: "hostler").path
      process.executableURL = URL(filePath: "/bin/bash")
      process.arguments = [
        "-c", "\(first); '\(program)' \(command.joined(separator: " ")) '\(file)' \(redirection)",
      ]
      try process.run()
      process.waitUntilExit()
      return try scratch.result(of: process)
    }
  }

  /// Runs the program on a job file with the given text.
  static func run(_ command: [String], job text: String) throws -> Result {
    try Scratch.with { scratch in
      let file = try scratch.write(text, to: "job.hcl")
      let process = try process(command + [file], in: scratch)
      try process.run()
      process.waitUntilExit()
      return try scratch.result(of: process)
    }
  }
}

/// A folder of one test.
struct Scratch {
  let folder: URL

  static func with<Result>(_ body: (Scratch) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hostler-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(Scratch(folder: folder))
  }

  func handle(_ name: String) throws -> FileHandle {
    let file = folder.appending(path: name)
    try Data().write(to: file)
    return try FileHandle(forWritingTo: file)
  }

  func write(_ text: String, to name: String) throws -> String {
    let file = folder.appending(path: name)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
  }

  func result(of process: Process) throws -> Program.Result {
    Program.Result(
      output: try text("stdout"), errors: try text("stderr"), exitCode: process.terminationStatus)
  }
}
