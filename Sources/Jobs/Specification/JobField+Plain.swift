import HCL

/// Fields that hold plain values. The optional ones are null when there is nothing.
extension JobField {
  static func text(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, String> & Sendable,
    absent: Value = .null
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .text, absent: absent),
      read: { part, reader in reader.text(name).map { part[keyPath: path] = $0 } },
      write: { part, _ in .string(part[keyPath: path]) })
  }

  static func optionalText(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, String?> & Sendable
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .text),
      read: { part, reader in reader.text(name).map { part[keyPath: path] = $0 } },
      write: { part, _ in part[keyPath: path].map { .string($0) } ?? .null })
  }

  /// One of an enumeration's values; another one is reported.
  static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, Choice> & Sendable
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .text),
      read: { part, reader in reader.choice(name, Choice.self).map { part[keyPath: path] = $0 } },
      write: { part, _ in .string(part[keyPath: path].rawValue) })
  }

  /// A whole number; one out of bounds is reported and kept.
  static func int(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, Int> & Sendable,
    in bounds: ClosedRange<Int> = .min ... .max, absent: Value = .null
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .int, absent: absent),
      read: { part, reader in reader.int(name, in: bounds).map { part[keyPath: path] = $0 } },
      write: { part, _ in .number(Number(part[keyPath: path])) })
  }

  static func optionalInt(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, Int?> & Sendable,
    in bounds: ClosedRange<Int> = .min ... .max
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .int),
      read: { part, reader in reader.int(name, in: bounds).map { part[keyPath: path] = $0 } },
      write: { part, _ in part[keyPath: path].map { .number(Number($0)) } ?? .null })
  }

  static func flag(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, Bool> & Sendable,
    absent: Value = .null
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .flag, absent: absent),
      read: { part, reader in reader.flag(name).map { part[keyPath: path] = $0 } },
      write: { part, _ in .bool(part[keyPath: path]) })
  }

  static func optionalFlag(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, Bool?> & Sendable
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .flag),
      read: { part, reader in reader.flag(name).map { part[keyPath: path] = $0 } },
      write: { part, _ in part[keyPath: path].map { .bool($0) } ?? .null })
  }

  /// A duration in nanoseconds; one that is shorter than the least is reported and kept.
  static func duration(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, Duration> & Sendable,
    atLeast least: Duration = .zero, absent: Value = .null
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .duration, absent: absent),
      read: { part, reader in reader.duration(name, atLeast: least).map { part[keyPath: path] = $0 } },
      write: { part, _ in part[keyPath: path].json })
  }

  static func optionalDuration(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, Duration?> & Sendable
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .duration),
      read: { part, reader in reader.duration(name, atLeast: .zero).map { part[keyPath: path] = $0 } },
      write: { part, _ in part[keyPath: path].map(\.json) ?? .null })
  }

  static func texts(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, [String]> & Sendable
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .texts),
      read: { part, reader in reader.texts(name).map { part[keyPath: path] = $0 } },
      write: { part, _ in part[keyPath: path].json })
  }

  static func pairs(
    _ name: PartReader.Name, _ fileName: String?,
    _ path: any WritableKeyPath<Part, [String: String]> & Sendable
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .pairs),
      read: { part, reader in reader.pairs(name).map { part[keyPath: path] = $0 } },
      write: { part, _ in
        let pairs = part[keyPath: path]
        return pairs.isEmpty ? .null : .object(pairs.mapValues { .string($0) })
      })
  }

  static func textLists(
    _ name: PartReader.Name, _ fileName: String?,
    _ path: any WritableKeyPath<Part, [String: [String]]> & Sendable
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .textLists),
      read: { part, reader in reader.textLists(name).map { part[keyPath: path] = $0 } },
      write: { part, _ in
        let lists = part[keyPath: path]
        return lists.isEmpty ? .null : .object(lists.mapValues(\.json))
      })
  }

  /// A field that is the same in every job.
  static func constant(_ name: PartReader.Name, _ value: Value, parsed: Value? = .null) -> JobField {
    JobField(
      shape: FieldShape(name.text, nil, .open, absent: parsed), read: { _, _ in }, write: { _, _ in value })
  }
}

extension PartReader {
  func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: Name, _ type: Choice.Type) -> Choice? {
    guard let text = text(name) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    checkChoice(name, text, among: Choice.allCases.map(\.rawValue))
    return nil
  }

  /// Reports a text that is not one of a list.
  func checkChoice(_ name: Name, _ text: String, among known: [String]) {
    guard !known.contains(text) else { return }
    problems.rule(
      "Unknown value", "\"\(text)\" is not one of \(known.joined(separator: ", ")).",
      at: path.field(name.text), suggestion: nearestName(to: text, among: known))
  }

  func int(_ name: Name, in bounds: ClosedRange<Int>) -> Int? {
    guard let value = int(name) else { return nil }
    if !bounds.contains(value) {
      let limits =
        bounds.upperBound == Int.max
        ? "at least \(bounds.lowerBound)" : "from \(bounds.lowerBound) to \(bounds.upperBound)"
      problems.rule("Number out of range", "\(value) is not \(limits).", at: path.field(name.text))
    }
    return value
  }

  func duration(_ name: Name, atLeast least: Duration) -> Duration? {
    guard let value = duration(name) else { return nil }
    if value < least {
      problems.rule(
        "Duration out of range",
        least == .zero
          ? "A duration here must not be negative." : "\(value.goSyntax) is less than \(least.goSyntax).",
        at: path.field(name.text))
    }
    return value
  }
}

extension Duration {
  /// The duration in nanoseconds, as Nomad's JSON has it.
  var json: Value {
    let (seconds, attoseconds) = components
    let nanoseconds = Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
    return .number(Number(Int(clamping: nanoseconds)))
  }
}

extension [String] {
  /// A list of strings; null when it is empty, as Go writes a slice that nobody made.
  var json: Value { isEmpty ? .null : .tuple(map { .string($0) }) }
}
