import Glibc
import Runner

/// Where the process begins and ends.
///
/// What has to be looked at before there is any other thread is looked at here: the runtime's own threads
/// cannot say that there is none of them.
@main
enum Program {
  static func main() {
    StandardStreams.repair()
    InterruptSignals.ignoreClosedPipes()
    DescriptorLimit.raise()
    if let problem = ProcessLimits.problem() {
      Terminal.writeError("hostler: \(problem)")
      Glibc.exit(2)
    }
    // This thread is not the runtime's from here on, and the main actor has none.
    Task.detached { await Hostler.main() }
    // Whoever started us may have had signals blocked; here is where they are taken.
    var none = sigset_t()
    sigemptyset(&none)
    while true { sigsuspend(&none) }
  }

  /// Ends the process. Output that could not be written makes a success a failure.
  static func exit(_ code: Int32) -> Never {
    let isLost = Terminal.outputFailure.map { $0 != EPIPE } ?? false
    // Not exit(): what libraries of drivers have registered for it must not run beside their threads, and
    // a library that hangs while it is loaded would keep the process from ending.
    fflush(nil)
    _exit(code == 0 && isLost ? 1 : code)
  }
}
