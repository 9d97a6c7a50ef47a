import Agent
import Lifecycle
import Runner

/// Shows a run until its end, and passes interrupts on to it: the first asks the job to stop by its
/// lifecycle, the second kills.
struct RunSession {
  private enum Input: Sendable {
    case change(JobChange)
    case changesEnded
    case tick
    case interrupt
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
      Task {
        for await change in run.changes { continuation.yield(.change(change)) }
        continuation.yield(.changesEnded)
      },
      Task { for await _ in interrupts { continuation.yield(.interrupt) } },
      Task {
        while !Task.isCancelled {
          try? await Task.sleep(for: .milliseconds(isLive ? 80 : 150))
          continuation.yield(.tick)
        }
      },
    ]
    defer { for source in sources { source.cancel() } }

    var follower = OutputFollower(run)
    var interruptCount = 0
    reporter.begin(run)
    inputs: for await input in inputs {
      do {
        switch input {
        case .change(let change):
          try follower.take(change) { reporter.output($0) }
          reporter.change(change)
        case .tick:
          try follower.readAll { reporter.output($0) }
          reporter.tick()
        case .interrupt:
          interruptCount += 1
          if interruptCount == 1 {
            reporter.notice("stopping; interrupt again to kill")
            await run.stop(StopRequest(urgency: .graceful, reason: "interrupted"))
          } else {
            reporter.notice("killing")
            await run.stop(StopRequest(urgency: .immediate, reason: "interrupted twice"))
          }
        case .changesEnded: break inputs
        }
      } catch {
        reporter.notice("the output of a task cannot be read: \(error)")
      }
    }
    let outcome = await run.outcome()
    reporter.end(outcome, interrupted: interruptCount > 0)
    return RunSummary(outcome, interrupted: interruptCount > 0).exitCode
  }
}
