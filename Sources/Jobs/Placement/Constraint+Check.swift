import HCL

extension Constraint: CustomStringConvertible {
  /// How a constraint compares; several names of one comparison are the same.
  enum Comparison: Hashable, Sendable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case isSet, isNotSet, version, semanticVersion, regularExpression
    case containsAll, containsAny, distinctHosts, distinctProperty

    init?(_ name: String) {
      switch name {
      case "=", "==", "is": self = .equal
      case "!=", "not": self = .notEqual
      case "<": self = .less
      case "<=": self = .lessOrEqual
      case ">": self = .greater
      case ">=": self = .greaterOrEqual
      case "is_set": self = .isSet
      case "is_not_set": self = .isNotSet
      case "version": self = .version
      case "semver": self = .semanticVersion
      case "regexp": self = .regularExpression
      case "set_contains", "set_contains_all": self = .containsAll
      case "set_contains_any": self = .containsAny
      case "distinct_hosts": self = .distinctHosts
      case "distinct_property": self = .distinctProperty
      default: return nil
      }
    }
  }

  /// The comparison; nil when there is none of the name.
  var kind: Comparison? { Comparison(comparison) }

  /// The constraint on one line, as clients see it in counts of refusals.
  public var description: String { "\(left) \(comparison) \(right)" }

  /// Whether a host is as the constraint wants it. What it says about other allocations
  /// (`distinct_hosts`, `distinct_property`) is not looked at; see ``Job/allocationLimit(of:on:)``.
  ///
  /// Something that cannot be compared, such as a version that is none, is not as wanted.
  public func isMet(by node: NodeFacts) -> Bool {
    let left = node.value(of: left)
    let right = node.value(of: right)
    guard let kind else { return false }
    switch kind {
    case .isSet: return left != nil
    case .isNotSet: return left == nil
    case .notEqual: return left != right
    case .distinctHosts, .distinctProperty: return true
    default: break
    }
    guard let left, let right else { return false }
    switch kind {
    case .equal: return left == right
    case .less: return order(left, right) < 0
    case .lessOrEqual: return order(left, right) <= 0
    case .greater: return order(left, right) > 0
    case .greaterOrEqual: return order(left, right) >= 0
    case .version: return VersionConstraint(right)?.isMet(by: left) ?? false
    case .semanticVersion: return VersionConstraint(right, isSemantic: true)?.isMet(by: left) ?? false
    case .regularExpression:
      guard let expression = try? RegularExpression(right) else { return false }
      return (try? expression.matches(left)) ?? false
    case .containsAll: return set(right).isSubset(of: set(left))
    case .containsAny: return !set(right).isDisjoint(with: set(left))
    case .isSet, .isNotSet, .notEqual, .distinctHosts, .distinctProperty: return false
    }
  }

  /// Numbers are ordered as such, everything else by its bytes.
  private func order(_ left: String, _ right: String) -> Int {
    if let left = Int(left), let right = Int(right) { return left < right ? -1 : left > right ? 1 : 0 }
    if let left = Double(left), let right = Double(right) { return left < right ? -1 : left > right ? 1 : 0 }
    if left.utf8.elementsEqual(right.utf8) { return 0 }
    return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
  }

  private func set(_ text: String) -> Set<String> {
    Set(
      text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        let trimmed = part.drop(while: \.isWhitespace)
        return String(trimmed.reversed().drop(while: \.isWhitespace).reversed())
      })
  }
}

extension Job {
  /// The constraints that a host does not meet, for a group of the job: of the job, of the group and of its
  /// tasks.
  public func unmetConstraints(of group: Group, on node: NodeFacts) -> [Constraint] {
    (constraints + group.constraints + group.tasks.flatMap(\.constraints)).filter { !$0.isMet(by: node) }
  }

  /// How many allocations may be on one host at a time because of constraints on other allocations: of the
  /// whole job for the job's, of the group for the group's and its tasks'; nil for any number.
  public func allocationLimit(of group: Group, on node: NodeFacts) -> (job: Int?, group: Int?) {
    func limit(_ constraints: [Constraint]) -> Int? {
      constraints.compactMap { constraint -> Int? in
        switch constraint.kind {
        case .distinctHosts: constraint.right == "false" ? nil : 1
        case .distinctProperty:
          // All allocations on one host share what the property is.
          node.value(of: constraint.left) == nil ? 0 : Int(constraint.right) ?? 1
        default: nil
        }
      }.min()
    }
    return (limit(constraints), limit(group.constraints + group.tasks.flatMap(\.constraints)))
  }
}
