@testable import Runner

/// Runs a test with a folder of its own, which is removed after it.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/hostler-test-")
  defer { try? FileSystem.remove(path) }
  return try body(path)
}

/// The bytes of a small file.
func content(of path: String) throws -> [UInt8] {
  try FileSystem.read(path, limitBytes: 1 << 20)
}
