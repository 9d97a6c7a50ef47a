import DriverHost
import Foundation
import HCL

// Measures what the host adds to a call of a driver: with a library given as argument, or with one that
// does next to nothing.
//
//   driver-call-benchmark [LIBRARY DRIVER]

let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Builds the driver that does nothing.
func quickLibrary() throws -> String {
  let directory = FileManager.default.temporaryDirectory.appending(path: "driver-call-benchmark-\(getpid())")
  try FileManager.default.createDirectory(
    at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
  let library = directory.appending(path: "quick.so").path
  let compiler = Process()
  compiler.executableURL = URL(filePath: "/usr/bin/env")
  compiler.arguments = [
    "cc", "-std=c11", "-O2", "-fPIC", "-shared", "-I", package.appending(path: "SDK/include").path, "-o",
    library,
    package.appending(path: "Benchmarks/DriverCalls/quick_driver.c").path,
  ]
  try compiler.run()
  compiler.waitUntilExit()
  return library
}

/// The least time that one of several rounds took for one call, in nanoseconds.
func measure(_ name: String, calls: Int, _ body: () async throws -> Void) async rethrows {
  var best = Double.infinity
  for _ in 0..<7 {
    let start = ContinuousClock.now
    try await body()
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    best = min(best, (Double(seconds) * 1e9 + Double(attoseconds) / 1e9) / Double(calls))
  }
  print("\(name): \(String(format: "%.1f", best)) ns a call")
}

let arguments = CommandLine.arguments.dropFirst()
let isOwn = arguments.isEmpty
let library = try arguments.first ?? quickLibrary()
let registry = DriverRegistry()
let failures = await registry.load(
  DriversConfiguration(plugins: [PluginBlock(name: arguments.dropFirst().first ?? "quick", path: library)]))
for failure in failures { print(failure) }
await registry.restoreComplete()
guard let name = registry.all.first?.name else { exit(1) }
let driver = try registry.driver(named: name)
let taskID = "5f2b1c6e-0d2f-4f0f-9a53-7c8f2f6f2f6e/web/1"

if isOwn {
  let inspectCalls = 1_000_000
  try await measure("inspect, the state alone", calls: inspectCalls) {
    for _ in 0..<inspectCalls { _ = try await driver.inspect(taskID, detail: .state) }
  }
  try await measure("inspect, with one attribute", calls: inspectCalls) {
    for _ in 0..<inspectCalls { _ = try await driver.inspect(taskID, detail: .full) }
  }
  let environment = (0..<40).map { "NOMAD_VARIABLE_\($0)=value number \($0) of a common length" }
  let configuration = try driver.descriptor.taskSchema.check(
    LocatedValue(
      .object([
        LocatedValue.Entry(key: "command", value: LocatedValue(.string("/bin/true"))),
        LocatedValue.Entry(key: "args", value: LocatedValue(.list([LocatedValue(.string("a"))]))),
      ])), subject: "task")
  let request = TaskRequest(
    taskID: taskID, allocationID: "a", jobID: "j", jobName: "j", groupName: "g", taskName: "t",
    environment: environment,
    directories: TaskRequest.Directories(
      allocation: "/srv/a", task: "/srv/a/t", local: "/srv/a/t/local", secrets: "/srv/a/t/secrets",
      temporary: "/srv/a/t/tmp"),
    logs: TaskLogs(directory: "/srv/a/logs", stdoutName: "t.stdout", stderrName: "t.stderr"),
    configuration: configuration)
  let startCalls = 20_000
  try await measure("start, one after another, with the hop to a thread and back", calls: startCalls) {
    for _ in 0..<startCalls { _ = try await driver.start(request) }
  }
  let names = (0..<16).map { "\(taskID)\($0)" }
  try await measure("start, 16 at a time", calls: startCalls / 16 * 16) {
    try await withThrowingTaskGroup { group in
      for name in names {
        group.addTask {
          var request = request
          request.taskID = name
          for _ in 0..<(startCalls / 16) { _ = try await driver.start(request) }
        }
      }
      try await group.waitForAll()
    }
  }
  try? FileManager.default.removeItem(at: URL(filePath: library).deletingLastPathComponent())
}
await registry.close()
