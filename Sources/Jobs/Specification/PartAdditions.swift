package import HCL

// What a stored record of a part holds beside the fields that have numbers of their own.

extension JobPart {
  /// The other fields that are not as in a part that says nothing, in Nomad's JSON; nil when all are.
  fileprivate var otherFields: Value? {
    let blank = Self()
    var attributes: [String: Value] = [:]
    for field in Self.fields.list where !field.isBase {
      guard let value = field.write(self, .canonical), value != field.write(blank, .canonical) else {
        continue
      }
      attributes[field.shape.name.text] = value
    }
    return attributes.isEmpty ? nil : .object(attributes)
  }

  fileprivate mutating func addFields(_ value: Value) {
    guard let reader = PartReader(LocatedValue(value: value, range: nil), at: JobPath(), JobProblems()) else {
      return
    }
    for field in Self.fields.list where !field.isBase { field.read(&self, reader) }
  }
}

/// A part of a job that a record stores with numbers for its first fields and with Nomad's JSON names for
/// those that were added since.
package protocol RecordedPart {
  /// The added fields that say something; nil when none does.
  var additions: Value? { get }
  /// Takes over added fields.
  mutating func add(_ additions: Value)
}

extension Job: RecordedPart {
  package var additions: Value? { otherFields }
  package mutating func add(_ additions: Value) { addFields(additions) }
}

extension Job.Group: RecordedPart {
  package var additions: Value? { otherFields }
  package mutating func add(_ additions: Value) { addFields(additions) }
}

extension Job.Task: RecordedPart {
  package var additions: Value? { otherFields }
  package mutating func add(_ additions: Value) { addFields(additions) }
}

extension Template: RecordedPart {
  package var additions: Value? { otherFields }
  package mutating func add(_ additions: Value) { addFields(additions) }
}

extension Artifact: RecordedPart {
  package var additions: Value? { otherFields }
  package mutating func add(_ additions: Value) { addFields(additions) }
}

extension Resources: RecordedPart {
  package var additions: Value? { otherFields }
  package mutating func add(_ additions: Value) { addFields(additions) }
}

extension LogConfiguration: RecordedPart {
  package var additions: Value? { otherFields }
  package mutating func add(_ additions: Value) { addFields(additions) }
}
