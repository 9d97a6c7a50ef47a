import HCL

/// The rules that constraints, affinities and spreads follow.
struct PlacementRules {
  let problems: JobProblems
  let path: JobPath

  func check(_ constraints: [Constraint], isTask: Bool = false) {
    for (index, constraint) in constraints.enumerated() {
      let path = path.field("Constraints").index(index)
      check(constraint, "Impossible constraint", at: path)
      if isTask, [.distinctHosts, .distinctProperty].contains(constraint.kind) {
        problems.rule(
          "Impossible constraint",
          "\(constraint.comparison) is about allocations: it stands in a job or group, not in a task.",
          at: path)
      }
    }
  }

  func check(_ affinities: [Affinity]) {
    for (index, affinity) in affinities.enumerated() {
      let path = path.field("Affinities").index(index)
      let constraint = Constraint(affinity.left, affinity.comparison, affinity.right)
      check(constraint, "Impossible affinity", at: path)
      if [.distinctHosts, .distinctProperty].contains(constraint.kind) {
        problems.rule(
          "Impossible affinity", "An affinity cannot be \(affinity.comparison): use a constraint.", at: path)
      }
      if affinity.weight == 0 {
        problems.rule(
          "Impossible affinity", "A weight of 0 has no effect: write one from -100 to 100.",
          at: path.field("Weight"))
      }
    }
  }

  func check(_ spreads: [Spread]) {
    for (index, spread) in spreads.enumerated() {
      let path = path.field("Spreads").index(index)
      func fail(_ detail: String) { problems.rule("Impossible spread", detail, at: path) }
      if spread.attribute.isEmpty { fail("A spread needs an attribute.") }
      if spread.weight == 0 { fail("A weight of 0 has no effect: write one from 1 to 100.") }
      if spread.targets.reduce(0, { $0 &+ $1.percent }) > 100 {
        fail("The targets have more than 100 percent.")
      }
      NameRules(problems: problems).checkUnique(
        spread.targets.map(\.value), "target", in: "this spread", at: path.field("SpreadTarget"),
        field: "Value")
    }
  }

  private func check(_ constraint: Constraint, _ summary: String, at path: JobPath) {
    func fail(_ detail: String, _ field: String) { problems.rule(summary, detail, at: path.field(field)) }
    guard let kind = constraint.kind else {
      return fail("There is no operator \"\(constraint.comparison)\".", "Operand")
    }
    if constraint.left.isEmpty, kind != .distinctHosts {
      fail("It does not say which attribute is meant.", "LTarget")
    }
    switch kind {
    case .isSet, .isNotSet: break
    case .distinctHosts:
      if !["", "true", "false"].contains(constraint.right) {
        fail("distinct_hosts is true or false.", "RTarget")
      }
    case .distinctProperty:
      if !constraint.right.isEmpty, Int(constraint.right).map({ $0 < 1 }) ?? true {
        fail("The value is how many allocations may share the property, at least 1.", "RTarget")
      }
    case .regularExpression:
      do { _ = try RegularExpression(constraint.right) } catch {
        fail("\"\(constraint.right)\" is no regular expression: \(error.message).", "RTarget")
      }
    case .version, .semanticVersion:
      if VersionConstraint(constraint.right, isSemantic: kind == .semanticVersion) == nil {
        fail(
          "\"\(constraint.right)\" does not say which versions are meant: write \">= 1.2, < 2.0\".", "RTarget"
        )
      }
    default:
      if constraint.right.isEmpty, kind != .equal, kind != .notEqual {
        fail("It does not say which value is meant.", "RTarget")
      }
    }
  }
}
