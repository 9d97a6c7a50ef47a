/// What a driver host says: the answer to a request, or something of its own accord.
enum HostAnswer: Hashable, Sendable {
  case done
  case loaded(DriverDescriptor)
  case notLoaded(DriverLoadError)
  case fingerprint(Fingerprint)
  case started(StartedTask)
  case status(TaskStatus)
  /// The descriptor that was asked for comes with the message, or there is none.
  case descriptor
  case failed(DriverError.Kind, message: String)
  /// A message of the driver for the log, or one of the driver host itself. Answers nothing.
  case log(DriverLogMessage.Level, String)
}

private enum Code {
  static let done: UInt8 = 1
  static let loaded: UInt8 = 2
  static let notLoaded: UInt8 = 3
  static let fingerprint: UInt8 = 4
  static let started: UInt8 = 5
  static let status: UInt8 = 6
  static let descriptor: UInt8 = 7
  static let failed: UInt8 = 8
  static let log: UInt8 = 9
}

extension HostAnswer {
  func write(to writer: inout MessageWriter) {
    switch self {
    case .done: writer.write(Code.done)
    case .loaded(let descriptor):
      writer.write(Code.loaded)
      descriptor.write(to: &writer)
    case .notLoaded(let error):
      writer.write(Code.notLoaded)
      error.write(to: &writer)
    case .fingerprint(let fingerprint):
      writer.write(Code.fingerprint)
      fingerprint.write(to: &writer)
    case .started(let started):
      writer.write(Code.started)
      started.write(to: &writer)
    case .status(let status):
      writer.write(Code.status)
      status.write(to: &writer)
    case .descriptor: writer.write(Code.descriptor)
    case .failed(let kind, let message):
      writer.write(Code.failed)
      kind.write(to: &writer)
      writer.write(message)
    case .log(let level, let text):
      writer.write(Code.log)
      writer.write(UInt8(clamping: level.rawValue))
      writer.write(text)
    }
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    switch try reader.number(UInt8.self) {
    case Code.done: self = .done
    case Code.loaded: self = .loaded(try DriverDescriptor(from: &reader))
    case Code.notLoaded: self = .notLoaded(try DriverLoadError(from: &reader))
    case Code.fingerprint: self = .fingerprint(try Fingerprint(from: &reader))
    case Code.started: self = .started(try StartedTask(from: &reader))
    case Code.status: self = .status(try TaskStatus(from: &reader))
    case Code.descriptor: self = .descriptor
    case Code.failed:
      self = .failed(try DriverError.Kind(from: &reader), message: try reader.text())
    case Code.log:
      let code = try reader.number(UInt8.self)
      guard let level = DriverLogMessage.Level(rawValue: Int32(code)) else {
        throw MessageError("\(code) is no level of a log")
      }
      self = .log(level, try reader.text())
    case let code: throw MessageError("\(code) is no answer")
    }
    try reader.finish()
  }
}
