import HCL
import Jobs
import Lifecycle

extension JobRegistration: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.records(1, versions)
    fields.flag(2, isStopped)
    fields.index(3, createIndex)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(
      versions: try fields.records(1), isStopped: try fields.flag(2, default: false),
      createIndex: try fields.index(3))
    if versions.isEmpty { throw RecordError("it has no version") }
  }
}

extension JobVersion: StoredRecord {
  func write(to fields: inout FieldWriter) {
    // A job has a table of file names of its own, so it is stored as the bytes that it is stored as elsewhere.
    fields.data(1, job.storedBytes)
    fields.integer(2, number)
    fields.time(3, submittedAt)
    fields.index(4, jobModifyIndex)
    fields.flag(5, isStable)
    fields.text(6, artifactBase)
    fields.record(7, submission)
    fields.text(8, folderFile)
  }

  init(from fields: FieldReader) throws(RecordError) {
    guard let bytes = try fields.optionalData(1) else { throw RecordError("it has no job") }
    self.init(
      job: try Job(storedBytes: Array(bytes)), number: try fields.integer(2),
      submittedAt: Timestamp(nanosecondsSinceEpoch: try fields.integer(3)),
      jobModifyIndex: try fields.index(4), isStable: try fields.flag(5, default: false),
      artifactBase: try fields.text(6, default: ""), submission: try fields.optionalRecord(7),
      folderFile: try fields.optionalText(8))
  }
}

extension JobSubmission: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.text(1, source)
    fields.text(2, format)
    fields.pairs(3, variableFlags)
    fields.text(4, variables)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(
      source: try fields.text(1), format: try fields.text(2, default: "hcl2"),
      variableFlags: try fields.pairs(3), variables: try fields.text(4, default: ""))
  }
}

extension PlacementRecord: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.integer(1, jobVersion)
    fields.text(2, previous)
    fields.records(3, attempts)
    fields.text(4, evaluation)
    fields.index(5, createIndex)
    fields.time(6, createdAt)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(
      jobVersion: try fields.integer(1), previous: try fields.optionalText(2),
      attempts: try fields.records(3), evaluation: try fields.text(4, default: ""),
      createIndex: try fields.index(5),
      createdAt: Timestamp(nanosecondsSinceEpoch: try fields.integer(6)))
  }
}

extension RescheduleAttempt: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.time(1, time)
    fields.duration(2, delay)
    fields.text(3, previous)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(
      time: Timestamp(nanosecondsSinceEpoch: try fields.integer(1)),
      delay: try fields.duration(2, default: .zero),
      previous: try fields.text(3))
  }
}

extension FieldWriter {
  /// An index of a change; far below what does not fit.
  fileprivate mutating func index(_ field: Int, _ value: UInt64) {
    integer(field, Int64(clamping: value))
  }
}

extension FieldReader {
  fileprivate func index(_ field: Int) throws(RecordError) -> UInt64 {
    UInt64(clamping: try integer(field, default: 0) as Int64)
  }
}
