public import HCL

/// How many allocations of a group are changed in which way by a new version of a job.
public struct GroupUpdates: Hashable, Sendable {
  /// Allocations that stay as they are.
  public var ignored = 0
  /// New ones.
  public var placed = 0
  /// Ones that move.
  public var migrated = 0
  /// Ones that end without another in their place.
  public var stopped = 0
  /// Ones that run on under the new version.
  public var updatedInPlace = 0
  /// Ones that give way to a new one.
  public var replaced = 0
  /// New ones beside the old.
  public var canaries = 0

  /// Makes one without any change.
  public init() {}

  /// As `DesiredTGUpdates` of a plan has it.
  public var json: Value {
    let counts = [
      "Ignore": ignored, "Place": placed, "Migrate": migrated, "Stop": stopped,
      "InPlaceUpdate": updatedInPlace, "DestructiveUpdate": replaced, "Canary": canaries, "Preemptions": 0,
      "Disconnect": 0, "Reconnect": 0, "RescheduleNow": 0, "RescheduleLater": 0,
    ]
    return .object(counts.mapValues { .number(Number($0)) })
  }

  /// The changes by the names that clients show.
  fileprivate var named: [String: Int] {
    let counts = [
      "ignore": ignored, "create": placed, "migrate": migrated, "destroy": stopped,
      "in-place update": updatedInPlace, "create/destroy update": replaced, "canary": canaries,
    ]
    return counts.filter { $0.value != 0 }
  }
}

extension JobDiff {
  /// Adds what follows from the differences: which counts create and destroy allocations, which tasks are
  /// replaced.
  ///
  /// - Parameters:
  ///   - updates: what happens to each group's allocations, by its name.
  ///   - impact: what the change means for a running allocation of a group.
  public mutating func annotate(updates: [String: GroupUpdates], impact: (String) -> UpdateImpact) {
    for index in groups.indices {
      groups[index].annotate(updates[groups[index].name] ?? GroupUpdates(), impact(groups[index].name))
    }
  }

  /// The difference in Nomad's JSON.
  public var json: Value {
    .object([
      "Type": .string(change.rawValue), "ID": .string(id), "Fields": list(fields.map(\.json)),
      "Objects": list(objects.map(\.json)), "TaskGroups": list(groups.map(\.json)),
    ])
  }
}

/// Null for an empty list.
private func list(_ values: [Value]) -> Value { values.isEmpty ? .null : .tuple(values) }

extension JobDiff.Field {
  fileprivate var json: Value {
    .object([
      "Type": .string(change.rawValue), "Name": .string(name), "Old": .string(old), "New": .string(new),
      "Annotations": annotations.json,
    ])
  }
}

extension JobDiff.Object {
  fileprivate var json: Value {
    .object([
      "Type": .string(change.rawValue), "Name": .string(name), "Fields": list(fields.map(\.json)),
      "Objects": list(objects.map(\.json)),
    ])
  }
}

extension JobDiff.Task {
  fileprivate var json: Value {
    .object([
      "Type": .string(change.rawValue), "Name": .string(name), "Fields": list(fields.map(\.json)),
      "Objects": list(objects.map(\.json)), "Annotations": annotations.json,
    ])
  }
}

extension JobDiff.Group {
  fileprivate var json: Value {
    .object([
      "Type": .string(change.rawValue), "Name": .string(name), "Fields": list(fields.map(\.json)),
      "Objects": list(objects.map(\.json)), "Tasks": list(tasks.map(\.json)),
      "Updates": updates.map { .object($0.mapValues { .number(Number($0)) }) } ?? .null,
    ])
  }

  fileprivate mutating func annotate(_ updates: GroupUpdates, _ impact: UpdateImpact) {
    self.updates = updates.named
    if let index = fields.firstIndex(where: { $0.name == "Count" }) {
      let (old, new) = (Int(fields[index].old) ?? 0, Int(fields[index].new) ?? 0)
      if old != new { fields[index].annotations = [old < new ? "forces create" : "forces destroy"] }
    }
    for index in tasks.indices where tasks[index].change != .none {
      tasks[index].annotations =
        switch change {
        case .added: ["forces create"]
        case .deleted: ["forces destroy"]
        case .none, .edited:
          [impact == .destructive ? "forces create/destroy update" : "forces in-place update"]
        }
    }
  }
}
