// Giving handles back: a driver must have forgotten what was told to be forgotten, before anything relies on it.
extension TaskMachine {
  /// Has the driver end and forget a task that may run, before anything follows from its end.
  mutating func clear(_ ending: RestartTracker.Ending, to sink: inout EffectSink) {
    clearDriverHandle(force: true)
    position = .clearing(ending)
    flush(to: &sink)
  }

  /// The driver has forgotten a task, or has failed to.
  package mutating func destroyed(_ cleared: Invocation, error: String?, to sink: inout EffectSink) {
    guard let place = openClearings.firstIndex(where: { $0.invocation == cleared }) else { return }
    if let error {
      if openClearings[place].failures == 0 {
        emit(
          .driverMessage, "Could not clean up after the task, and tries again: \(error)",
          ["driver_message": error], to: &sink)
      }
      openClearings[place].failures = min(openClearings[place].failures + 1, 200)
      let failures = openClearings[place].failures
      let delay = min(Duration.seconds(1 << (Int(min(failures, 8)) - 1)), .seconds(120))
      sink(.startTimer(.destroyRetry(index, cleared, attempt: failures), delay))
      return
    }
    openClearings.remove(at: place)
    guard cleared == invocation, case .clearing(let ending) = position else { return }
    ended(ending, to: &sink)
  }

  /// The wait before a driver is asked again to forget a task is over.
  package mutating func destroyRetryOver(
    _ cleared: Invocation, attempt: UInt8, to sink: inout EffectSink
  ) {
    guard let open = openClearings.first(where: { $0.invocation == cleared }), open.failures == attempt else {
      return
    }
    sink(.destroy(index, cleared, force: open.isForced))
  }

  /// The agent goes down: the next one has drivers forget what nobody asks for.
  mutating func cancelClearings(to sink: inout EffectSink) {
    for open in openClearings where open.failures > 0 {
      sink(.cancelTimer(.destroyRetry(index, open.invocation, attempt: open.failures)))
    }
    openClearings = []
  }
}
