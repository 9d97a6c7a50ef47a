internal import HCL

/// Reads values that are one word from their text, as a file or a driver's default has it.
enum ConfigurationScalar {
  /// Why a text is no value of a type: a phrase.
  struct Failure: Error {
    var message: String
  }

  /// The value that a text stands for.
  static func value(
    _ text: String, as type: ConfigurationFieldType
  ) throws(Failure) -> CheckedConfiguration.Value {
    switch type {
    case .bool:
      switch text {
      case "true", "1": return .bool(true)
      case "false", "0": return .bool(false)
      default: throw Failure(message: "it is true or false")
      }
    case .int64:
      guard let number = Number(decimal: text)?.int else {
        throw Failure(message: "it is a whole number that fits 64 bits")
      }
      return .int64(Int64(number))
    case .double:
      guard let number = Number(decimal: text)?.double, number.isFinite else {
        throw Failure(message: "it is a number")
      }
      return .double(number)
    case .string:
      // A zero would end the text early for a driver that reads it as a C string.
      guard !text.utf8.contains(0) else { throw Failure(message: "it cannot hold a zero byte") }
      return .string(text)
    case .duration: return .int64(try nanoseconds(text))
    case .size: return .int64(try bytes(text))
    case .stringList, .stringMap, .block, .blockList:
      throw Failure(message: "it cannot be written as text")
    }
  }

  private static func nanoseconds(_ text: String) throws(Failure) -> Int64 {
    do {
      let (seconds, attoseconds) = try Duration(goSyntax: text).components
      return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    } catch {
      throw Failure(message: "it is written like \"30s\", \"1h30m\" or \"250ms\"")
    }
  }

  private static let sizeUnits: [String: Int128] = [
    "": 1, "B": 1, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
    "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40,
  ]

  private static func bytes(_ text: String) throws(Failure) -> Int64 {
    let failure = Failure(message: "it is written like 1024, \"64KiB\" or \"10MB\"")
    let isDigit: (UInt8) -> Bool = { (0x30...0x39).contains($0) }
    var rest = text.utf8[...]
    let whole = rest.prefix(while: isDigit)
    rest = rest[whole.endIndex...]
    var fraction = rest.prefix(0)
    if rest.first == UInt8(ascii: ".") {
      fraction = rest.dropFirst().prefix(while: isDigit)
      guard !fraction.isEmpty else { throw failure }
      rest = rest[fraction.endIndex...]
    }
    if rest.first == UInt8(ascii: " ") { rest.removeFirst() }
    // Within these lengths 128 bits cannot overflow.
    guard !whole.isEmpty, whole.count <= 18, fraction.count <= 6,
      let unit = sizeUnits[String(Substring(rest)).uppercased()]
    else { throw failure }
    let number: (Substring.UTF8View) -> Int128 = { digits in
      digits.reduce(0) { $0 * 10 + Int128($1 - 0x30) }
    }
    let scale = fraction.reduce(Int128(1)) { scale, _ in scale * 10 }
    let total = number(whole) * unit + number(fraction) * unit / scale
    guard let bytes = Int64(exactly: total) else { throw Failure(message: "it is too large") }
    return bytes
  }

  // MARK: What stands in a file
  /// The text of a value that is one word; nil for everything else, and for a number without a unit
  /// where a duration is wanted.
  static func text(of value: LocatedValue, for type: ConfigurationFieldType) -> String? {
    switch value.content {
    case .string(let text): text
    case .number(let number): type == .duration && number != 0 ? nil : number.description
    case .bool(let flag): flag ? "true" : "false"
    case .null, .list, .object: nil
    }
  }

  /// The entries of an object with the place of it.
  struct Object {
    var entries: [LocatedValue.Entry]
    var range: SourceRange?
  }

  /// An object, or the objects of a list, as blocks come; nil for everything else.
  static func objects(in value: LocatedValue) -> [Object]? {
    switch value.content {
    case .object(let entries): return [Object(entries: entries, range: value.range)]
    case .list(let elements):
      var objects: [Object] = []
      for element in elements {
        guard case .object(let entries) = element.content else { return nil }
        objects.append(Object(entries: entries, range: element.range ?? value.range))
      }
      return objects
    default: return nil
    }
  }

  /// What kind of value it is, with an article.
  static func kind(of value: LocatedValue) -> String {
    switch value.content {
    case .null: "null"
    case .bool: "a bool"
    case .number: "a number"
    case .string: "a string"
    case .list: "a list"
    case .object: "an object"
    }
  }

  /// The value as a person would say it, shortened.
  static func phrase(for value: LocatedValue) -> String {
    switch value.content {
    case .string(let text): "\"\(text.prefix(60))\(text.count > 60 ? "…" : "")\""
    case .number(let number): number.description
    case .bool(let flag): flag ? "true" : "false"
    case .null, .list, .object: kind(of: value)
    }
  }
}
