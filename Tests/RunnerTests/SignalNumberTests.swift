import Glibc
import Jobs
import Testing

@Suite("Signal numbers")
struct SignalNumberTests {
  @Test("a signal has the number that this host gives it, with its prefix or without")
  func numbers() {
    let here: [String: Int32] = [
      "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "ILL": SIGILL, "TRAP": SIGTRAP, "ABRT": SIGABRT,
      "IOT": SIGABRT, "BUS": SIGBUS, "FPE": SIGFPE, "KILL": SIGKILL, "USR1": SIGUSR1, "SEGV": SIGSEGV,
      "USR2": SIGUSR2, "PIPE": SIGPIPE, "ALRM": SIGALRM, "TERM": SIGTERM, "CHLD": SIGCHLD,
      "CONT": SIGCONT, "STOP": SIGSTOP, "TSTP": SIGTSTP, "TTIN": SIGTTIN, "TTOU": SIGTTOU, "URG": SIGURG,
      "XCPU": SIGXCPU, "XFSZ": SIGXFSZ, "VTALRM": SIGVTALRM, "PROF": SIGPROF, "WINCH": SIGWINCH,
      "IO": SIGIO, "PWR": SIGPWR, "SYS": SIGSYS, "STKFLT": 16,
    ]
    for (name, number) in here {
      #expect(Signals.number(named: name) == number)
      #expect(Signals.number(named: "SIG" + name) == number)
    }
    #expect(Signals.names == here.keys.map { "SIG" + $0 }.sorted())
    #expect(Signals.number(named: "SIGNONSENSE") == nil)
  }
}
