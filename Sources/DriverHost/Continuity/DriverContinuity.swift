/// Decides how a driver's tasks go on when what is behind the driver ends or is replaced: when it is started
/// again, which tasks are asked for in it, what becomes of calls that were under way, and whether a
/// replacement is kept.
///
/// A value without clock or I/O: events in, effects out. ``ReplaceableDriver`` performs the effects.
struct DriverContinuity {
  /// What is known of a task that is the driver's.
  struct KnownTask: Hashable {
    /// Nil while its start has not been answered.
    var handle: [UInt8]?
    var handleVersion: UInt32 = 0
    var logs: TaskLogs
    /// Whether its end has been told.
    var hasEnded = false
    /// How often the driver ended over its start, since one knew it.
    var interruptedStarts = 0
    /// How often in a row the driver could not say how it is.
    var vagueAnswers = 0
    /// In how many processes of the driver asking for it did not return.
    var hangs = 0
  }

  /// What the driver can be asked now.
  enum Phase: Hashable {
    /// There is nothing to ask, and nobody is starting anything.
    case vacant
    /// Every call passes.
    case serving
    /// It has ended, and is started again after a pause.
    case pausing
    case launching
    /// These tasks are being asked for in a new one.
    case recovering(Set<String>)
    /// It is to be told so once whoever asks for a task has an answer.
    case gathering
    /// It is being told that every task has been asked for.
    case restoring
    /// A replacement is ready; calls to the old one are left to end.
    case draining
    /// These tasks are being asked for in the replacement.
    case moving(Set<String>)
    /// The replacement is being told that every task has been asked for.
    case finishing
    case closed
  }

  /// What happened.
  enum Event {
    /// There is something to ask, just opened and configured.
    case arrived
    case died(reason: String)
    case pauseEnded
    case launchFailed(reason: String)
    /// A round of asking for tasks has an answer.
    case recovered(String, round: Int, DriverError?)
    /// Somebody who asked for a task has an answer, or leaves it to others to ask.
    case asked(String)
    /// Somebody asked for a task while the driver served, and it could not say.
    case notSaid(RecoverRequest, DriverError)
    /// The answer to restore_complete.
    case restored(round: Int, DriverError?)
    /// Every task of an earlier process has been asked for, as far as callers know.
    case restoreRequested
    case replacementReady
    /// No call is under way.
    case drained
    case drainTimedOut(calls: Int)
    case closed
  }

  /// What is to be done.
  enum Effect: Hashable {
    case pause(Duration)
    case launch
    /// Ask for tasks, in the replacement during a reload, and answer with `recovered`.
    case recover([RecoverRequest], round: Int, after: Duration = .zero)
    /// Tell it, and answer with `restored`.
    case restoreComplete(round: Int, after: Duration = .zero)
    /// Calls that were held back are to look again.
    case resume
    /// Answer with `drained` when no call is under way, or with `drainTimedOut`.
    case drain
    /// The replacement takes the place of the old one.
    case swap
    /// The replacement is not kept.
    case giveUp(DriverReloadError.Problem)
    /// End what cannot be used any more; answer with `died`.
    case kill(reason: String)
    case log(DriverLogMessage.Level, String)
  }

  var phase = Phase.vacant
  var tasks: [String: KnownTask] = [:]
  /// Tasks that were not found again, and why: each until it is started, destroyed or asked for anew.
  var lost: [String: DriverError] = [:]
  /// Tasks that somebody asks for just now. Until there is an answer the driver is not told that every task has
  /// been asked for: it would end them as nobody's.
  var asking: Set<String> = []
  /// Tasks of which the driver could not say how they are. They are asked for again while it serves.
  var unsettled: Set<String> = []
  /// Why calls are held back; empty when they are not.
  var reason = "the driver is not there"
  var isRestored = false
  /// Whether what is behind the driver can be ended without this process.
  var isKillable = false
  var backoff = RestartBackoff()
  var servesSince: Duration?
  /// Tells answers of what was asked before from those that are waited for.
  var round = 0
  /// Whether it is known that a call has not returned, and may never.
  var hasHungCall = false
  /// Why the old one is gone, when it ended during a reload.
  var endDuringReload: String?

  /// A start during which the driver ended so often, each time before anything of the task was there, is not
  /// made again.
  static let interruptedStartLimit = 4
  /// No call is made more often than this.
  static let attemptLimit = 16
  /// A task is given up that asking for has hung so many processes of the driver, one after another.
  static let hangLimit = 2
  /// The longest pause before something is asked or told again.
  static let longestPause = Duration.seconds(30)

  init() {}

  // MARK: Calls
  /// Whether a call may be made now.
  func admits(_ taskID: String?) -> Bool {
    phase == .serving && (taskID.map { !unsettled.contains($0) } ?? true)
  }

  /// Whether a task may be asked for now.
  func admitsRecovery(_ taskID: String) -> Bool { phase == .gathering || admits(taskID) }

  /// Why a call is held back.
  func holdReason(_ taskID: String?) -> String {
    phase == .serving ? "the driver cannot say how the task is" : reason
  }

  /// Whether an answer needs something that is not there, for who knows how long.
  var isAway: Bool {
    switch phase {
    case .vacant, .pausing, .launching, .recovering, .gathering, .restoring: true
    case .serving, .draining, .moving, .finishing, .closed: false
    }
  }

  /// Whether a call is made once more after it ended with an error.
  ///
  /// - Parameters:
  ///   - isReplaced: whether what it was made to is no longer in use.
  ///   - attempts: how often it was made before this time.
  mutating func repeats(
    _ call: DriverCall, of taskID: String?, after error: DriverError, isReplaced: Bool, attempts: Int
  ) -> Bool {
    switch (error.kind, call) {
    case (.driverGone, .wait), (.driverGone, .recover): true
    // Whether it was delivered is not known, and a second one may do something else.
    case (.driverGone, .signal), (.driverGone, .fingerprint): false
    case (.driverGone, .start): taskID.map { repeatsStart($0) } ?? false
    case (.driverGone, _): attempts + 1 < Self.attemptLimit
    // Closed between being chosen and being asked: nothing was done.
    case (.notServing, _): isReplaced
    default: false
    }
  }

  private mutating func repeatsStart(_ taskID: String) -> Bool {
    guard let task = tasks[taskID] else { return false }
    tasks[taskID]?.interruptedStarts += 1
    return task.interruptedStarts + 1 < Self.interruptedStartLimit
  }

  /// Whether an answer to recover says nothing about the task, so that it is asked for again.
  static func isVague(_ error: DriverError) -> Bool {
    switch error.kind {
    case .recoverable, .timedOut, .busy: true
    default: false
    }
  }

  /// A start is about to be made.
  mutating func startBegins(_ taskID: String, logs: TaskLogs) {
    lost[taskID] = nil
    if tasks[taskID] == nil { tasks[taskID] = KnownTask(logs: logs) }
  }

  /// A start is not going to be made again; the task is known when it went well.
  mutating func startEnded(_ taskID: String, _ started: StartedTask?) {
    guard let started else {
      if let task = tasks[taskID], task.handle == nil { tasks[taskID] = nil }
      return
    }
    tasks[taskID]?.handle = started.handle
    tasks[taskID]?.handleVersion = started.handleVersion
    tasks[taskID]?.interruptedStarts = 0
  }

  /// A task of an earlier process was found, or is to be.
  mutating func found(_ request: RecoverRequest) {
    lost[request.taskID] = nil
    guard tasks[request.taskID]?.handle == nil else { return }
    var task = tasks[request.taskID] ?? KnownTask(logs: request.logs)
    task.handle = request.handle
    task.handleVersion = request.handleVersion
    tasks[request.taskID] = task
  }

  /// Somebody asks for a task while nothing can be asked: it is asked for when that has changed.
  ///
  /// - Returns: what is to be done; nil when the caller can ask for itself by and by.
  mutating func expect(_ request: RecoverRequest) -> [Effect]? {
    switch phase {
    case .vacant, .pausing, .launching:
      found(request)
      return []
    case .recovering(let left):
      found(request)
      phase = .recovering(left.union([request.taskID]))
      return [.recover([request], round: round)]
    case .serving, .gathering, .restoring, .draining, .moving, .finishing, .closed: return nil
    }
  }

  /// The end of a task was told.
  mutating func ended(_ taskID: String) { tasks[taskID]?.hasEnded = true }

  /// A task is the driver's no longer.
  mutating func forget(_ taskID: String) {
    tasks[taskID] = nil
    lost[taskID] = nil
    unsettled.remove(taskID)
  }
}
