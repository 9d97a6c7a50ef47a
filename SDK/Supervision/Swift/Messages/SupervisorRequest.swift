/// Tells an answer from the others on a connection.
typealias RequestNumber = UInt64

/// What a driver asks of its supervisor.
enum SupervisorRequest: Equatable {
  /// The first of a connection. With it comes the socket over which tasks hand out their own pidfds.
  case hello(version: UInt32, isTemporary: Bool)
  /// Start a task; answered by `started`, `failed`, or `found` when it was started before. With it come
  /// the two ends of its output, when it has logs.
  case start(RequestNumber, id: String, Command, logs: TaskLogs?, controlGroup: String?)
  /// Look for a task; answered by `found`, `failed` or `notFound`. With it come its outputs, when there
  /// are any.
  case recover(RequestNumber, id: String, handle: [UInt8], logs: TaskLogs?, controlGroup: String?)
  /// Kill a task with everything it started. Not answered: the task's end is.
  case kill(id: String)
  /// A task's end is known for good. Not answered.
  case forget(id: String)
  /// End and forget what this connection did not start or ask for. Not answered.
  case forgetUnclaimed

  /// Version of the protocol: both sides must have the same.
  static let version: UInt32 = 1

  var encoded: [UInt8] {
    var writer = MessageWriter()
    switch self {
    case .hello(let version, let isTemporary):
      writer.write(UInt8(1))
      writer.write(version)
      writer.write(isTemporary)
    case .start(let number, let id, let command, let logs, let controlGroup):
      writer.write(UInt8(2))
      writer.write(number)
      writer.write(id)
      command.write(to: &writer)
      writer.write(logs) { $1.write(to: &$0) }
      writer.write(controlGroup) { $0.write($1) }
    case .recover(let number, let id, let handle, let logs, let controlGroup):
      writer.write(UInt8(3))
      writer.write(number)
      writer.write(id)
      writer.write(handle)
      writer.write(logs) { $1.write(to: &$0) }
      writer.write(controlGroup) { $0.write($1) }
    case .kill(let id):
      writer.write(UInt8(4))
      writer.write(id)
    case .forget(let id):
      writer.write(UInt8(5))
      writer.write(id)
    case .forgetUnclaimed: writer.write(UInt8(6))
    }
    return writer.bytes
  }

  init(decoding bytes: ArraySlice<UInt8>) throws(MalformedMessage) {
    var reader = MessageReader(bytes)
    switch try reader.number(UInt8.self) {
    case 1: self = .hello(version: try reader.number(), isTemporary: try reader.flag())
    case 2:
      self = .start(
        try reader.number(), id: try reader.text(), try Command(reading: &reader),
        logs: try reader.optional(TaskLogs.init(reading:)),
        controlGroup: try reader.optional { (reader) throws(MalformedMessage) in try reader.text() })
    case 3:
      self = .recover(
        try reader.number(), id: try reader.text(), handle: try reader.data(),
        logs: try reader.optional(TaskLogs.init(reading:)),
        controlGroup: try reader.optional { (reader) throws(MalformedMessage) in try reader.text() })
    case 4: self = .kill(id: try reader.text())
    case 5: self = .forget(id: try reader.text())
    case 6: self = .forgetUnclaimed
    default: throw MalformedMessage()
    }
    guard reader.isAtEnd else { throw MalformedMessage() }
  }
}

extension TaskLogs {
  fileprivate func write(to writer: inout MessageWriter) {
    writer.write(directory)
    writer.write(standardOutputName)
    writer.write(standardErrorName)
    writer.write(limits.maximumFileBytes)
    writer.write(Int64(limits.maximumFiles))
  }

  fileprivate init(reading reader: inout MessageReader) throws(MalformedMessage) {
    self.init(
      directory: try reader.text(), standardOutputName: try reader.text(),
      standardErrorName: try reader.text(),
      limits: LogLimits(
        maximumFileBytes: try reader.number(), maximumFiles: Int(try reader.number(Int64.self))))
  }
}

extension Command {
  fileprivate func write(to writer: inout MessageWriter) {
    writer.write(program)
    writer.write(arguments) { $0.write($1) }
    writer.write(environment) { $0.write($1) }
    writer.write(workingDirectory)
    writer.write(credentials) { writer, credentials in
      writer.write(credentials.userID)
      writer.write(credentials.groupID)
      writer.write(credentials.groups) { $0.write($1) }
    }
    writer.write(limits) { writer, limit in
      writer.write(limit.name)
      writer.write(limit.number)
      writer.write(limit.soft)
      writer.write(limit.hard)
    }
    writer.write(oomScoreAdjustment) { $0.write(Int64($1)) }
  }

  fileprivate init(reading reader: inout MessageReader) throws(MalformedMessage) {
    func text(_ reader: inout MessageReader) throws(MalformedMessage) -> String { try reader.text() }
    self.init(
      program: try reader.text(), arguments: try reader.list(text), environment: try reader.list(text),
      workingDirectory: try reader.text(),
      credentials: try reader.optional { (reader) throws(MalformedMessage) in
        Credentials(
          userID: try reader.number(), groupID: try reader.number(),
          groups: try reader.list { (reader) throws(MalformedMessage) in try reader.number() })
      },
      limits: try reader.list { (reader) throws(MalformedMessage) in
        ResourceLimit(
          name: try reader.text(), number: try reader.number(), soft: try reader.number(),
          hard: try reader.number())
      },
      oomScoreAdjustment: try reader.optional { (reader) throws(MalformedMessage) in
        Int(try reader.number(Int64.self))
      })
  }
}
