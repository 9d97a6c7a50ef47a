/// What the agent asks a driver host for.
enum HostRequest: Sendable {
  /// Check and load a library, and tell of one of its drivers. Once, first of all.
  case load(LibraryOrder)
  case open(DriverPlaces)
  case configure(CheckedConfiguration)
  case fingerprint
  /// A copy of the descriptor that tells of a new fingerprint.
  case changedDescriptor
  case start(TaskRequest)
  case wait(String)
  case stop(String, TaskStopRequest)
  case signal(String, Int32)
  case inspect(String, StatusDetail)
  case destroy(String, force: Bool)
  case recover(RecoverRequest)
  case restoreComplete
  case close

  /// Which library to load, and which of its drivers.
  struct LibraryOrder: Hashable, Sendable {
    var path: String
    var sha256: String?
    var driver: String
  }

  /// Agent and driver host are mostly the same program; when not, they must still speak the same.
  static let protocolVersion: UInt32 = 1
}

/// The numbers of the requests.
private enum Code {
  static let load: UInt8 = 1
  static let open: UInt8 = 2
  static let configure: UInt8 = 3
  static let fingerprint: UInt8 = 4
  static let changedDescriptor: UInt8 = 5
  static let start: UInt8 = 6
  static let wait: UInt8 = 7
  static let stop: UInt8 = 8
  static let signal: UInt8 = 9
  static let inspect: UInt8 = 10
  static let destroy: UInt8 = 11
  static let recover: UInt8 = 12
  static let restoreComplete: UInt8 = 13
  static let close: UInt8 = 14
}

extension HostRequest {
  func write(to writer: inout MessageWriter) {
    switch self {
    case .load(let order):
      writer.write(Code.load)
      writer.write(Self.protocolVersion)
      writer.write(order.path)
      writer.write(optional: order.sha256) { $0.write($1) }
      writer.write(order.driver)
    case .open(let places):
      writer.write(Code.open)
      writer.write(optional: places.stateDirectory) { $0.write($1) }
      writer.write(places.libraryDirectory)
      writer.write(places.isTemporary)
    case .configure(let configuration):
      writer.write(Code.configure)
      configuration.write(to: &writer)
    case .fingerprint: writer.write(Code.fingerprint)
    case .changedDescriptor: writer.write(Code.changedDescriptor)
    case .start(let request):
      writer.write(Code.start)
      request.write(to: &writer)
    case .wait(let task):
      writer.write(Code.wait)
      writer.write(task)
    case .stop(let task, let request):
      writer.write(Code.stop)
      writer.write(task)
      request.write(to: &writer)
    case .signal(let task, let signal):
      writer.write(Code.signal)
      writer.write(task)
      writer.write(signal)
    case .inspect(let task, let detail):
      writer.write(Code.inspect)
      writer.write(task)
      writer.write(detail == .full)
    case .destroy(let task, let force):
      writer.write(Code.destroy)
      writer.write(task)
      writer.write(force)
    case .recover(let request):
      writer.write(Code.recover)
      request.write(to: &writer)
    case .restoreComplete: writer.write(Code.restoreComplete)
    case .close: writer.write(Code.close)
    }
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    switch try reader.number(UInt8.self) {
    case Code.load:
      let version = try reader.number(UInt32.self)
      guard version == Self.protocolVersion else {
        throw MessageError("it is of version \(version) of the protocol, not \(Self.protocolVersion)")
      }
      self = .load(
        LibraryOrder(
          path: try reader.text(),
          sha256: try reader.optional { (reader) throws(MessageError) in try reader.text() },
          driver: try reader.text()))
    case Code.open:
      var places = DriverPlaces()
      places.stateDirectory = try reader.optional { (reader) throws(MessageError) in try reader.text() }
      places.libraryDirectory = try reader.text()
      places.isTemporary = try reader.flag()
      self = .open(places)
    case Code.configure: self = .configure(try CheckedConfiguration(from: &reader, depth: 1))
    case Code.fingerprint: self = .fingerprint
    case Code.changedDescriptor: self = .changedDescriptor
    case Code.start: self = .start(try TaskRequest(from: &reader))
    case Code.wait: self = .wait(try reader.text())
    case Code.stop: self = .stop(try reader.text(), try TaskStopRequest(from: &reader))
    case Code.signal: self = .signal(try reader.text(), try reader.number())
    case Code.inspect: self = .inspect(try reader.text(), try reader.flag() ? .full : .state)
    case Code.destroy: self = .destroy(try reader.text(), force: try reader.flag())
    case Code.recover: self = .recover(try RecoverRequest(from: &reader))
    case Code.restoreComplete: self = .restoreComplete
    case Code.close: self = .close
    case let code: throw MessageError("\(code) is no request")
    }
    try reader.finish()
  }
}
