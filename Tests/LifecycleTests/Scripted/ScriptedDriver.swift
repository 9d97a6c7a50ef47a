import Lifecycle

/// Processes on virtual time; they outlive the agent.
struct ScriptedDriver {
  struct Process {
    var run: ShellScript.Run
    var startedAt: Double
    /// When it ended or will end; nil when it will not by itself.
    var endsAt: Double?
    var result: ExitResult
    /// Seconds that it takes to end after a stop.
    var killAfter: Double
  }

  enum Start {
    case failed(StartFailure)
    case started
  }

  /// The processes by task and invocation, until they are destroyed.
  private(set) var processes: [Int: [UInt32: Process]] = [:]
  private var files: Set<String> = []
  /// How often each task was started.
  private(set) var starts: [Int: Int] = [:]
  /// What no host may do.
  private(set) var violations: [String] = []

  func process(_ task: TaskIndex, _ invocation: Invocation) -> Process? {
    processes[task.rawValue]?[invocation.rawValue]
  }

  mutating func start(
    _ task: TaskIndex, _ invocation: Invocation, _ config: ScriptedConfig, at now: Double
  ) -> Start {
    if let alive = processes[task.rawValue], alive.values.contains(where: { !hasEnded($0, at: now) }) {
      violations.append("task \(task.rawValue) was started while it runs")
    }
    if process(task, invocation) != nil {
      violations.append("task \(task.rawValue) was started twice as \(invocation.rawValue)")
    }
    if let message = config.startError {
      return .failed(StartFailure(message: message, recoverable: config.startErrorRecoverable))
    }
    if let command = config.command, command.hasPrefix("/no/") {
      return .failed(StartFailure(message: "\(command): no such file", recoverable: false))
    }
    starts[task.rawValue, default: 0] += 1
    var run = ShellScript.Run()
    if config.command == nil {
      run.seconds = config.runSeconds ?? 0
      run.result = ExitResult(exitCode: config.exitCode ?? 0, signal: config.exitSignal ?? 0)
    } else if let script = config.args.last, config.args.first == "-c" {
      run = ShellScript(text: script).run(files: &files)
    } else {
      run = ShellScript(text: ([config.command ?? ""] + config.args).joined(separator: " "))
        .run(files: &files)
    }
    processes[task.rawValue, default: [:]][invocation.rawValue] = Process(
      run: run, startedAt: now, endsAt: run.seconds.map { now + $0 }, result: run.result,
      killAfter: config.killAfterSeconds ?? 0)
    return .started
  }

  private func hasEnded(_ process: Process, at now: Double) -> Bool {
    process.endsAt.map { $0 <= now } ?? false
  }

  /// Sends a signal; a process that does not ignore it ends a moment later.
  mutating func signal(_ task: TaskIndex, _ invocation: Invocation, _ number: Int, at now: Double) {
    guard var process = process(task, invocation) else {
      violations.append(
        "task \(task.rawValue): signal \(number) for unknown invocation \(invocation.rawValue)")
      return
    }
    if hasEnded(process, at: now) { return }
    if number != 9, let trap = process.run.traps[number] {
      let run = ShellScript(text: trap).run(files: &files)
      guard !trap.isEmpty, let seconds = run.seconds else { return }
      process.endsAt = now + seconds + 0.002
      process.result = run.result
    } else {
      process.endsAt = now + process.killAfter + 0.002
      process.result = ShellScript.killed(by: number)
    }
    processes[task.rawValue]?[invocation.rawValue] = process
  }

  mutating func destroy(_ task: TaskIndex, _ invocation: Invocation, force: Bool, at now: Double) {
    guard let process = process(task, invocation) else {
      violations.append(
        "task \(task.rawValue): invocation \(invocation.rawValue) destroyed without a process")
      return
    }
    if !force && !hasEnded(process, at: now) {
      violations.append("task \(task.rawValue): invocation \(invocation.rawValue) destroyed while it runs")
    }
    processes[task.rawValue]?[invocation.rawValue] = nil
  }

  /// A driver that forgot a process, as after a crash of everything.
  mutating func forget(_ task: TaskIndex) { processes[task.rawValue] = nil }
}
