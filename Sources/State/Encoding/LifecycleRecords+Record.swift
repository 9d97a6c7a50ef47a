public import Lifecycle

extension TaskRecord: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.record(1, state)
    fields.record(2, position)
    fields.text(3, intent.storedName)
    fields.integer(4, Int64(invocation.rawValue))
    fields.record(5, handle)
    fields.integer(6, restartCount)
    fields.time(7, restartIntervalStart)
    fields.flag(8, directoryBuilt)
  }

  init(from fields: FieldReader) throws(RecordError) {
    let name = try fields.text(3, default: Intent.run.storedName)
    guard let intent = Intent(storedName: name) else { throw RecordError("\"\(name)\" is no intent") }
    self.init(
      state: try fields.record(1), position: try fields.record(2), intent: intent,
      invocation: Invocation(try fields.integer(4)), handle: try fields.optionalRecord(5),
      restartCount: try fields.integer(6, default: 0), restartIntervalStart: try fields.time(7),
      directoryBuilt: try fields.flag(8, default: false))
  }
}

extension TaskRecord.Intent {
  private static let names: KeyValuePairs<TaskRecord.Intent, String> = [
    .run: "run", .restart: "restart", .kill: "kill",
  ]

  /// The name by which an intent is stored.
  public var storedName: String { Self.names.first { $0.key == self }?.value ?? "" }

  init?(storedName: String) {
    guard let intent = Self.names.first(where: { $0.value == storedName })?.key else { return nil }
    self = intent
  }
}

extension TaskRecord.Position: StoredRecord {
  /// The name by which a position is stored, without what belongs to it.
  public var storedName: String {
    switch self {
    case .waiting: "waiting"
    case .backingOff: "backing off"
    case .starting: "starting"
    case .running: "running"
    case .exited: "exited"
    case .startFailed: "start failed"
    case .dead: "dead"
    case .complete: "complete"
    }
  }

  func write(to fields: inout FieldWriter) {
    fields.text(1, storedName)
    switch self {
    case .backingOff(let until): fields.time(2, until)
    case .exited(let result): fields.record(3, result)
    case .startFailed(let recoverable): fields.flag(4, recoverable)
    case .waiting, .starting, .running, .dead, .complete: break
    }
  }

  init(from fields: FieldReader) throws(RecordError) {
    let name = try fields.text(1)
    switch name {
    case "waiting": self = .waiting
    case "backing off": self = .backingOff(until: Timestamp(nanosecondsSinceEpoch: try fields.integer(2)))
    case "starting": self = .starting
    case "running": self = .running
    case "exited": self = .exited(try fields.record(3))
    case "start failed": self = .startFailed(recoverable: try fields.flag(4, default: false))
    case "dead": self = .dead
    case "complete": self = .complete
    default: throw RecordError("\"\(name)\" is no position of a task")
    }
  }
}

extension ExitResult: StoredRecord {
  func write(to fields: inout FieldWriter) {
    if let exitCode { fields.integer(1, exitCode) }
    fields.integer(2, signal)
    fields.flag(3, oomKilled)
    fields.text(4, message)
  }

  init(from fields: FieldReader) throws(RecordError) {
    let code: Int? = try fields.optionalInteger(1) == nil ? nil : fields.integer(1)
    self.init(
      exitCode: code, signal: try fields.integer(2, default: 0),
      oomKilled: try fields.flag(3, default: false), message: try fields.text(4, default: ""))
  }
}

extension TaskHandle: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.data(1, driverState)
    fields.integer(2, Int64(version))
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(
      driverState: Array(try fields.optionalData(1) ?? []), version: try fields.integer(2, default: 0))
  }
}

extension TaskState: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.text(1, phase.rawValue)
    fields.flag(2, failed)
    fields.integer(3, restarts)
    fields.time(4, lastRestart)
    fields.time(5, startedAt)
    fields.time(6, finishedAt)
    fields.records(7, events)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init()
    phase = try fields.choice(1)
    failed = try fields.flag(2, default: false)
    restarts = try fields.integer(3, default: 0)
    lastRestart = try fields.time(4)
    startedAt = try fields.time(5)
    finishedAt = try fields.time(6)
    restore(events: try fields.records(7))
  }
}

extension TaskEvent: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.text(1, kind.rawValue)
    fields.time(2, time)
    fields.text(3, message)
    fields.pairs(4, details)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(
      try fields.choice(1), at: Timestamp(nanosecondsSinceEpoch: try fields.integer(2)),
      message: try fields.text(3, default: ""), details: try fields.pairs(4))
  }
}

extension AllocationRecord: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.time(1, beganAt)
    fields.record(2, stop)
    fields.flag(3, isRestarting)
    fields.flag(4, ended)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(
      beganAt: Timestamp(nanosecondsSinceEpoch: try fields.integer(1)), stop: try fields.optionalRecord(2),
      isRestarting: try fields.flag(3, default: false), ended: try fields.flag(4, default: false))
  }
}

extension StopRequest: StoredRecord {
  private static let urgencies: KeyValuePairs<Urgency, String> = [
    .graceful: "graceful", .withoutDelay: "without delay", .immediate: "immediate",
  ]

  func write(to fields: inout FieldWriter) {
    fields.text(1, Self.urgencies.first { $0.key == urgency }?.value ?? "")
    fields.text(2, reason)
    fields.flag(3, skipsPoststop)
  }

  init(from fields: FieldReader) throws(RecordError) {
    let name = try fields.text(1)
    guard let urgency = Self.urgencies.first(where: { $0.value == name })?.key else {
      throw RecordError("\"\(name)\" is no urgency of a stop")
    }
    self.init(
      urgency: urgency, reason: try fields.text(2, default: ""),
      skipsPoststop: try fields.flag(3, default: false))
  }
}
