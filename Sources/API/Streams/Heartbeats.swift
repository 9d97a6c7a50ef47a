extension AsyncStream where Element: Sendable {
  /// The elements of a stream, and nil from time to time, so that a reader hears that there is still somebody.
  ///
  /// The stream ends for a reader that falls far behind.
  ///
  /// - Parameters:
  ///   - first: What comes before them.
  ///   - interval: The time between the signs of life.
  func withHeartbeats(after first: [Element] = [], every interval: Duration) -> AsyncStream<Element?> {
    let (merged, continuation) = AsyncStream<Element?>.makeStream(
      bufferingPolicy: .bufferingOldest(4096 + first.count))
    let elements = Task {
      for element in first { continuation.yield(element) }
      for await element in self {
        if case .dropped = continuation.yield(element) { break }
      }
      continuation.finish()
    }
    let heartbeats = Task {
      while !Task.isCancelled {
        continuation.yield(nil)
        try? await Task.sleep(for: interval)
      }
    }
    continuation.onTermination = { _ in
      elements.cancel()
      heartbeats.cancel()
    }
    return merged
  }
}
