import HCL
import Jobs
import Lifecycle

extension FieldWriter {
  /// The fields of a part that have no numbers of their own.
  mutating func additions(_ field: Int, _ part: some RecordedPart) {
    record(field, part.additions.map { LocatedValue(value: $0, range: nil) })
  }
}

extension FieldReader {
  func readAdditions(_ field: Int, into part: inout some RecordedPart) throws(RecordError) {
    if let written = try optionalRecord(field, as: LocatedValue.self) { part.add(written.value) }
  }
}

extension LocatedValue: StoredRecord {
  func write(to fields: inout FieldWriter) {
    switch content {
    case .null: fields.flag(1, true)
    case .bool(let value): fields.flag(2, value)
    case .number(let value): fields.text(3, value.exactText)
    case .string(let value): fields.text(4, value)
    case .list(let elements): fields.record(5) { $0.records(1, elements) }
    case .object(let entries): fields.record(6) { $0.records(1, entries) }
    }
    fields.range(7, range)
  }

  init(from fields: FieldReader) throws(RecordError) {
    let content: Content
    if let text = try fields.optionalText(4) {
      content = .string(text)
    } else if let entries = try fields.fields(of: 6).last {
      content = .object(try entries.records(1))
    } else if let elements = try fields.fields(of: 5).last {
      content = .list(try elements.records(1))
    } else if let text = try fields.optionalText(3) {
      guard let number = Number(exactText: text) else { throw RecordError("\"\(text)\" is no number") }
      content = .number(number)
    } else if let value = try fields.optionalInteger(2) {
      content = .bool(value != 0)
    } else if try fields.optionalInteger(1) != nil {
      content = .null
    } else {
      throw RecordError("a value is of an unknown type")
    }
    self.init(content, range: try fields.range(7))
  }
}

extension LocatedValue.Entry: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.text(1, key)
    fields.range(2, keyRange)
    fields.record(3, value)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(key: try fields.text(1), keyRange: try fields.range(2), value: try fields.record(3))
  }
}

extension RestartPolicy: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.integer(1, attempts)
    fields.duration(2, interval)
    fields.duration(3, delay)
    fields.text(4, mode.rawValue)
    fields.flag(5, renderTemplates)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(
      attempts: try fields.integer(1), interval: try fields.duration(2, default: .zero),
      delay: try fields.duration(3, default: .zero), mode: try fields.choice(4),
      renderTemplates: try fields.flag(5, default: false))
  }
}

extension ReschedulePolicy: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.integer(1, attempts)
    fields.duration(2, interval)
    fields.duration(3, delay)
    fields.text(4, delayFunction.rawValue)
    fields.duration(5, maxDelay)
    fields.flag(6, unlimited)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(
      attempts: try fields.integer(1), interval: try fields.duration(2, default: .zero),
      delay: try fields.duration(3, default: .zero), delayFunction: try fields.choice(4),
      maxDelay: try fields.duration(5, default: .zero), unlimited: try fields.flag(6, default: false))
  }
}

extension EphemeralDisk: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.integer(1, sizeMB)
    fields.flag(2, migrate)
    fields.flag(3, sticky)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(
      sizeMB: try fields.integer(1), migrate: try fields.flag(2, default: false),
      sticky: try fields.flag(3, default: false))
  }
}

extension LifecycleHook: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.text(1, stage.rawValue)
    fields.flag(2, sidecar)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(try fields.choice(1), sidecar: try fields.flag(2, default: false))
  }
}

extension LogConfiguration: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.integer(1, maxFiles)
    fields.integer(2, maxFileSizeMB)
    fields.flag(3, disabled)
    fields.additions(4, self)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(
      maxFiles: try fields.integer(1), maxFileSizeMB: try fields.integer(2),
      disabled: try fields.flag(3, default: false))
    try fields.readAdditions(4, into: &self)
  }
}

extension Resources: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.integer(1, cpuMHz)
    fields.integer(2, cores)
    fields.integer(3, memoryMB)
    if let memoryMaxMB { fields.integer(4, memoryMaxMB) }
    fields.additions(5, self)
  }

  init(from fields: FieldReader) throws(RecordError) {
    let maximum: Int? = try fields.optionalInteger(4) == nil ? nil : fields.integer(4)
    self.init(
      cpuMHz: try fields.integer(1), cores: try fields.integer(2, default: 0),
      memoryMB: try fields.integer(3), memoryMaxMB: maximum)
    try fields.readAdditions(5, into: &self)
  }
}

extension Template: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.text(1, data)
    fields.text(2, source)
    fields.text(3, destination)
    fields.text(4, permissions)
    fields.flag(5, env)
    fields.text(6, changeMode)
    fields.range(8, range)
    fields.additions(9, self)
  }

  init(from fields: FieldReader) throws(RecordError) {
    let standard = Template(destination: "")
    self.init(
      data: try fields.optionalText(1), source: try fields.optionalText(2),
      destination: try fields.text(3), permissions: try fields.text(4, default: standard.permissions),
      env: try fields.flag(5, default: standard.env),
      changeMode: try fields.text(6, default: standard.changeMode), range: try fields.range(8))
    try fields.readAdditions(9, into: &self)
  }
}

extension Artifact: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.text(1, source)
    fields.text(2, destination)
    fields.text(3, mode)
    fields.pairs(4, options)
    fields.range(6, range)
    fields.range(7, sourceRange)
    fields.additions(8, self)
  }

  init(from fields: FieldReader) throws(RecordError) {
    let standard = Artifact(source: "")
    self.init(
      source: try fields.text(1), destination: try fields.text(2, default: standard.destination),
      mode: try fields.text(3, default: standard.mode), options: try fields.pairs(4),
      range: try fields.range(6))
    sourceRange = try fields.range(7)
    try fields.readAdditions(8, into: &self)
  }
}
