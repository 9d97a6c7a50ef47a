@testable import Runner

/// Runs a test with a folder of its own, which is removed after it.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/hostler-test-")
  defer { try? FileSystem.remove(path) }
  return try body(path)
}
