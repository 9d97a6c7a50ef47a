import HCL

/// Compares two parts of the same kind, in the form that a server keeps.
struct JobComparison {
  typealias Change = JobDiff.Change
  typealias Field = JobDiff.Field
  typealias Object = JobDiff.Object

  /// What the parts are: `Job`, `TaskGroup`, `Task`, or what an object is called.
  let parent: String

  /// Fields that say nothing of what the user wants, or that are compared in a way of their own.
  private static let ignored: [String: Set<String>] = [
    "Job": [
      "ID", "Status", "StatusDescription", "Version", "Stable", "CreateIndex", "ModifyIndex",
      "JobModifyIndex", "Update", "SubmitTime", "NomadTokenID", "VersionTag", "TaskGroups",
    ],
    "TaskGroup": ["Name", "Tasks"], "Task": ["Name"], "Update": ["Stagger"],
    "Scaling": ["ID", "Namespace", "CreateIndex", "ModifyIndex", "Target"],
  ]

  /// The order in which clients are used to see the parts.
  private static let order: [String: [String]] = [
    "TaskGroup": [
      "Constraints", "Affinities", "Spreads", "RestartPolicy", "Migrate", "Disconnect", "ReschedulePolicy",
      "EphemeralDisk", "Consul", "Update", "Networks", "Services", "Volumes", "Scaling",
    ],
    "Task": [
      "Constraints", "Affinities", "Config", "Resources", "LogConfig", "Lifecycle", "RestartPolicy",
      "DispatchPayload", "Artifacts", "VolumeMounts", "Services", "Vault", "Consul", "Templates",
    ],
  ]

  /// What one of a list of parts is called.
  private static let singular = [
    "Constraints": "Constraint", "Affinities": "Affinity", "Spreads": "Spread", "Networks": "Network",
    "DynamicPorts": "Dynamic Port", "ReservedPorts": "Static Port", "Templates": "Template",
    "Artifacts": "Artifact", "Services": "Service", "Checks": "Check", "Devices": "Device",
    "VolumeMounts": "VolumeMount", "Links": "Link", "Actions": "Action", "Identities": "Identity",
    "Secrets": "Secret", "ScalingPolicies": "ScalingPolicy", "Volumes": "Volume",
  ]

  /// Lists whose elements belong together by their name; elements of others are the same or not.
  private static let named: Set<String> = ["Services", "Checks", "Actions", "Devices", "Volumes"]

  // MARK: Plain values
  /// - Parameter isContextual: whether values that do not differ are told too.
  func fields(_ old: Value?, _ new: Value?, isContextual: Bool) -> [Field] {
    let before = plain(old)
    let after = plain(new)
    return Set(before.keys).union(after.keys).sorted().compactMap { name in
      field(name, before[name], after[name], isContextual: isContextual)
    }
  }

  private func field(_ name: String, _ old: String?, _ new: String?, isContextual: Bool) -> Field? {
    let change: Change =
      switch (old ?? "", new ?? "") {
      case let (old, new) where old == new: .none
      case ("", _): .added
      case (_, ""): .deleted
      default: .edited
      }
    guard change != .none || isContextual else { return nil }
    return Field(change: change, name: name, old: old ?? "", new: new ?? "")
  }

  /// The plain values of a part by their names, those of maps in brackets.
  private func plain(_ part: Value?) -> [String: String] {
    var result: [String: String] = [:]
    let isDriverConfiguration = parent == "Config" || parent == "Policy"
    for (name, value) in part?.attributes ?? [:] where !(Self.ignored[parent]?.contains(name) ?? false) {
      if let text = value.plainText {
        result[name] = text
      } else if isDriverConfiguration {
        flatten(value, name, into: &result)
      } else if ["Meta", "Env", "GetterOptions", "GetterHeaders", "CanaryMeta", "Header", "Args"].contains(
        name),
        let pairs = value.attributes
      {
        for (key, value) in pairs { flatten(value, "\(name)[\(key)]", into: &result) }
      }
    }
    return result
  }

  private func flatten(_ value: Value, _ name: String, into result: inout [String: String]) {
    if let text = value.plainText {
      result[name] = text
    } else if let elements = value.elements {
      for (index, element) in elements.enumerated() { flatten(element, "\(name)[\(index)]", into: &result) }
    } else if let attributes = value.attributes {
      for (key, value) in attributes { flatten(value, "\(name)[\(key)]", into: &result) }
    }
  }

  // MARK: Parts
  /// The parts within two parts that differ.
  func objects(_ old: Value?, _ new: Value?) -> [Object] {
    guard parent != "Config", parent != "Policy" else { return [] }
    let names = Set((old?.attributes ?? [:]).keys).union((new?.attributes ?? [:]).keys)
      .subtracting(Self.ignored[parent] ?? [])
    let order = Self.order[parent] ?? []
    return names.sorted { left, right in
      let places = (order.firstIndex(of: left) ?? order.count, order.firstIndex(of: right) ?? order.count)
      return places.0 == places.1 ? left < right : places.0 < places.1
    }.flatMap { name in
      // A task that comes or goes is told without what it has by its group.
      if parent == "Task", old == nil || new == nil, ["Lifecycle", "RestartPolicy"].contains(name) {
        return [Object]()
      }
      return objects(name, old?[name], new?[name])
    }
  }

  private func objects(_ name: String, _ old: Value?, _ new: Value?) -> [Object] {
    guard old != new, let sample = new ?? old else { return [] }
    if sample.elements != nil {
      let all = (old?.elements ?? []) + (new?.elements ?? [])
      guard all.contains(where: { $0.attributes != nil }) else {
        return texts(name, old?.elements ?? [], new?.elements ?? []).map { [$0] } ?? []
      }
      return list(name, old?.elements ?? [], new?.elements ?? [])
    }
    guard let attributes = sample.attributes else { return [] }
    if name == "Volumes" {
      return list(
        name, (old?.attributes ?? [:]).inKeyOrder.map(\.value),
        (new?.attributes ?? [:]).inKeyOrder.map(\.value))
    }
    // Maps of plain values are among the fields.
    if ["Meta", "Env", "GetterOptions", "GetterHeaders", "CanaryMeta", "Header", "TaggedAddresses"].contains(
      name)
    {
      return []
    }
    _ = attributes
    return object(name, old, new).map { [$0] } ?? []
  }

  private func object(_ name: String, _ old: Value?, _ new: Value?) -> Object? {
    let comparison = JobComparison(parent: name)
    let old = old.map { completed($0, name) }
    let new = new.map { completed($0, name) }
    let fields = comparison.fields(old, new, isContextual: true)
    let objects = comparison.objects(old, new)
    let change = JobDiff.change(
      old, new, isSame: objects.isEmpty && fields.allSatisfy { $0.change == .none })
    return change == .none ? nil : Object(change: change, name: name, fields: fields, objects: objects)
  }

  /// What the stored form leaves out and clients are used to see.
  private func completed(_ value: Value, _ name: String) -> Value {
    guard case .object(var attributes) = value else { return value }
    switch name {
    case "Network":
      attributes.merge(["Mode": .string(""), "Hostname": .string("")]) { written, _ in written }
    case "Dynamic Port", "Static Port":
      attributes.merge(["To": .number(0)]) { written, _ in written }
      if name == "Dynamic Port" { attributes["Value"] = nil }
    default: return value
    }
    return .object(attributes)
  }

  private func list(_ name: String, _ old: [Value], _ new: [Value]) -> [Object] {
    let singular = Self.singular[name] ?? name
    guard Self.named.contains(name) else {
      let gone = old.filter { !new.contains($0) }.compactMap { object(singular, $0, nil) }
      let come = new.filter { !old.contains($0) }.compactMap { object(singular, nil, $0) }
      return come + gone
    }
    func key(_ value: Value) -> String { value["Name"]?.plainText ?? "" }
    let before = Dictionary(old.map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
    let after = Dictionary(new.map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
    return Set(before.keys).union(after.keys).sorted().compactMap { object(singular, before[$0], after[$0]) }
  }

  /// A list of texts is a set: each text came, went or stayed.
  private func texts(_ name: String, _ old: [Value], _ new: [Value]) -> Object? {
    let before = old.compactMap(\.plainText)
    let after = new.compactMap(\.plainText)
    let fields =
      Set(before).union(after).sorted().map { text in
        Field(
          change: !before.contains(text) ? .added : !after.contains(text) ? .deleted : .none, name: name,
          old: before.contains(text) ? text : "", new: after.contains(text) ? text : "")
      }
    let change: Change = before.isEmpty ? .added : after.isEmpty ? .deleted : .edited
    guard fields.contains(where: { $0.change != .none }) else { return nil }
    return Object(change: change, name: name, fields: fields, objects: [])
  }
}

extension Value {
  /// A plain value as text; nil for null, lists and objects.
  var plainText: String? {
    switch self {
    case .bool(let flag): flag ? "true" : "false"
    case .number(let number): number.description
    case .string(let text): text
    default: nil
    }
  }
}
