import Glibc
import Runner
import Synchronization

/// Holds a data directory for one agent. The kernel lets go of it when the agent ends, however it ends.
final class DataDirectoryLock: Sendable {
  private let descriptor: Mutex<Int32?>

  /// Takes the lock: `lock` in the directory, which then holds our process id as text.
  init(of directory: String) throws(AgentStartError) {
    let path = directory + "/lock"
    // Close-on-exec: a task that inherited the descriptor would hold the directory after us.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .file(FileError(operation: "lock", path: path, number: errno))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let number = errno
      defer { close(descriptor) }
      guard number == EWOULDBLOCK else {
        throw .file(FileError(operation: "lock", path: path, number: number))
      }
      throw .locked(path: directory, processID: Self.holder(descriptor))
    }
    let text = "\(getpid())\n"
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.utf8.count, 0) >= 0 else {
      let number = errno
      close(descriptor)
      throw .file(FileError(operation: "write", path: path, number: number))
    }
    self.descriptor = Mutex(descriptor)
  }

  deinit { release() }

  /// Lets go of the directory.
  func release() {
    let descriptor = descriptor.withLock { descriptor in
      defer { descriptor = nil }
      return descriptor
    }
    // Not removed: another agent may have it open already, and would lock a file that is gone.
    guard let descriptor else { return }
    // Closing alone is not enough while a child of ours that has not become another program yet has a copy.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  private static func holder(_ descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Int32(
      String(decoding: bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }
}
