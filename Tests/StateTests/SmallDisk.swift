import Foundation

/// A file system in memory with little room, where the test may mount one.
struct SmallDisk {
  let folder: URL

  /// Whether the tests run with the rights to mount.
  static let isAvailable: Bool = {
    guard geteuid() == 0 else { return false }
    return (try? with { _ in true }) ?? false
  }()

  static func with<Result>(_ body: (SmallDisk) throws -> Result) throws -> Result {
    let disk = try mount()
    defer { disk.unmount() }
    return try body(disk)
  }

  static func with<Result>(_ body: (SmallDisk) async throws -> Result) async throws -> Result {
    let disk = try mount()
    defer { disk.unmount() }
    return try await body(disk)
  }

  private static func mount() throws -> SmallDisk {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hostler-disk-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    do {
      try run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder.path)
    } catch {
      try? FileManager.default.removeItem(at: folder)
      throw error
    }
    return SmallDisk(folder: folder)
  }

  private func unmount() {
    try? Self.run("umount", "-l", folder.path)
    try? FileManager.default.removeItem(at: folder)
  }

  func makeReadOnly() throws { try Self.run("mount", "-o", "remount,ro", folder.path) }

  private var filling: URL { folder.appending(path: "filling") }

  /// Takes all the room that is left.
  func fill() throws {
    let descriptor = open(filling.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    defer { close(descriptor) }
    let block = [UInt8](repeating: 1, count: 4096)
    while write(descriptor, block, block.count) > 0 {}
  }

  /// Gives the room back.
  func empty() throws { try FileManager.default.removeItem(at: filling) }

  private struct CommandFailed: Error {}

  private static func run(_ command: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus != 0 { throw CommandFailed() }
  }
}
