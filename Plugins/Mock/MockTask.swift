internal import HostlerDriver
internal import Supervision
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A pretended task: a timer that expires when it ends.
final class MockTask: Sendable {
  private struct State {
    /// When the task ends, or the driver pretends to be gone: nanoseconds since 1970.
    var endsAtNanoseconds: Int64
    var pluginGone: Bool
    var writers: [MockWriter] = []
  }

  let handle: MockHandle
  private let timer: TimerDescriptor
  private let state: Mutex<State>

  /// Starts it, or goes on with one that was started in another process.
  ///
  /// - Parameter now: nanoseconds since 1970.
  init(handle: MockHandle, now: Int64) throws(SupervisionError) {
    self.handle = handle
    timer = try TimerDescriptor()
    let (sum, overflow) = handle.startedAtNanoseconds.addingReportingOverflow(
      handle.script.runFor.nanoseconds)
    let end = overflow ? Int64.max : sum
    let pluginEnd = handle.script.pluginExitAfter.map {
      now.addingReportingOverflow($0.nanoseconds).partialValue
    }
    let first = min(end, pluginEnd ?? .max)
    state = Mutex(State(endsAtNanoseconds: first, pluginGone: first < end))
    timer.set(after: .nanoseconds(max(1, first - now)))
  }

  /// Has something written until the task ends.
  func add(_ writer: MockWriter) {
    state.withLock { $0.writers.append(writer) }
  }

  /// A new descriptor that turns readable at the end.
  func waitDescriptor() throws(SupervisionError) -> Int32 {
    try timer.duplicate()
  }

  /// Asks it to end, or ends it.
  func stop(force: Bool, now: Int64) {
    state.withLock { state in
      // Set again, an expired timer would be quiet: what has ended stays ended.
      guard !timer.hasExpired, force || !handle.script.refusesToDie else { return }
      let delay = force ? Duration.zero : handle.script.killAfter
      let end = now.addingReportingOverflow(delay.nanoseconds)
      guard !end.overflow, end.partialValue < state.endsAtNanoseconds else { return }
      state.endsAtNanoseconds = end.partialValue
      state.pluginGone = false
      timer.set(after: delay)
    }
  }

  /// How it is.
  func status() throws(DriverError) -> TaskStatus {
    let (ended, endsAt, pluginGone, writers) = state.withLock { state in
      let ended = timer.hasExpired
      defer { if ended { state.writers = [] } }
      return (ended, state.endsAtNanoseconds, state.pluginGone, ended ? state.writers : [])
    }
    for writer in writers { writer.stop() }
    var status = TaskStatus(state: .running, startedAtNanoseconds: handle.startedAtNanoseconds)
    guard ended else { return status }
    if pluginGone { throw .recoverable("the driver has shut down (plugin_exit_after)") }
    let script = handle.script
    status.state = script.exitSignal != 0 ? .signalled(script.exitSignal) : .exited(code: script.exitCode)
    status.exitedAtNanoseconds = endsAt
    status.message = script.exitMessage
    return status
  }

  /// Stops what still writes.
  func end() {
    let writers = state.withLock { state in
      defer { state.writers = [] }
      return state.writers
    }
    for writer in writers { writer.stop() }
  }
}

/// Writes a text again and again, on the watcher's thread.
final class MockWriter: Sendable {
  private struct State {
    var files: LogFiles
    var left: Int
    var key: DescriptorWatcher.Key?
    /// Absent once it has stopped: the descriptor is closed with it.
    var timer: TimerDescriptor?
  }

  private let output: MockScript.Output
  private let watcher: DescriptorWatcher
  private let state: Mutex<State>

  /// Writes the text once, and begins with the repetitions.
  init(_ output: MockScript.Output, to files: LogFiles, watcher: DescriptorWatcher) throws(SupervisionError) {
    self.output = output
    self.watcher = watcher
    var files = files
    files.append(output.text)
    let timer = output.repeats > 0 ? try TimerDescriptor() : nil
    state = Mutex(State(files: files, left: output.repeats, key: nil, timer: timer))
    guard let timer else { return }
    let key = watcher.watch(timer.descriptor) { [weak self] in self?.writeAgain() }
    state.withLock { $0.key = key }
    timer.set(after: output.interval)
  }

  private func writeAgain() {
    let finished = state.withLock { state in
      guard let timer = state.timer, timer.hasExpired else { return false }
      state.files.append(output.text)
      state.left -= 1
      if state.left > 0 { timer.set(after: output.interval) }
      return state.left <= 0
    }
    if finished { stop() }
  }

  /// Writes no more.
  func stop() {
    let key = state.withLock { state in
      defer {
        state.timer = nil
        state.key = nil
      }
      return state.key
    }
    if let key { watcher.forget(key) }
  }
}
