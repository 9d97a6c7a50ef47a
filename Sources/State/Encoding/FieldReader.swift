import HCL
package import Jobs
package import Lifecycle

/// Why the bytes of a record cannot be read.
struct RecordError: Error, Hashable {
  /// What is wrong, for a person.
  var message: String

  init(_ message: String) { self.message = message }
}

/// Reads the fields of a record; see ``FieldWriter``. The bytes are not trusted.
struct FieldReader {
  private enum Content {
    case number(UInt64)
    case data(ArraySlice<UInt8>)
  }

  /// Deeper than any job file may be nested, shallow enough for a thread with a small stack.
  private static let depthLimit = 120

  private var fields: [(number: Int, content: Content)] = []
  private let depth: Int
  /// What ranges refer to; see ``FieldWriter/fileNames``.
  private(set) var fileNames: [String]

  /// Splits a record into its fields.
  init(_ bytes: ArraySlice<UInt8>, depth: Int = 0, fileNames: [String] = []) throws(RecordError) {
    guard depth <= Self.depthLimit else { throw RecordError("it is nested too deep") }
    self.depth = depth
    self.fileNames = fileNames
    var rest = bytes
    while !rest.isEmpty {
      let key = try Self.varint(&rest)
      let number = Int(truncatingIfNeeded: key >> 3)
      switch FieldKind(rawValue: key & 7) {
      case .number: fields.append((number, .number(try Self.varint(&rest))))
      case .data:
        let length = try Self.varint(&rest)
        guard length <= UInt64(rest.count) else { throw RecordError("it ends within field \(number)") }
        fields.append((number, .data(rest.prefix(Int(length)))))
        rest = rest.dropFirst(Int(length))
      case nil: throw RecordError("field \(number) is of an unknown kind")
      }
    }
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) throws(RecordError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard let byte = rest.popFirst() else { throw RecordError("it ends within a number") }
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw RecordError("a number is too long")
  }

  /// Gives the record the file names that its ranges refer to.
  mutating func setFileNames(from field: Int) throws(RecordError) {
    fileNames = try texts(field)
  }

  // MARK: One value

  private func content(_ field: Int) -> Content? { fields.last { $0.number == field }?.content }

  private func missing(_ field: Int) -> RecordError { RecordError("field \(field) is missing") }

  func optionalInteger(_ field: Int) throws(RecordError) -> Int64? {
    guard let content = content(field) else { return nil }
    guard case .number(let bits) = content else { throw RecordError("field \(field) is not a number") }
    return Int64(bitPattern: bits >> 1) ^ -Int64(bits & 1)
  }

  func integer<Number: FixedWidthInteger>(
    _ field: Int, default fallback: Number? = nil
  ) throws(RecordError) -> Number {
    guard let value = try optionalInteger(field) else {
      guard let fallback else { throw missing(field) }
      return fallback
    }
    guard let number = Number(exactly: value) else { throw RecordError("field \(field) is out of range") }
    return number
  }

  func flag(_ field: Int, default fallback: Bool) throws(RecordError) -> Bool {
    try optionalInteger(field).map { $0 != 0 } ?? fallback
  }

  func optionalData(_ field: Int) throws(RecordError) -> ArraySlice<UInt8>? {
    guard let content = content(field) else { return nil }
    return try data(content, field)
  }

  private func data(_ content: Content, _ field: Int) throws(RecordError) -> ArraySlice<UInt8> {
    guard case .data(let bytes) = content else { throw RecordError("field \(field) is a number") }
    return bytes
  }

  func optionalText(_ field: Int) throws(RecordError) -> String? {
    guard let bytes = try optionalData(field) else { return nil }
    return try Self.text(bytes, field)
  }

  private static func text(_ bytes: ArraySlice<UInt8>, _ field: Int) throws(RecordError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw RecordError("field \(field) is not UTF-8")
    }
    return text
  }

  func text(_ field: Int, default fallback: String? = nil) throws(RecordError) -> String {
    guard let text = try optionalText(field) ?? fallback else { throw missing(field) }
    return text
  }

  /// A value of an enumeration that is stored by its raw text.
  func choice<Choice: RawRepresentable<String>>(
    _ field: Int, default fallback: Choice? = nil
  ) throws(RecordError) -> Choice {
    guard let text = try optionalText(field) else {
      guard let fallback else { throw missing(field) }
      return fallback
    }
    guard let choice = Choice(rawValue: text) else { throw RecordError("\"\(text)\" is no \(Choice.self)") }
    return choice
  }

  func optionalRecord<Record: StoredRecord>(
    _ field: Int, as type: Record.Type = Record.self
  ) throws(RecordError) -> Record? {
    guard let nested = try fields(of: field).last else { return nil }
    return try Record(from: nested)
  }

  func record<Record: StoredRecord>(
    _ field: Int, as type: Record.Type = Record.self, default fallback: Record? = nil
  ) throws(RecordError) -> Record {
    guard let record = try optionalRecord(field, as: type) ?? fallback else { throw missing(field) }
    return record
  }

  func duration(_ field: Int, default fallback: Duration) throws(RecordError) -> Duration {
    guard let nested = try fields(of: field).last else { return fallback }
    return Duration(
      secondsComponent: try nested.integer(1), attosecondsComponent: try nested.integer(2, default: 0))
  }

  func time(_ field: Int) throws(RecordError) -> Timestamp? {
    try optionalInteger(field).map { Timestamp(nanosecondsSinceEpoch: $0) }
  }

  func range(_ field: Int) throws(RecordError) -> SourceRange? {
    guard let nested = try fields(of: field).last else { return nil }
    let file: Int = try nested.integer(1)
    guard fileNames.indices.contains(file) else { throw RecordError("a range is in a file without a name") }
    func position(_ first: Int) throws(RecordError) -> SourcePosition {
      SourcePosition(
        line: try nested.integer(first), column: try nested.integer(first + 1),
        byteOffset: try nested.integer(first + 2))
    }
    return SourceRange(file: fileNames[file], start: try position(2), end: try position(5))
  }

  // MARK: Several values

  /// The fields of each record under a number, in order.
  func fields(of field: Int) throws(RecordError) -> [FieldReader] {
    var records: [FieldReader] = []
    for entry in fields where entry.number == field {
      records.append(
        try FieldReader(try data(entry.content, field), depth: depth + 1, fileNames: fileNames))
    }
    return records
  }

  func records<Record: StoredRecord>(
    _ field: Int, as type: Record.Type = Record.self
  ) throws(RecordError) -> [Record] {
    var records: [Record] = []
    for nested in try fields(of: field) { records.append(try Record(from: nested)) }
    return records
  }

  func texts(_ field: Int) throws(RecordError) -> [String] {
    var texts: [String] = []
    for entry in fields where entry.number == field {
      texts.append(try Self.text(try data(entry.content, field), field))
    }
    return texts
  }

  func pairs(_ field: Int) throws(RecordError) -> [String: String] {
    var pairs: [String: String] = [:]
    for nested in try fields(of: field) { pairs[try nested.text(1)] = try nested.text(2) }
    return pairs
  }
}

extension StoredRecord {
  /// The record's bytes.
  var storedBytes: [UInt8] {
    var fields = FieldWriter()
    write(to: &fields)
    return fields.bytes
  }

  /// Reads a record's bytes.
  init(storedBytes: some Sequence<UInt8>) throws(RecordError) {
    try self.init(from: FieldReader(Array(storedBytes)[...]))
  }
}

extension StoredRecord {
  /// The record as it is after it was written and read.
  fileprivate func readBack() throws(RecordError) -> Self { try Self(storedBytes: storedBytes) }
}

extension TaskRecord {
  /// The record as it is after it was written and read.
  package func reread() throws -> TaskRecord { try readBack() }
}

extension AllocationRecord {
  /// The record as it is after it was written and read.
  package func reread() throws -> AllocationRecord { try readBack() }
}

extension StateBatch.Definition {
  /// The job that was encoded.
  package func decoded() throws -> Job { try Job(storedBytes: bytes) }
}
