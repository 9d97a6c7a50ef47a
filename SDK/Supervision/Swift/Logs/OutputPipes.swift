#if canImport(Glibc)
  import Glibc
#endif

/// The pipes that a task writes its output to: files of their own in the log directory, so that whoever is
/// to move the bytes next finds them, and the bytes stay as long as anybody holds one open.
///
/// Each descriptor is for reading and writing. A task holds them so too: it never meets a pipe without a
/// reader, and waits when nobody moves its bytes.
struct OutputPipes {
  var output: Int32
  var error: Int32

  /// Takes descriptors over that came with a message; nil, and they are closed, when they are not two.
  init?(descriptors: [Int32]) {
    guard descriptors.count == 2 else {
      for descriptor in descriptors { closeDescriptor(descriptor) }
      return nil
    }
    (output, error) = (descriptors[0], descriptors[1])
  }

  /// Each start has names of its own: what is left of the one before may go while the next begins.
  private static func paths(_ logs: TaskLogs, taskID: String) -> (output: String, error: String) {
    let start = taskID.utf8.lastIndex(of: UInt8(ascii: "/")).map { taskID[$0...].dropFirst() } ?? taskID[...]
    let (directory, suffix) = (logs.directory, "\(start).fifo")
    return (
      "\(directory)/.\(logs.standardOutputName).\(suffix)",
      "\(directory)/.\(logs.standardErrorName).\(suffix)"
    )
  }

  /// Makes the pipes of a task that is to be started.
  ///
  /// - Parameter owner: who may open them again by name, as programs do with `/dev/stderr`.
  init(making logs: TaskLogs, taskID: String, owner: Credentials?) throws(SupervisionError) {
    let paths = Self.paths(logs, taskID: taskID)
    output = try Self.make(paths.output, owner)
    do throws(SupervisionError) {
      error = try Self.make(paths.error, owner)
    } catch {
      closeDescriptor(output)
      throw error
    }
  }

  private static func make(_ path: String, _ owner: Credentials?) throws(SupervisionError) -> Int32 {
    var result = mkfifo(path, 0o600)
    if result != 0 && errno == EEXIST {
      // What a start that came to nothing left.
      unlink(path)
      result = mkfifo(path, 0o600)
    }
    let descriptor = result == 0 ? open(path, O_RDWR | O_CLOEXEC) : -1
    guard descriptor >= 0 else {
      let number = errno
      throw SupervisionError(
        kind: [EMFILE, ENFILE, ENOSPC].contains(number) ? .outOfResources : .systemCall,
        description: "cannot make the pipe \(path): \(describe(errno: number))")
    }
    if let owner { _ = fchown(descriptor, owner.userID, owner.groupID) }
    return descriptor
  }

  /// Opens the pipes of a task that was started before; nil when they are gone.
  init?(opening logs: TaskLogs, taskID: String) {
    let paths = Self.paths(logs, taskID: taskID)
    output = open(paths.output, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
    error = open(paths.error, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
    guard isPipe(output), isPipe(error) else {
      close()
      return nil
    }
  }

  private func isPipe(_ descriptor: Int32) -> Bool {
    var status = stat()
    return descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// In the order in which they travel with a message.
  var descriptors: [Int32] { [output, error] }

  func close() {
    closeDescriptor(output)
    closeDescriptor(error)
  }

  /// Removes the files of a task that has ended.
  static func remove(_ logs: TaskLogs, taskID: String) {
    let paths = paths(logs, taskID: taskID)
    unlink(paths.output)
    unlink(paths.error)
  }
}
