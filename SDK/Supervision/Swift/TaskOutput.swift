/// Both outputs of a task, watched by a collector.
final class TaskOutput: Sendable {
  private let streams: [(stream: LogStream, key: UInt64)]
  private let collector: LogCollector

  init(output: LogStream, error: LogStream, collector: LogCollector) throws(SupervisionError) {
    self.collector = collector
    guard let outputKey = collector.add(output) else { throw Self.refused }
    guard let errorKey = collector.add(error) else {
      collector.remove(outputKey)
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
      collector.remove(key)
    }
  }
}
