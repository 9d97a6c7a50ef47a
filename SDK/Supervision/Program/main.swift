import Supervision

#if canImport(Glibc)
  import Glibc
#endif

// hostler-supervisor STATE_DIRECTORY: started by drivers, not by people.
if CommandLine.arguments.count == 2, CommandLine.arguments[1].hasPrefix("/") {
  exit(SupervisorProcess.run(stateDirectory: CommandLine.arguments[1]))
}
let usage = """
  usage: hostler-supervisor STATE_DIRECTORY

  The parent of a driver's tasks. Drivers start it by themselves; there is no need to run it by hand.

  """
_ = usage.withCString { write(STDERR_FILENO, $0, strlen($0)) }
exit(2)
