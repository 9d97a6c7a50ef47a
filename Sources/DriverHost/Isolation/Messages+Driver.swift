// How what is said about a driver goes through the socket.

extension DriverDescriptor {
  private static let filesystems: [UInt8: FilesystemIsolation] = [0: .none, 1: .chroot, 2: .image]

  func write(to writer: inout MessageWriter) {
    for text in [name, documentation, pluginName, pluginVersion, libraryPath] { writer.write(text) }
    writer.write(capabilities.rawValue)
    writer.write(Self.filesystems.first { $0.value == filesystemIsolation }?.key ?? 0)
    writer.write(abiVersion.major)
    writer.write(abiVersion.minor)
    pluginSchema.write(to: &writer)
    taskSchema.write(to: &writer)
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    self.init(
      name: try reader.text(), documentation: try reader.text(), pluginName: try reader.text(),
      pluginVersion: try reader.text(), libraryPath: try reader.text(), isolation: .process)
    capabilities = DriverCapabilities(rawValue: try reader.number())
    filesystemIsolation = try reader.choice(Self.filesystems, "filesystem isolation")
    abiVersion = ABIVersion(major: try reader.number(), minor: try reader.number())
    pluginSchema = try ConfigurationSchema(from: &reader)
    taskSchema = try ConfigurationSchema(from: &reader)
  }
}

extension Fingerprint {
  private static let healths: [UInt8: DriverHealth] = [0: .undetected, 1: .unhealthy, 2: .healthy]

  func write(to writer: inout MessageWriter) {
    writer.write(Self.healths.first { $0.value == health }?.key ?? 0)
    writer.write(description)
    writer.write(attributes)
    writer.write(optional: refreshInterval) { $0.write($1.nanoseconds) }
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    self.init(
      health: try reader.choice(Self.healths, "health"), description: try reader.text(),
      attributes: try reader.pairs(),
      refreshInterval: try reader.optional { (reader) throws(MessageError) in
        .nanoseconds(try reader.number(Int64.self))
      })
  }
}

extension DriverError.Kind {
  /// What an error of a driver can be, as opposed to one of its host.
  private static let kinds: [UInt8: DriverError.Kind] = [
    1: .failed, 2: .recoverable, 3: .notFound, 4: .unsupported, 5: .invalid, 6: .stillRunning, 7: .busy,
    8: .notServing,
  ]

  func write(to writer: inout MessageWriter) {
    if case .protocolViolation(let rule) = self {
      writer.write(UInt8(0))
      return writer.write(UInt8(clamping: rule.rawValue))
    }
    // What else there may be (a deadline that passed) may work another time.
    writer.write(Self.kinds.first { $0.value == self }?.key ?? 2)
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    let code = try reader.number(UInt8.self)
    if code == 0 {
      self = .protocolViolation(try ABIRule(from: &reader))
    } else if let kind = Self.kinds[code] {
      self = kind
    } else {
      throw MessageError("\(code) is no kind of error")
    }
  }
}

extension ABIRule {
  fileprivate init(from reader: inout MessageReader) throws(MessageError) {
    let number = try reader.number(UInt8.self)
    guard let rule = ABIRule(rawValue: Int(number)) else {
      throw MessageError("\(number) is no rule of the ABI")
    }
    self = rule
  }
}

extension DriverLoadError {
  private static let problems: [UInt8: Problem] = [
    1: .noLibrary, 2: .unreadable, 3: .notRegularFile, 4: .owner, 5: .writableByOthers, 6: .checksum,
    7: .invalidChecksum, 8: .notELF, 9: .elfClass, 10: .elfByteOrder, 11: .elfMachine, 12: .elfType,
    13: .malformedELF, 14: .missingEntrySymbol, 15: .loaderRefused, 16: .changedAfterLoad, 17: .abiMajor,
    18: .noSuchDriver, 19: .openFailed, 20: .configureFailed, 21: .timedOut,
  ]

  func write(to writer: inout MessageWriter) {
    if case .ruleBroken(let rule) = problem {
      writer.write(UInt8(0))
      writer.write(UInt8(clamping: rule.rawValue))
    } else {
      writer.write(Self.problems.first { $0.value == problem }?.key ?? 19)
    }
    writer.write(optional: driver) { $0.write($1) }
    writer.write(optional: file) { $0.write($1) }
    for text in [expected, found, remedy] { writer.write(text) }
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    let code = try reader.number(UInt8.self)
    let problem: Problem
    if code == 0 {
      problem = .ruleBroken(try ABIRule(from: &reader))
    } else if let known = Self.problems[code] {
      problem = known
    } else {
      throw MessageError("\(code) is no reason not to load a library")
    }
    self.init(
      problem, driver: try reader.optional { (reader) throws(MessageError) in try reader.text() },
      file: try reader.optional { (reader) throws(MessageError) in try reader.text() },
      expected: try reader.text(), found: try reader.text(), remedy: try reader.text())
  }
}
