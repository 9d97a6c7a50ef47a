/// Both outputs of a task, moved to its log files by a watcher's thread.
final class TaskOutput: Sendable {
  private let streams: [(stream: LogStream, key: DescriptorWatcher.Key)]
  private let watcher: DescriptorWatcher

  init(output: LogStream, error: LogStream, watcher: DescriptorWatcher) throws(SupervisionError) {
    self.watcher = watcher
    guard let outputKey = output.register(with: watcher) else { throw Self.refused }
    guard let errorKey = error.register(with: watcher) else {
      watcher.forget(outputKey)
      throw Self.refused
    }
    streams = [(output, outputKey), (error, errorKey)]
  }

  private static let refused = SupervisionError(
    kind: .outOfResources, description: "cannot watch the task's output: no memory, or the driver is closed")

  /// Moves what the pipes hold now to the files, and closes the pipes.
  func finish() {
    for (stream, key) in streams {
      stream.finish()
      watcher.forget(key)
    }
  }
}
