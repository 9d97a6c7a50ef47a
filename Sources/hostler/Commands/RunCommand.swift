import Agent
import ArgumentParser
import HCL
import Jobs
import Runner
import State

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a job on this host, in the foreground, to its end.",
    discussion: """
      On a terminal it shows the tasks as a tree below their output; elsewhere it prints one line for each event
      and each line of output. An interrupt (Ctrl-C; SIGTERM and SIGHUP too) stops the job by its lifecycle, a
      second one or SIGQUIT kills it. So does a reader of the output that goes away: it counts as an interrupt.

      Exit codes:
        0    every task that must succeed did
        1    one failed, or the output could not be written
        2    the job file, the configuration or an option is wrong, or the system's limits are too low
        130  interrupted
      """)

  @OptionGroup var jobFile: JobFileOptions
  @OptionGroup var agentOptions: AgentOptions

  @Option(
    name: .eitherDash("data-dir"),
    help: "Where allocations live. Without it a temporary folder, removed when all went well.",
    completion: .directory)
  var dataDirectory: String?

  @Flag(name: .eitherDash("json"), help: "Print one JSON object a line.")
  var json = false

  @Flag(name: .eitherDash("plain"), help: "Print plain lines on a terminal too.")
  var plain = false

  func run() async throws {
    let (job, specification, sources) = try jobFile.readJob()
    if job.periodic != nil || job.parameterized != nil {
      let (block, field) =
        job.periodic != nil ? ("periodic", "Periodic") : ("parameterized", "ParameterizedJob")
      DiagnosticOutput.print(
        [
          Diagnostic(
            .error, "a \(block) job cannot be run at once",
            detail: "It says when or with what it is to run; take the \(block) block out to run it now.",
            range: specification.range(of: JobPath().field(field)))
        ], sources: sources)
      throw ExitCode(2)
    }
    var configuration = try agentOptions.configuration()
    if let dataDirectory { configuration.dataDirectory = dataDirectory }
    let agent: EmbeddedAgent
    do {
      agent = try await EmbeddedAgent(
        configuration, version: Version.current, storeObserver: EmbeddedAgent.printHealth,
        log: EmbeddedAgent.printLog)
    } catch {
      Terminal.writeError("hostler: the data directory cannot be used: \(error)")
      throw ExitCode(2)
    }
    let code = await Task(executorPreference: DiskThreads(limit: 1)) { [jobFile, json, plain] in
      await Self.run(job, sources: sources, on: agent, artifactBase: jobFile.folder, json: json, plain: plain)
    }.value
    throw ExitCode(code)
  }

  /// Runs the job, shows it and cleans up; the exit code.
  private static func run(
    _ job: Job, sources: [SourceFile], on agent: EmbeddedAgent, artifactBase: String, json: Bool, plain: Bool
  ) async -> Int32 {
    let problems = agent.check(job)
    DiagnosticOutput.print(problems, sources: sources)
    if problems.hasErrors {
      await close(agent)
      cleanUp(agent.dataDirectory, keep: false)
      return 2
    }
    let terminal = Terminal.current()
    let isLive = terminal.isInteractive && !json && !plain
    let clock = SystemClock()
    var reporter: any RunReporter = PlainReporter(terminal: terminal, clock: clock)
    if json {
      reporter = JSONReporter(terminal: terminal, clock: clock)
    } else if isLive {
      reporter = LiveView(terminal: terminal, clock: clock)
    }
    let interrupts = InterruptSignals.stream()
    let earlier: RestorableJob?
    do throws(StateError) {
      earlier = try await agent.restorable().unfinished(jobID: job.id)
    } catch {
      Terminal.writeError("hostler: what ran before in this data directory cannot be read: \(error)")
      await close(agent)
      return 2
    }
    if let earlier {
      Terminal.writeError(
        "hostler: goes on with \(earlier.allocations.count) unfinished allocations of an earlier run of "
          + "job \(job.id) in this data directory, as the job was then")
    }
    let run = await agent.run(
      earlier?.job ?? job, artifactBase: earlier?.artifactBase ?? artifactBase,
      restoring: earlier?.allocations ?? [])
    let code = await RunSession(run: run, interrupts: interrupts, isLive: isLive).follow(with: &reporter)
    await close(agent)
    if json, let counts = agent.storeCounts {
      var reporter = JSONReporter(terminal: terminal, clock: clock)
      reporter.state(counts)
    }
    cleanUp(agent.dataDirectory, keep: code != 0)
    return code
  }

  private static func close(_ agent: EmbeddedAgent) async {
    if let failure = await agent.close() { Terminal.writeError("hostler: \(failure)") }
  }

  private static func cleanUp(_ directory: DataDirectory, keep: Bool) {
    guard directory.isTemporary else { return }
    if keep { return Terminal.writeError("hostler: logs and files are kept in \(directory.path)") }
    do {
      try directory.remove()
    } catch {
      Terminal.writeError("hostler: the temporary data directory could not be removed: \(error)")
    }
  }
}
