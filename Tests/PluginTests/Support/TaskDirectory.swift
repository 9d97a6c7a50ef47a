import Foundation

/// The directories of one task of a test, removed with this value.
final class TaskDirectory {
  let path: String
  var local: String { path + "/local" }
  var logs: String { path + "/logs" }

  init() throws {
    path = NSTemporaryDirectory() + "hostler-plugin-test-" + UUID().uuidString
    for directory in [local, logs] {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func log(_ output: String, _ number: Int = 0) throws -> String {
    // Foundation's reading of an empty file leaks, which the address sanitizer's runs would report.
    let path = logs + "/task.\(output).\(number)"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw LoadedDriver.Failure(status: -1, description: "cannot read \(path)") }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(descriptor, &chunk, chunk.count), count > 0 { text += chunk[..<count] }
    return String(decoding: text, as: UTF8.self)
  }

  /// The numbers of an output's files, ascending, with their sizes in bytes.
  func logFiles(_ output: String) throws -> [(number: Int, bytes: Int)] {
    let prefix = "task.\(output)."
    return try FileManager.default.contentsOfDirectory(atPath: logs).filter { $0.hasPrefix(prefix) }
      .compactMap { name in
        guard let number = Int(name.dropFirst(prefix.count)) else { return nil }
        // A file of a running task can be rotated away meanwhile.
        let attributes = try? FileManager.default.attributesOfItem(atPath: logs + "/" + name)
        return (attributes?[.size] as? Int).map { (number, $0) }
      }
      .sorted { $0.number < $1.number }
  }

  /// Writes an executable file.
  @discardableResult
  func script(_ name: String, _ text: String, mode: Int = 0o755) throws -> String {
    let file = path + "/" + name
    try ("#!/bin/sh\n" + text).write(toFile: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    return file
  }
}
