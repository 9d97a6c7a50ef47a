/// What a supervisor tells its driver.
enum SupervisorReply: Equatable {
  /// The answer to `hello`.
  case hello(version: UInt32, pid: Int32)
  /// A task was started. With it comes a pidfd, unless the task could hand it out itself.
  case started(RequestNumber, handle: [UInt8], announced: Bool)
  /// It was not.
  case failed(RequestNumber, kind: SupervisionError.Kind, description: String)
  /// A task that was asked for is known. With it comes a pidfd while it runs.
  case found(RequestNumber, handle: [UInt8], TaskCondition)
  /// No such task was ever started here.
  case notFound(RequestNumber)
  /// A task has ended, and its output is in its log files, but for what could not be written.
  case ended(id: String, TaskExit, atNanoseconds: Int64, lostOutputBytes: Int64)

  var encoded: [UInt8] {
    var writer = MessageWriter()
    switch self {
    case .hello(let version, let pid):
      writer.write(UInt8(1))
      writer.write(version)
      writer.write(pid)
    case .started(let number, let handle, let announced):
      writer.write(UInt8(2))
      writer.write(number)
      writer.write(handle)
      writer.write(announced)
    case .failed(let number, let kind, let description):
      writer.write(UInt8(3))
      writer.write(number)
      writer.write(kind.rawValue)
      writer.write(description)
    case .found(let number, let handle, let condition):
      writer.write(UInt8(4))
      writer.write(number)
      writer.write(handle)
      switch condition {
      case .running: writer.write(false)
      case .exited(let exit, let time):
        writer.write(true)
        exit.write(to: &writer)
        writer.write(time)
      }
    case .notFound(let number):
      writer.write(UInt8(5))
      writer.write(number)
    case .ended(let id, let exit, let time, let lost):
      writer.write(UInt8(6))
      writer.write(id)
      exit.write(to: &writer)
      writer.write(time)
      writer.write(lost)
    }
    return writer.bytes
  }

  init(decoding bytes: ArraySlice<UInt8>) throws(MalformedMessage) {
    var reader = MessageReader(bytes)
    switch try reader.number(UInt8.self) {
    case 1: self = .hello(version: try reader.number(), pid: try reader.number())
    case 2: self = .started(try reader.number(), handle: try reader.data(), announced: try reader.flag())
    case 3:
      let number = try reader.number(RequestNumber.self)
      guard let kind = SupervisionError.Kind(rawValue: try reader.number()) else { throw MalformedMessage() }
      self = .failed(number, kind: kind, description: try reader.text())
    case 4:
      let number = try reader.number(RequestNumber.self)
      let handle = try reader.data()
      let exited = try reader.optional { (reader) throws(MalformedMessage) in
        TaskCondition.exited(try TaskExit(reading: &reader), atNanoseconds: try reader.number())
      }
      self = .found(number, handle: handle, exited ?? .running)
    case 5: self = .notFound(try reader.number())
    case 6:
      self = .ended(
        id: try reader.text(), try TaskExit(reading: &reader), atNanoseconds: try reader.number(),
        lostOutputBytes: try reader.number())
    default: throw MalformedMessage()
    }
    guard reader.isAtEnd else { throw MalformedMessage() }
  }
}

extension TaskExit {
  fileprivate func write(to writer: inout MessageWriter) {
    switch self {
    case .code(let code):
      writer.write(UInt8(1))
      writer.write(code)
    case .signal(let signal):
      writer.write(UInt8(2))
      writer.write(signal)
    case .unknown(let reason):
      writer.write(UInt8(3))
      writer.write(reason)
    }
  }

  fileprivate init(reading reader: inout MessageReader) throws(MalformedMessage) {
    switch try reader.number(UInt8.self) {
    case 1: self = .code(try reader.number())
    case 2: self = .signal(try reader.number())
    case 3: self = .unknown(reason: try reader.text())
    default: throw MalformedMessage()
    }
  }
}
