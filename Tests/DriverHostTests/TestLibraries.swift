import Foundation
import Synchronization

/// Builds the libraries that the tests load, each once in a run of the tests.
enum TestLibraries {
  /// A compiler that is not there, or does not take a source.
  struct BuildError: Error, CustomStringConvertible {
    var description: String
  }

  /// The directory of the sources of the test drivers.
  static let sources = testDirectory.appending(path: "Drivers")
  /// The directory that `#include "hostler/driver.h"` is relative to.
  static let include = packageDirectory.appending(path: "SDK/include")
  static let packageDirectory = testDirectory.deletingLastPathComponent().deletingLastPathComponent()
  private static let testDirectory = URL(filePath: #filePath).deletingLastPathComponent()

  /// Where everything is built; removed when the process ends.
  static let output: URL = {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "hostler-test-drivers-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.createDirectory(
      at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    atexit { try? FileManager.default.removeItem(at: TestLibraries.output) }
    return directory
  }()

  private static let built = Mutex<[String: Result<String, BuildError>]>([:])

  /// The path of a library made of a C source in `Drivers`.
  static func library(_ source: String, defining macros: [String] = []) throws -> String {
    try once("\(source) \(macros.joined(separator: " "))") { name in
      try compileC(
        sources.appending(path: source).path, to: name, options: macros.map { "-D" + $0 })
    }
  }

  /// The path of a library made of C that stands in another file.
  static func library(ofText text: String, named name: String) throws -> String {
    try once(name) { path in
      let source = path + ".c"
      try Data(text.utf8).write(to: URL(filePath: source))
      return try compileC(source, to: path, options: [])
    }
  }

  /// The path of a library made of a Rust source in `Drivers`.
  static func rustLibrary(_ source: String) throws -> String {
    try once(source) { path in
      try run(
        "rustc",
        [
          "--edition", "2021", "--crate-type", "cdylib", "-C", "panic=abort", "-D", "warnings", "-o", path,
          sources.appending(path: source).path,
        ])
      return path
    }
  }

  private static func compileC(_ source: String, to path: String, options: [String]) throws -> String {
    try run(
      "cc",
      ["-std=gnu11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O1", "-fPIC", "-shared", "-pthread"]
        + options
        + ["-I", include.path, "-o", path, source])
    return path
  }

  private static func once(_ key: String, _ build: (String) throws -> String) throws -> String {
    try built.withLock { built in
      if let known = built[key] { return try known.get() }
      let path = output.appending(path: "library-\(built.count).so").path
      let result = Result { try build(path) }.mapError { BuildError(description: "\($0)") }
      built[key] = result
      return try result.get()
    }
  }

  /// What a program printed.
  struct Output {
    var status: Int32
    var signal: Int32?
    var text: String
  }

  /// Runs a program and fails when it does.
  @discardableResult
  static func run(_ program: String, _ arguments: [String]) throws -> String {
    let output = try runToEnd(program, arguments)
    guard output.status == 0, output.signal == nil else {
      throw BuildError(description: "\(program) \(arguments.joined(separator: " ")): \(output.text)")
    }
    return output.text
  }

  /// Runs a program to its end, whatever that is.
  static func runToEnd(_ program: String, _ arguments: [String]) throws -> Output {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    // Swift's own crash handler would go on after a signal that was sent, and so hide how it ends.
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) {
      _, own in own
    }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: data, as: UTF8.self)
    if process.terminationReason == .exit, process.terminationStatus == 127 {
      throw BuildError(
        description: "\(program) is missing: run scripts/install-packages, which installs it. \(text)")
    }
    return Output(
      status: process.terminationReason == .exit ? process.terminationStatus : 0,
      signal: process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil, text: text)
  }

  /// A new directory of its own, writable by its owner only.
  static func directory() throws -> String {
    let path = output.appending(path: "directory-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    return path
  }

  /// A copy of a file in a directory of its own.
  static func copy(_ path: String, as name: String = "driver.so", mode: Int = 0o755) throws -> String {
    let copy = try directory() + "/" + name
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: copy)
    return copy
  }

  /// A program that the package builds, beside the tests.
  static func program(_ name: String) -> String {
    var directory = Bundle(for: Marker.self).bundleURL.deletingLastPathComponent()
    if !FileManager.default.fileExists(atPath: directory.appending(path: name).path) {
      directory = Bundle.main.bundleURL
    }
    return directory.appending(path: name).path
  }

  private final class Marker {}
}
