import HCL

extension Constraint: JobPart {
  static let fields = PartFields<Constraint>(
    [
      .text("LTarget", "attribute", \.left, absent: .string("")),
      .text("Operand", "operator", \.comparison),
      .text("RTarget", "value", \.right, absent: .string("")),
    ], fileOnly: ComparisonShorthand.fields(forConstraints: true), adjust: ComparisonShorthand.adjust)
}

extension Affinity: JobPart {
  static let fields = PartFields<Affinity>(
    [
      .text("LTarget", "attribute", \.left, absent: .string("")),
      .text("Operand", "operator", \.comparison),
      .text("RTarget", "value", \.right, absent: .string("")),
      .int("Weight", "weight", \.weight, in: -100...100),
    ], fileOnly: ComparisonShorthand.fields(forConstraints: false), adjust: ComparisonShorthand.adjust)
}

/// The short ways in which job files write a comparison: `version = ">= 1.0"` in place of an operator and a
/// value.
private enum ComparisonShorthand {
  private static let texts = [
    "version", "semver", "regexp", "set_contains", "set_contains_any", "set_contains_all",
  ]
  private static let constraintTexts = ["distinct_property"]
  private static let constraintFlags = ["distinct_hosts"]

  static func fields(forConstraints: Bool) -> [FieldShape] {
    let texts = texts + (forConstraints ? constraintTexts : [])
    let flags = forConstraints ? constraintFlags : []
    return texts.map { FieldShape($0, $0, .text) } + flags.map { FieldShape($0, $0, .flag) }
  }

  static let adjust: @Sendable (inout BlockEntries) -> Void = { entries in
    for name in texts {
      guard let written = entries.remove(name) else { continue }
      entries["Operand"] = LocatedValue(.string(name), range: written.range)
      entries["RTarget"] = written
    }
    if let property = entries.remove("distinct_property") {
      entries["Operand"] = LocatedValue(.string("distinct_property"), range: property.range)
      entries["LTarget"] = property
    }
    if let hosts = entries.remove("distinct_hosts") {
      if hosts.content == .bool(false) {
        entries["Operand"] = LocatedValue(.string("distinct_hosts"), range: hosts.range)
        entries["RTarget"] = LocatedValue(.string("false"), range: hosts.range)
      } else {
        entries["Operand"] = LocatedValue(.string("distinct_hosts"), range: hosts.range)
        entries["RTarget"] = LocatedValue(.string("true"), range: hosts.range)
      }
    }
    entries.setDefault("Operand", .string("="))
  }
}

extension Spread: JobPart {
  static let fields = PartFields<Spread>([
    .text("Attribute", "attribute", \.attribute, absent: .string("")),
    .int("Weight", "weight", \.weight, in: 0...100),
    .parts(
      "SpreadTarget", "target", \.targets, label: FieldShape.Label(title: "value", field: "Value")),
  ])
}

extension SpreadTarget: JobPart {
  static let fields = PartFields<SpreadTarget>([
    .text("Value", nil, \.value, absent: .string("")),
    .int("Percent", "percent", \.percent, in: 0...100, absent: .number(0)),
  ])
}

extension Device: JobPart {
  static let fields = PartFields<Device>([
    .text("Name", nil, \.name, absent: .string("")),
    .int("Count", "count", \.count, in: 0...Int.max),
    .parts("Constraints", "constraint", \.constraints),
    .parts("Affinities", "affinity", \.affinities),
  ])
}

extension NUMA: JobPart {
  static let fields = PartFields<NUMA>([
    .text("Affinity", "affinity", \.affinity, absent: .string("")),
    .texts("Devices", "devices", \.devices),
  ])
}
