extension StandardFunctions {
  private static let str = Parameter("str", .string)

  static let textual: [String: Function] = [
    "chomp": Function([str]) { values in
      var text = values[0].text.unicodeScalars
      while let last = text.last, last == "\n" || last == "\r" { text.removeLast() }
      return .normalized(String(text))
    },
    "indent": Function([Parameter("spaces", .number), str], body: indent),
    "join": Function(
      [Parameter("separator", .string)], variadic: Parameter("lists", .list(.string)), body: join),
    "lower": Function([str]) { .normalized(mapped($0[0].text, \.lowercaseMapping)) },
    "upper": Function([str]) { .normalized(mapped($0[0].text, \.uppercaseMapping)) },
    "title": Function([str]) { .normalized(titled($0[0].text)) },
    "regex_replace": Function(
      [str, Parameter("pattern", .string), Parameter("replace", .string)], body: replacePattern),
    "replace": Function(
      [str, Parameter("substr", .string), Parameter("replace", .string)], body: replaceText),
    "reverse": Function([str]) { .normalized(String($0[0].text.reversed())) },
    "strrev": Function([str]) { .normalized(String($0[0].text.reversed())) },
    "split": Function([Parameter("separator", .string), str]) { values throws(FunctionError) in
      let parts = split(values[1].text, by: values[0].text)
      guard parts.count <= EvaluationLimit.elements else { throw .call("the result has too many elements") }
      return .strings(parts)
    },
    "strlen": Function([str]) { .number(Number($0[0].text.count)) },
    "substr": Function([str, Parameter("offset", .number), Parameter("length", .number)], body: substring),
    "trim": Function([str, Parameter("cutset", .string)]) { values in
      let cut = Set(values[1].text.unicodeScalars)
      return .normalized(trimmed(values[0].text) { cut.contains($0) })
    },
    "trimspace": Function([str]) { .normalized(trimmed($0[0].text) { $0.properties.isWhitespace }) },
    "trimprefix": Function([str, Parameter("prefix", .string)]) { values in
      let (text, prefix) = (values[0].text, values[1].text)
      guard text.utf8.starts(with: prefix.utf8) else { return values[0] }
      return .normalized(String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
    },
    "trimsuffix": Function([str, Parameter("suffix", .string)]) { values in
      let (text, suffix) = (values[0].text, values[1].text)
      guard text.utf8.reversed().starts(with: suffix.utf8.reversed()) else { return values[0] }
      return .normalized(String(decoding: text.utf8.dropLast(suffix.utf8.count), as: UTF8.self))
    },
  ]

  // MARK: Letters
  /// Maps each scalar on its own; a scalar whose mapping is longer stays.
  private static func mapped(
    _ text: String, _ mapping: KeyPath<Unicode.Scalar.Properties, String>
  ) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let replacement = scalar.properties[keyPath: mapping].unicodeScalars
      if replacement.count == 1 { result.append(contentsOf: replacement) } else { result.append(scalar) }
    }
    return String(result)
  }

  private static func titled(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var isAtWordStart = true
    for scalar in text.unicodeScalars {
      let title = scalar.properties.titlecaseMapping.unicodeScalars
      if isAtWordStart, title.count == 1 {
        result.append(contentsOf: title)
      } else {
        result.append(scalar)
      }
      isAtWordStart = isSeparator(scalar)
    }
    return String(result)
  }

  private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
      return false
    }
    return scalar.isASCII || scalar.properties.isWhitespace
  }

  // MARK: Parts
  private static func trimmed(_ text: String, _ isCut: (Unicode.Scalar) -> Bool) -> String {
    var scalars = text.unicodeScalars[...]
    while let first = scalars.first, isCut(first) { scalars.removeFirst() }
    while let last = scalars.last, isCut(last) { scalars.removeLast() }
    return String(scalars)
  }

  /// Splits at each occurrence, found byte by byte; an empty separator splits between scalars.
  static func split(_ text: String, by separator: String) -> [String] {
    if separator.isEmpty { return text.unicodeScalars.map { String($0) } }
    let (bytes, mark) = (Array(text.utf8), Array(separator.utf8))
    var parts: [String] = []
    var start = 0
    var index = 0
    while index + mark.count <= bytes.count {
      if bytes[index] == mark[0], bytes[index..<(index + mark.count)].elementsEqual(mark) {
        parts.append(String(decoding: bytes[start..<index], as: UTF8.self))
        index += mark.count
        start = index
      } else {
        index += 1
      }
    }
    parts.append(String(decoding: bytes[start...], as: UTF8.self))
    return parts
  }

  private static func substring(_ values: [Value]) throws(FunctionError) -> Value {
    let characters = Array(values[0].text)
    var offset = try values[1].wholeNumber(1)
    let length = try values[2].wholeNumber(2)
    if offset < 0 { offset = max(0, offset + characters.count) }
    let rest = characters.dropFirst(min(offset, characters.count))
    return .normalized(String(length < 0 ? rest : rest.prefix(length)))
  }

  private static func indent(_ values: [Value]) throws(FunctionError) -> Value {
    let spaces = try values[0].wholeNumber(0)
    let text = values[1].text
    let lines = text.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    guard spaces >= 0, lines == 0 || spaces <= EvaluationLimit.stringBytes / max(1, lines) else {
      throw .argument(0, "the number of spaces is out of range")
    }
    let padding = "\n" + String(repeating: " ", count: lines == 0 ? 0 : spaces)
    return .normalized(split(text, by: "\n").joined(separator: padding))
  }

  private static func join(_ values: [Value]) throws(FunctionError) -> Value {
    guard values.count > 1 else { throw .call("at least one list is required") }
    var texts: [String] = []
    var lengthBytes = 0
    for (index, list) in values.enumerated().dropFirst() {
      for element in list.elements ?? [] {
        guard case .string(let text) = element else {
          throw .argument(index, "an element is null and has no text")
        }
        lengthBytes += text.utf8.count + values[0].text.utf8.count
        guard lengthBytes <= EvaluationLimit.stringBytes else { throw .call("the result is too long") }
        texts.append(text)
      }
    }
    return .normalized(texts.joined(separator: values[0].text))
  }

  // MARK: Replacing
  private static func replaceText(_ values: [Value]) throws(FunctionError) -> Value {
    let (text, old, new) = (values[0].text, values[1].text, values[2].text)
    if old.isEmpty {
      let places = text.unicodeScalars.count + 1
      guard places * new.utf8.count <= EvaluationLimit.stringBytes else {
        throw .call("the result is too long")
      }
      return .normalized(new + text.unicodeScalars.map { String($0) + new }.joined())
    }
    let parts = split(text, by: old)
    guard parts.count * new.utf8.count <= EvaluationLimit.stringBytes else {
      throw .call("the result is too long")
    }
    return .normalized(parts.joined(separator: new))
  }

  private static func replacePattern(_ values: [Value]) throws(FunctionError) -> Value {
    let pattern: Pattern
    do {
      pattern = try Pattern(values[1].text)
    } catch {
      throw .argument(1, "the pattern is not a regular expression that can be used: \(error.message)")
    }
    do {
      return .normalized(try pattern.replacing(values[0].text, with: values[2].text))
    } catch {
      throw .call(error.message)
    }
  }
}
