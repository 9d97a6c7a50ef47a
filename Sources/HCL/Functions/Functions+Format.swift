extension StandardFunctions {
  static let formatting: [String: Function] = [
    "format": Function(
      [Parameter("format", .string)], variadic: Parameter("args", .any, allowsNull: true)
    ) { values throws(FunctionError) in
      .normalized(try FormatString(values[0].text).text(with: Array(values.dropFirst())))
    },
    "formatlist": Function(
      [Parameter("format", .string)], variadic: Parameter("args", .any, allowsNull: true),
      body: formatList),
  ]

  private static func formatList(_ values: [Value]) throws(FunctionError) -> Value {
    let format = FormatString(values[0].text)
    let arguments = Array(values.dropFirst())
    var count: Int?
    for (index, argument) in arguments.enumerated() {
      guard let elements = argument.elements else { continue }
      if let count, count != elements.count {
        throw .argument(
          index + 1, "it has \(elements.count) elements where another argument has \(count)")
      }
      count = elements.count
    }
    var texts: [String] = []
    var lengthBytes = 0
    for row in 0..<(count ?? 1) {
      do throws(FunctionError) {
        let text = try format.text(with: arguments.map { $0.elements?[row] ?? $0 })
        lengthBytes += text.utf8.count
        guard lengthBytes <= EvaluationLimit.stringBytes else { throw .call("the result is too long") }
        texts.append(text)
      } catch {
        // An argument's place within one row says nothing about the call's own arguments.
        switch error {
        case .call(let message), .argument(_, let message): throw .call(message)
        }
      }
    }
    return .strings(texts)
  }
}

/// A `printf`-like format, as HCL defines it.
struct FormatString {
  private let text: String

  init(_ text: String) { self.text = text }

  /// One `%…` of the format.
  private struct Verb {
    var mode: Character = "v"
    var zero = false
    var sharp = false
    var plus = false
    var minus = false
    var space = false
    var width: Int?
    var precision: Int?
    var argument: Int
  }

  /// Fills in the values.
  func text(with arguments: [Value]) throws(FunctionError) -> String {
    var result = ""
    var rest = text[...]
    var nextArgument = 1
    var highest = 0
    while let percent = rest.firstIndex(of: "%") {
      result += rest[..<percent]
      rest = rest[rest.index(after: percent)...]
      if rest.first == "%" {
        result += "%"
        rest.removeFirst()
        continue
      }
      let verb = try parseVerb(&rest, nextArgument)
      guard verb.argument >= 1, verb.argument <= arguments.count else {
        throw .call("there is no argument \(verb.argument) for %\(verb.mode)")
      }
      result += try formatted(arguments[verb.argument - 1], verb)
      nextArgument = verb.argument + 1
      highest = max(highest, verb.argument)
      guard result.utf8.count <= EvaluationLimit.stringBytes else { throw .call("the result is too long") }
    }
    if highest < arguments.count {
      throw .argument(highest + 1, "the format uses \(highest) arguments only")
    }
    return result + rest
  }

  private func parseVerb(_ rest: inout Substring, _ next: Int) throws(FunctionError) -> Verb {
    var verb = Verb(argument: next)
    flags: while let flag = rest.first {
      switch flag {
      case "0": verb.zero = true
      case "#": verb.sharp = true
      case "+": verb.plus = true
      case "-": verb.minus = true
      case " ": verb.space = true
      default: break flags
      }
      rest.removeFirst()
    }
    verb.width = try parseNumber(&rest)
    if rest.first == "." {
      rest.removeFirst()
      guard let precision = try parseNumber(&rest) else { throw .call("a precision must follow the point") }
      verb.precision = precision
    }
    if rest.first == "[" {
      rest.removeFirst()
      guard let index = try parseNumber(&rest), rest.first == "]" else {
        throw .call("an argument's number in brackets is expected")
      }
      rest.removeFirst()
      verb.argument = index
    }
    guard let mode = rest.popFirst() else { throw .call("the format ends within a verb") }
    verb.mode = mode
    return verb
  }

  private func parseNumber(_ rest: inout Substring) throws(FunctionError) -> Int? {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty else { return nil }
    rest = rest[digits.endIndex...]
    guard let value = Int(digits), value <= 65_536 else { throw .call("the number \(digits) is too large") }
    return value
  }

  // MARK: Values
  private func formatted(_ value: Value, _ verb: Verb) throws(FunctionError) -> String {
    if value.isNull, verb.mode != "v" { throw .call("null has no form for %\(verb.mode)") }
    switch verb.mode {
    case "v": return padded(plain(value, verb), verb)
    case "t":
      guard case .bool(let flag) = try converted(value, .bool, verb) else { return "" }
      return flag ? "true" : "false"
    case "s", "q":
      var text = try converted(value, .string, verb).text
      if let precision = verb.precision, precision > 0 { text = String(text.prefix(precision)) }
      return padded(verb.mode == "q" ? jsonText(.string(text)) : text, verb)
    case "b", "d", "o", "x", "X":
      let number = try converted(value, .number, verb).numberOrZero
      guard number.isInteger else { throw .call("a whole number is required for %\(verb.mode)") }
      return integer(number, verb)
    case "e", "E", "f", "g", "G":
      return signed(float(try converted(value, .number, verb).numberOrZero, verb), verb)
    default: throw .call("there is no verb %\(verb.mode)")
    }
  }

  private func converted(_ value: Value, _ type: ValueType, _ verb: Verb) throws(FunctionError) -> Value {
    do {
      return try value.converted(to: type)
    } catch {
      throw .call("%\(verb.mode) cannot show the value: \(error.description)")
    }
  }

  private func plain(_ value: Value, _ verb: Verb) -> String {
    if verb.sharp { return jsonText(value, limitBytes: EvaluationLimit.stringBytes) }
    switch value {
    case .string(let text): return text
    case .number(let number): return number.generalText(digits: nil, exponentFrom: 6)
    default: return jsonText(value, limitBytes: EvaluationLimit.stringBytes)
    }
  }

  private func integer(_ number: Number, _ verb: Verb) -> String {
    let radix: Int =
      switch verb.mode {
      case "b": 2
      case "o": 8
      case "x", "X": 16
      default: 10
      }
    var digits = number.truncated.magnitude.text(radix: radix, uppercase: verb.mode == "X")
    if let precision = verb.precision, digits.count < precision {
      digits = String(repeating: "0", count: precision - digits.count) + digits
    }
    if verb.sharp {
      switch verb.mode {
      case "b": digits = "0b" + digits
      case "o": digits = "0" + digits
      case "x": digits = "0x" + digits
      case "X": digits = "0X" + digits
      default: break
      }
    }
    return signed(number.signum < 0 ? "-" + digits : digits, verb)
  }

  private func float(_ number: Number, _ verb: Verb) -> String {
    switch verb.mode {
    case "f": return number.fixedText(places: verb.precision ?? 6)
    case "e", "E":
      let text = number.exponentText(places: verb.precision ?? 6)
      return verb.mode == "E" ? text.uppercased() : text
    default:
      let text = number.generalText(digits: verb.precision, exponentFrom: 6)
      return verb.mode == "G" ? text.uppercased() : text
    }
  }

  /// Adds the sign that a flag asks for, and pads.
  private func signed(_ text: String, _ verb: Verb) -> String {
    var sign = ""
    var digits = text
    if digits.hasPrefix("-") {
      sign = "-"
      digits.removeFirst()
    } else if verb.plus {
      sign = "+"
    } else if verb.space {
      sign = " "
    }
    let missing = (verb.width ?? 0) - sign.count - digits.count
    guard missing > 0 else { return sign + digits }
    if verb.minus { return sign + digits + String(repeating: " ", count: missing) }
    if verb.zero { return sign + String(repeating: "0", count: missing) + digits }
    return String(repeating: " ", count: missing) + sign + digits
  }

  private func padded(_ text: String, _ verb: Verb) -> String {
    let missing = (verb.width ?? 0) - text.count
    guard missing > 0 else { return text }
    let padding = String(repeating: verb.zero ? "0" : " ", count: missing)
    return verb.minus ? text + padding : padding + text
  }
}
