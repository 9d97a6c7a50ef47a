import HCL
import Lifecycle

/// Something that is kept as a record of numbered fields.
///
/// A field's number is never used for anything else, a field that was added has a default for records
/// without it, and fields that are not known are passed over: so an older record is read by a newer
/// version as long as no field is needed that it lacks.
protocol StoredRecord {
  /// Writes the fields.
  func write(to fields: inout FieldWriter)
  /// Makes the value from its fields.
  init(from fields: FieldReader) throws(RecordError)
}

/// Writes a record as numbered fields, in the wire format of Protocol Buffers: `protoc --decode_raw`
/// shows what is in one. A nil and an empty list are no field at all; everything else is written, defaults
/// too, so that a default that changes does not change what was stored.
struct FieldWriter {
  private(set) var bytes: [UInt8] = []
  /// The names of source files that ranges refer to by number: a job has thousands of ranges in one file.
  private(set) var fileNames: [String] = []
  private var fileNumbers: [String: Int] = [:]

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func key(_ field: Int, _ kind: FieldKind) {
    varint(UInt64(field) << 3 | kind.rawValue)
  }

  /// An integer of either sign.
  mutating func integer(_ field: Int, _ value: Int64) {
    key(field, .number)
    varint(UInt64(bitPattern: value << 1 ^ value >> 63))
  }

  mutating func integer(_ field: Int, _ value: Int) { integer(field, Int64(value)) }

  mutating func flag(_ field: Int, _ value: Bool) { integer(field, value ? 1 : 0) }

  mutating func data(_ field: Int, _ value: some Collection<UInt8>) {
    key(field, .data)
    varint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  mutating func text(_ field: Int, _ value: String) { data(field, value.utf8) }

  mutating func text(_ field: Int, _ value: String?) {
    if let value { data(field, value.utf8) }
  }

  mutating func texts(_ field: Int, _ values: [String]) {
    for value in values { text(field, value) }
  }

  /// A record within this one.
  mutating func record(_ field: Int, _ write: (inout FieldWriter) -> Void) {
    key(field, .data)
    let start = bytes.count
    write(&self)
    let body = bytes.count - start
    // The length stands before the body and is known after it; most bodies need one byte for it.
    varint(UInt64(body))
    let length = bytes[(start + body)...].reversed()
    bytes.removeLast(length.count)
    bytes.insert(contentsOf: length.reversed(), at: start)
  }

  mutating func record(_ field: Int, _ value: some StoredRecord) {
    record(field) { value.write(to: &$0) }
  }

  mutating func record(_ field: Int, _ value: (some StoredRecord)?) {
    if let value { record(field) { value.write(to: &$0) } }
  }

  mutating func records(_ field: Int, _ values: [some StoredRecord]) {
    for value in values { record(field, value) }
  }

  /// Pairs, in the order of their keys, so that equal pairs give equal bytes.
  mutating func pairs(_ field: Int, _ values: [String: String]) {
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      record(field) {
        $0.text(1, name)
        $0.text(2, value)
      }
    }
  }

  mutating func duration(_ field: Int, _ value: Duration) {
    let (seconds, attoseconds) = value.components
    record(field) {
      $0.integer(1, seconds)
      $0.integer(2, attoseconds)
    }
  }

  mutating func time(_ field: Int, _ value: Timestamp?) {
    if let value { integer(field, value.nanosecondsSinceEpoch) }
  }

  /// A place in a source file; the file's name goes into ``fileNames``.
  mutating func range(_ field: Int, _ value: SourceRange?) {
    guard let value else { return }
    let file = fileNumbers[value.file] ?? fileNames.count
    if file == fileNames.count {
      fileNames.append(value.file)
      fileNumbers[value.file] = file
    }
    record(field) {
      $0.integer(1, file)
      for (place, position) in [value.start, value.end].enumerated() {
        $0.integer(2 + 3 * place, position.line)
        $0.integer(3 + 3 * place, position.column)
        $0.integer(4 + 3 * place, position.byteOffset)
      }
    }
  }
}

/// How a field's value is written.
enum FieldKind: UInt64 {
  /// A number of variable length.
  case number = 0
  /// A length and that many bytes.
  case data = 2
}
