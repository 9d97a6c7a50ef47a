internal import HCL

/// Checks a configuration against a schema and gathers everything that is wrong with it.
struct ConfigurationChecker {
  /// What the configuration belongs to, for messages.
  let subject: String
  /// Whether text with a `${…}` stands for a value that is not known yet.
  let allowsReferences: Bool
  private(set) var diagnostics: [Diagnostic] = []

  init(subject: String, allowsReferences: Bool) {
    self.subject = subject
    self.allowsReferences = allowsReferences
  }

  /// The values of a configuration, with the defaults of what is not given. Fields that are wrong are
  /// reported, and have no value.
  mutating func check(
    _ value: LocatedValue?, against schema: ConfigurationSchema, at range: SourceRange?
  ) -> CheckedConfiguration {
    var given: [String: LocatedValue] = [:]
    switch value?.content {
    case nil, .null: break
    case .object(let entries): given = known(entries, in: schema)
    case .list(let elements) where elements.count == 1:
      // A block as it comes inside of other blocks.
      return check(elements[0], against: schema, at: range)
    default: report("Wrong type", "The configuration of \(subject) is a block.", at: value?.range ?? range)
    }
    let place = value?.range ?? range
    let values = schema.fields.map { self.value(of: $0, given: given[$0.name], at: place) }
    return CheckedConfiguration(schema: schema, values: values)
  }

  private mutating func known(
    _ entries: [LocatedValue.Entry], in schema: ConfigurationSchema
  ) -> [String: LocatedValue] {
    var given: [String: LocatedValue] = [:]
    let names = schema.fields.map(\.name)
    for entry in entries {
      if names.contains(entry.key) {
        given[entry.key] = entry.value
      } else {
        let list = names.isEmpty ? "It has none." : "It has: \(names.joined(separator: ", "))."
        report(
          "Unknown field", "There is no field \"\(entry.key)\" in the configuration of \(subject). \(list)",
          at: entry.keyRange ?? entry.value.range, suggestion: nearestName(to: entry.key, among: names))
      }
    }
    return given
  }

  private mutating func value(
    of field: ConfigurationField, given: LocatedValue?, at range: SourceRange?
  ) -> CheckedConfiguration.Value? {
    guard let given, given.content != .null else {
      if field.isRequired {
        report(
          "Missing field",
          "The configuration of \(subject) needs \"\(field.name)\": \(field.documentation)", at: range)
      }
      return field.defaultText.flatMap { try? ConfigurationScalar.value($0, as: field.type) }
    }
    switch field.type {
    case .bool, .int64, .double, .string, .duration, .size:
      return scalar(given, of: field)
    case .stringList: return list(given, of: field)
    case .stringMap: return map(given, of: field)
    case .block, .blockList: return blocks(given, of: field)
    }
  }

  // MARK: Kinds of values
  private mutating func scalar(
    _ value: LocatedValue, of field: ConfigurationField
  ) -> CheckedConfiguration.Value? {
    guard let text = ConfigurationScalar.text(of: value, for: field.type) else {
      return wrongType(value, of: field)
    }
    if allowsReferences, text.contains("${") { return nil }
    do {
      return try ConfigurationScalar.value(text, as: field.type)
    } catch {
      // What a secret is must not be told.
      let found = field.isSecret ? "" : " Here it is \(ConfigurationScalar.phrase(for: value))."
      report(
        "Wrong type", "\"\(field.name)\" of \(subject) is a \(field.type.title): \(error.message).\(found)",
        at: value.range)
      return nil
    }
  }

  private mutating func list(
    _ value: LocatedValue, of field: ConfigurationField
  ) -> CheckedConfiguration.Value? {
    guard case .list(let elements) = value.content else { return wrongType(value, of: field) }
    var texts: [String] = []
    for element in elements {
      guard let text = checkedText(element, of: field) else { return nil }
      texts.append(text)
    }
    return .list(texts)
  }

  private mutating func map(
    _ value: LocatedValue, of field: ConfigurationField
  ) -> CheckedConfiguration.Value? {
    guard let objects = ConfigurationScalar.objects(in: value) else { return wrongType(value, of: field) }
    var pairs: [CheckedConfiguration.Pair?] = []
    var places: [String: Int] = [:]
    for entry in objects.flatMap(\.entries) {
      guard let text = checkedText(entry.value, of: field) else { return nil }
      guard !entry.key.utf8.contains(0) else {
        reportNull(in: field, at: entry.keyRange ?? entry.value.range)
        return nil
      }
      // A key that is written again replaces what was there.
      if let place = places.updateValue(pairs.count, forKey: entry.key) { pairs[place] = nil }
      pairs.append(CheckedConfiguration.Pair(key: entry.key, value: text))
    }
    return .map(pairs.compactMap(\.self))
  }

  private mutating func checkedText(_ value: LocatedValue, of field: ConfigurationField) -> String? {
    guard let text = ConfigurationScalar.text(of: value, for: .string) else {
      _ = wrongType(value, of: field)
      return nil
    }
    guard !text.utf8.contains(0) else {
      reportNull(in: field, at: value.range)
      return nil
    }
    return text
  }

  private mutating func reportNull(in field: ConfigurationField, at range: SourceRange?) {
    report(
      "Null character",
      "\"\(field.name)\" of \(subject) cannot hold a null character (U+0000): programs take it for the end.",
      at: range)
  }

  private mutating func blocks(
    _ value: LocatedValue, of field: ConfigurationField
  ) -> CheckedConfiguration.Value? {
    guard let objects = ConfigurationScalar.objects(in: value) else { return wrongType(value, of: field) }
    if field.type == .block, objects.count > 1 {
      report(
        "Block set twice", "Only one block \"\(field.name)\" is allowed in the configuration of \(subject).",
        at: objects[1].range ?? value.range)
      return nil
    }
    return .blocks(
      objects.map { object in
        let inner = LocatedValue(.object(object.entries), range: object.range)
        return check(inner, against: field.schema, at: value.range)
      })
  }

  // MARK: Reports
  private mutating func wrongType(
    _ value: LocatedValue, of field: ConfigurationField
  ) -> CheckedConfiguration.Value? {
    report(
      "Wrong type",
      "\"\(field.name)\" of \(subject) is a \(field.type.title), not \(ConfigurationScalar.kind(of: value)).",
      at: value.range)
    return nil
  }

  private mutating func report(
    _ summary: String, _ detail: String, at range: SourceRange?, suggestion: String? = nil
  ) {
    diagnostics.append(
      Diagnostic(.error, summary, detail: detail, range: range, suggestion: suggestion))
  }
}
