import HCL

/// A part of a job that is a block in job files and an object in Nomad's JSON.
///
/// One table of fields says how a part is read and written in both.
protocol JobPart: Hashable, Sendable {
  /// The part that a job file which says nothing of it has.
  init()
  /// The fields, in the order they are read in.
  static var fields: PartFields<Self> { get }
  /// Called when all fields were read.
  mutating func finishReading(from reader: PartReader)
}

extension JobPart {
  mutating func finishReading(from reader: PartReader) {}

  /// Reads the fields that the object has over what is there.
  mutating func read(from reader: PartReader) {
    for field in Self.fields.list { field.read(&self, reader) }
    finishReading(from: reader)
  }

  /// The part as JSON.
  func partJSON(_ form: JobForm) -> Value {
    var attributes: [String: Value] = [:]
    attributes.reserveCapacity(Self.fields.list.count)
    for field in Self.fields.list {
      if let value = field.write(self, form) { attributes[field.shape.name.text] = value }
    }
    return .object(attributes)
  }
}

/// A form in which a job is written as JSON.
public enum JobForm: Hashable, Sendable {
  /// As `/v1/jobs/parse` answers with `Canonicalize`: what the user said with the defaults filled in.
  case canonical
  /// As `/v1/job/ID` answers: what a server keeps.
  case stored
}

/// The fields of a part, and what its block looks like in a job file.
struct PartFields<Part: JobPart>: Sendable {
  let list: [JobField<Part>]
  let shape: PartShape

  /// - Parameters:
  ///   - list: the fields.
  ///   - fileOnly: what job files have beyond them; `adjust` turns it into fields.
  ///   - adjust: works on the entries that were read from a block.
  init(
    _ list: [JobField<Part>], fileOnly: [FieldShape] = [],
    adjust: @escaping @Sendable (inout BlockEntries) -> Void = { _ in }
  ) {
    self.list = list
    shape = PartShape(fields: list.map(\.shape), fileOnly: fileOnly, adjust: adjust)
  }
}

/// One field of a part.
struct JobField<Part: Sendable>: Sendable {
  var shape: FieldShape
  /// Sets the property when the object has the field.
  var read: @Sendable (inout Part, PartReader) -> Void
  /// What the property is in JSON; nil when the form does not have the field.
  var write: @Sendable (Part, JobForm) -> Value?
  /// Whether a stored record has a place of its own for the field.
  var isBase = false
}

/// What a part is in a job file and in JSON before anything is filled in.
struct PartShape: Sendable {
  var fields: [FieldShape] = []
  var fileOnly: [FieldShape] = []
  var adjust: @Sendable (inout BlockEntries) -> Void = { _ in }

  /// The JSON of what was written, with what Nomad's parser puts where nothing was.
  func parsed(_ value: LocatedValue) -> Value {
    guard case .object(let entries) = value.content else { return .null }
    var attributes: [String: Value] = [:]
    for field in fields {
      if let entry = entries.last(where: { $0.key == field.name.text }), entry.value.content != .null {
        attributes[field.name.text] = field.kind.parsed(entry.value)
      } else if let absent = field.absent {
        attributes[field.name.text] = absent
      }
    }
    return .object(attributes)
  }
}

/// What a field is in a job file and in JSON.
struct FieldShape: Sendable {
  /// What a value is.
  enum Kind: Sendable {
    case text, int, flag, duration, texts
    /// A map of strings, as an argument or as a block.
    case pairs
    /// A map of lists of strings, as an argument or as a block.
    case textLists
    /// Anything, as an argument or as a block.
    case open
    /// A block.
    case part(@Sendable () -> PartShape)
    /// Blocks, as many as there are.
    case parts(@Sendable () -> PartShape, label: Label?)
    /// Blocks that are kept by their label.
    case keyedParts(@Sendable () -> PartShape, label: Label)
  }

  /// The label of a block.
  struct Label: Sendable {
    /// What it is, for messages.
    var title: String
    /// The field that it becomes.
    var field: String
  }

  /// The name in JSON.
  var name: PartReader.Name
  /// The name in job files; nil when the field is not written in them.
  var fileName: String?
  var kind: Kind
  /// What the parser puts where nothing is written; nil leaves the field out.
  var absent: Value?

  init(_ name: String, _ fileName: String?, _ kind: Kind, absent: Value? = .null) {
    self.name = PartReader.Name(name)
    self.fileName = fileName
    self.kind = kind
    self.absent = absent
  }
}

extension FieldShape.Kind {
  func parsed(_ value: LocatedValue) -> Value {
    switch self {
    case .part(let shape): return shape().parsed(value)
    case .parts(let shape, _):
      guard case .list(let elements) = value.content else { return .null }
      return .tuple(elements.map { shape().parsed($0) })
    case .keyedParts(let shape, _):
      guard case .object(let entries) = value.content else { return .null }
      return .object(
        Dictionary(entries.map { ($0.key, shape().parsed($0.value)) }, uniquingKeysWith: { _, last in last }))
    default: return value.value
    }
  }
}
