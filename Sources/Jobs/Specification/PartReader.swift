import HCL

/// Reads the fields of one object of a job in Nomad's JSON names.
///
/// Fields that are not known are passed over, null counts as absent, and names are found whatever their
/// case, as in Nomad. A value of a wrong type is reported and read as absent.
struct PartReader {
  /// What the object's entries are, by their names in lower case; the last one of a name counts.
  private let entries: [String: LocatedValue]
  /// Where the object was written.
  let range: SourceRange?
  let path: JobPath
  let problems: JobProblems

  /// Reports and gives nil when the value is not an object.
  init?(_ value: LocatedValue, at path: JobPath, _ problems: JobProblems) {
    guard case .object(let entries) = value.content else {
      Self.reportType("an object", value, at: path, problems)
      return nil
    }
    var index: [String: LocatedValue] = [:]
    for entry in entries { index[entry.key.lowercased()] = entry.value }
    self.entries = index
    range = value.range
    self.path = path
    self.problems = problems
  }

  /// A name of a field, with the form it is found by.
  struct Name: Sendable, ExpressibleByStringLiteral {
    let text: String
    let key: String

    init(_ text: String) {
      self.text = text
      key = text.lowercased()
    }
    init(stringLiteral value: String) { self.init(value) }
  }

  /// What a field holds, null when something wrong was written there; nil when it is absent.
  func written(_ name: Name) -> LocatedValue? { entries[name.key] }

  func value(_ name: Name) -> LocatedValue? {
    guard let value = entries[name.key], value.content != .null else { return nil }
    return value
  }

  private static func reportType(
    _ wanted: String, _ value: LocatedValue, at path: JobPath, _ problems: JobProblems
  ) {
    let found =
      switch value.content {
      case .null: "null"
      case .bool: "a bool"
      case .number: "a number"
      case .string: "a string"
      case .list: "a list"
      case .object: "an object"
      }
    problems.add(
      JobProblem(.wrongType, "Wrong type", "There must be \(wanted) here, not \(found).", at: path))
  }

  private func wrong(_ wanted: String, _ value: LocatedValue, _ name: Name) {
    Self.reportType(wanted, value, at: path.field(name.text), problems)
  }

  /// What a field holds when it is of a kind; reported otherwise.
  func value(_ name: Name, of kind: FieldShape.Kind) -> LocatedValue? {
    guard let value = value(name) else { return nil }
    switch (kind, value.content) {
    case (.part, .object), (.parts, .list), (.open, _): return value
    case (.parts, _): wrong("a list", value, name)
    default: wrong("an object", value, name)
    }
    return nil
  }

  // MARK: Plain values
  func text(_ name: Name) -> String? {
    guard let value = value(name) else { return nil }
    if case .string(let text) = value.content { return text }
    wrong("a string", value, name)
    return nil
  }

  func flag(_ name: Name) -> Bool? {
    guard let value = value(name) else { return nil }
    if case .bool(let flag) = value.content { return flag }
    wrong("a bool", value, name)
    return nil
  }

  func int(_ name: Name) -> Int? {
    guard let value = value(name) else { return nil }
    if case .number(let number) = value.content, let whole = number.int { return whole }
    wrong("a whole number", value, name)
    return nil
  }

  /// A duration in nanoseconds, or as Go writes them.
  func duration(_ name: Name) -> Duration? {
    guard let value = value(name) else { return nil }
    if case .number(let number) = value.content, let nanoseconds = number.int {
      return .nanoseconds(nanoseconds)
    }
    if case .string(let text) = value.content, let duration = try? Duration(goSyntax: text) {
      return duration
    }
    wrong("a duration in nanoseconds", value, name)
    return nil
  }

  func texts(_ name: Name) -> [String]? { value(name).flatMap { texts($0, at: path.field(name.text)) } }

  private func texts(_ value: LocatedValue, at path: JobPath) -> [String]? {
    guard case .list(let elements) = value.content else {
      Self.reportType("a list of strings", value, at: path, problems)
      return nil
    }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      switch element.content {
      case .string(let text): texts.append(text)
      case .null: texts.append("")
      default: Self.reportType("a string", element, at: path.index(index), problems)
      }
    }
    return texts
  }

  func pairs(_ name: Name) -> [String: String]? {
    map(name) { value, path in
      switch value.content {
      case .string(let text): return text
      case .null: return ""
      default:
        Self.reportType("a string", value, at: path, problems)
        return nil
      }
    }
  }

  func textLists(_ name: Name) -> [String: [String]]? { map(name) { texts($0, at: $1) } }

  private func map<Element>(_ name: Name, _ read: (LocatedValue, JobPath) -> Element?) -> [String: Element]? {
    guard let value = value(name) else { return nil }
    guard case .object(let entries) = value.content else {
      wrong("an object", value, name)
      return nil
    }
    var result: [String: Element] = [:]
    for entry in entries {
      if let element = read(entry.value, path.field(name.text).key(entry.key)) { result[entry.key] = element }
    }
    return result
  }

  // MARK: Parts
  /// An object read over what is there without it.
  func part<Part: JobPart>(_ name: Name, over base: Part) -> Part? {
    guard let value = value(name) else { return nil }
    return read(value, over: base, at: path.field(name.text))
  }

  func parts<Part: JobPart>(_ name: Name, over base: Part) -> [Part]? {
    guard let value = value(name) else { return nil }
    guard case .list(let elements) = value.content else {
      wrong("a list", value, name)
      return nil
    }
    return elements.enumerated().compactMap { index, element in
      read(element, over: base, at: path.field(name.text).index(index))
    }
  }

  func keyedParts<Part: JobPart>(_ name: Name, over base: Part) -> [String: Part]? {
    map(name) { read($0, over: base, at: $1) }
  }

  private func read<Part: JobPart>(_ value: LocatedValue, over base: Part, at path: JobPath) -> Part? {
    guard let reader = PartReader(value, at: path, problems) else { return nil }
    var part = base
    part.read(from: reader)
    return part
  }
}
