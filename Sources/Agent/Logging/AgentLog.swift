public import Logging
public import Runner
import Lifecycle
import Synchronization

/// Where the agent's log goes: to standard error, and to those who follow it.
public final class AgentLog: Sendable {
  /// A message, ready to be written.
  public struct Line: Sendable {
    /// How important it is.
    public var level: Logger.Level
    /// A line for people, without its end.
    public var text: String
    /// The same as a JSON object.
    public var json: String
  }

  private struct State {
    var level: Logger.Level
    var followers: [Int: (Logger.Level, AsyncStream<Line>.Continuation)] = [:]
    var nextFollower = 0
  }

  private static let mostUnread = 1024

  private let state: Mutex<State>
  private let clock: any RunnerClock
  private let output: @Sendable (Line) -> Void

  /// Makes a log.
  ///
  /// - Parameters:
  ///   - level: What is less important than this is not written.
  ///   - output: Takes each line that is written; called on any thread, one at a time.
  public init(
    level: Logger.Level = .info, clock: any RunnerClock = SystemClock(),
    output: @escaping @Sendable (Line) -> Void
  ) {
    state = Mutex(State(level: level))
    self.clock = clock
    self.output = output
  }

  /// What is less important than this is not written.
  public var level: Logger.Level {
    get { state.withLock { $0.level } }
    set { state.withLock { $0.level = newValue } }
  }

  /// The lines from now on, down to a level, whatever is written. Ends for a reader that falls far behind.
  public func follow(_ level: Logger.Level) -> AsyncStream<Line> {
    let (stream, continuation) = AsyncStream<Line>.makeStream(
      bufferingPolicy: .bufferingOldest(Self.mostUnread))
    let id = state.withLock { state in
      state.nextFollower += 1
      state.followers[state.nextFollower] = (level, continuation)
      return state.nextFollower
    }
    continuation.onTermination = { [weak self] _ in
      Task { self?.state.withLock { $0.followers[id] = nil } }
    }
    return stream
  }

  /// A logger for a part of the agent.
  public func logger(_ label: String) -> Logger {
    Logger(label: label) { Handler(label: $0, log: self) }
  }

  fileprivate var lowestLevel: Logger.Level {
    state.withLock { state in state.followers.values.map(\.0).reduce(state.level, min) }
  }

  fileprivate func write(
    _ level: Logger.Level, _ label: String, _ message: String, _ pairs: [(String, String)]
  ) {
    let line = LogFormat.line(clock.now(), level, label, message, pairs)
    state.withLock { state in
      if level >= state.level { output(line) }
      for (id, (lowest, follower)) in state.followers where level >= lowest {
        if case .dropped = follower.yield(line) {
          follower.finish()
          state.followers[id] = nil
        }
      }
    }
  }

  private struct Handler: LogHandler {
    let label: String
    let log: AgentLog
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level {
      get { log.lowestLevel }
      set {}
    }

    init(label: String, log: AgentLog) {
      self.label = label
      self.log = log
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let pairs = metadata.merging(event.metadata ?? [:]) { $1 }
      log.write(
        event.level, label, "\(event.message)",
        pairs.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") })
    }
  }
}
