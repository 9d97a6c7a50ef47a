import Agent
import Glibc
import Lifecycle
import Runner

/// Shows a run until its end, and passes interrupts on to it: the first asks the job to stop by its
/// lifecycle, the second kills. A reader that has gone away counts as an interrupt.
struct RunSession {
  private enum Input: Sendable {
    case changes([JobChange])
    case changesEnded
    case tick
    /// There is more output than was read.
    case moreOutput
    case interrupt(Int32)
  }

  let run: JobRun
  let interrupts: AsyncStream<Int32>
  /// Whether somebody looks on, so that the view must move.
  let isLive: Bool

  /// Runs the session; the exit code.
  ///
  /// Reads files, so it must run on a thread that may block.
  func follow(with reporter: inout any RunReporter) async -> Int32 {
    let (inputs, continuation) = AsyncStream<Input>.makeStream()
    let sources = [
      Task { @AllocationActor in
        while let changes = await run.changes.takeAll() { continuation.yield(.changes(changes)) }
        continuation.yield(.changesEnded)
      },
      Task { for await number in interrupts { continuation.yield(.interrupt(number)) } },
      Task {
        while !Task.isCancelled {
          try? await Task.sleep(for: .milliseconds(isLive ? 80 : 150))
          continuation.yield(.tick)
        }
      },
    ]
    defer { for source in sources { source.cancel() } }

    var follower = OutputFollower(run)
    var stop = StopSteps()
    var isBehind = false
    reporter.begin(run)
    reporter.flush()
    inputs: for await input in inputs {
      do {
        switch input {
        case .changes(let changes):
          for change in changes {
            do throws(FileError) {
              try follower.take(change) { reporter.output($0) }
            } catch {
              reporter.unreadableOutput(error)
            }
            reporter.change(change)
          }
          run.sawChanges(changes.count)
        case .tick:
          if !isBehind { isBehind = try follower.readAll { reporter.output($0) } }
          if isBehind { continuation.yield(.moreOutput) }
          reporter.tick()
        case .moreOutput:
          // One turn at a time, so that an interrupt never waits for a task that writes without end.
          isBehind = try follower.readAll { reporter.output($0) }
        case .interrupt(let number):
          if let request = stop.next(after: number) {
            reporter.notice(request.urgency == .graceful ? "stopping; interrupt again to kill" : "killing")
            await run.stop(request)
          }
        case .changesEnded: break inputs
        }
      } catch {
        reporter.unreadableOutput(error)
      }
      reporter.flush()
      if Terminal.outputFailure == EPIPE, let request = stop.afterReaderLeft() {
        Terminal.writeError("hostler: nobody reads the output any more; stopping")
        await run.stop(request)
      }
    }
    let outcome = await run.outcome()
    reporter.end(outcome, interrupted: stop.hasBegun)
    return RunSummary(outcome, interrupted: stop.hasBegun).exitCode
  }
}

extension RunReporter {
  fileprivate mutating func unreadableOutput(_ error: any Error) {
    notice("the output of a task cannot be read: \(error)")
  }
}

/// What each reason to end a run asks for: first a stop by the lifecycle, then a kill.
struct StopSteps {
  private var isKilling = false
  /// Whether the run was asked to stop.
  private(set) var hasBegun = false

  /// What a signal asks for; nil when everything was asked for already.
  mutating func next(after signal: Int32) -> StopRequest? {
    if isKilling { return nil }
    if hasBegun || signal == SIGQUIT {
      let reason = hasBegun ? "interrupted twice" : "told to quit"
      hasBegun = true
      isKilling = true
      return StopRequest(urgency: .immediate, reason: reason)
    }
    hasBegun = true
    return StopRequest(urgency: .graceful, reason: "interrupted")
  }

  /// What it asks for that nobody reads the output any more.
  mutating func afterReaderLeft() -> StopRequest? {
    if hasBegun { return nil }
    hasBegun = true
    return StopRequest(urgency: .graceful, reason: "nobody reads the output")
  }
}
