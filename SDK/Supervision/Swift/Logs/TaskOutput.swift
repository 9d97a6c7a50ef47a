/// Both outputs of a task, moved to its log files by a watcher's thread.
final class TaskOutput: Sendable {
  private let streams: [(stream: LogStream, key: DescriptorWatcher.Key)]
  private let watcher: DescriptorWatcher

  /// Moves what arrives in two pipes, which belong to this value from now on whatever happens.
  init(pipes: OutputPipes, logs: TaskLogs, watcher: DescriptorWatcher) throws(SupervisionError) {
    let files: (output: LogFiles, error: LogFiles)
    do throws(SupervisionError) {
      files = try logs.openFiles()
    } catch {
      pipes.close()
      throw error
    }
    let output = LogStream(pipe: pipes.output, files: files.output)
    let error = LogStream(pipe: pipes.error, files: files.error)
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

  /// How much could not be written to the files.
  var lostBytes: Int64 { streams.reduce(0) { $0 + $1.stream.lostBytes } }

  /// Moves what the pipes hold now to the files, and closes the pipes.
  func finish() {
    for (stream, key) in streams {
      watcher.forget(key)
      stream.finish()
    }
  }
}
