#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension StandardFunctions {
  static let numeric: [String: Function] = [
    "abs": Function([Parameter("num", .number)]) { .number($0[0].numberOrZero.magnitude) },
    "ceil": Function([Parameter("num", .number)]) { .number($0[0].numberOrZero.ceiling) },
    "floor": Function([Parameter("num", .number)]) { .number($0[0].numberOrZero.floor) },
    "log": Function([Parameter("num", .number), Parameter("base", .number)], body: logarithm),
    "max": Function([], variadic: Parameter("numbers", .number)) { values throws(FunctionError) in
      try extreme(values) { $0 < $1 }
    },
    "min": Function([], variadic: Parameter("numbers", .number)) { values throws(FunctionError) in
      try extreme(values) { $0 > $1 }
    },
    "parseint": Function([Parameter("number", .any), Parameter("base", .number)], body: parseInteger),
    "pow": Function([Parameter("num", .number), Parameter("power", .number)], body: power),
    "signum": Function([Parameter("num", .number)]) { values throws(FunctionError) in
      guard values[0].numberOrZero.isInteger else { throw .call("a whole number is required") }
      return .number(Number(values[0].numberOrZero.signum))
    },
  ]

  private static func extreme(
    _ values: [Value], _ isWorse: (Number, Number) -> Bool
  ) throws(FunctionError) -> Value {
    guard var best = values.first?.numberOrZero else { throw .call("at least one number is required") }
    for value in values where isWorse(best, value.numberOrZero) { best = value.numberOrZero }
    return .number(best)
  }

  private static func logarithm(_ values: [Value]) throws(FunctionError) -> Value {
    let result = log(values[0].numberOrZero.double) / log(values[1].numberOrZero.double)
    return try finite(result)
  }

  private static func power(_ values: [Value]) throws(FunctionError) -> Value {
    try finite(pow(values[0].numberOrZero.double, values[1].numberOrZero.double))
  }

  private static func finite(_ value: Double) throws(FunctionError) -> Value {
    guard let number = Number(value) else { throw .call("the result is not a finite number") }
    return .number(number)
  }

  private static func parseInteger(_ values: [Value]) throws(FunctionError) -> Value {
    guard case .string(let text) = values[0] else {
      throw .argument(0, "a string is required, not \(values[0].type.kindPhrase)")
    }
    let base = try values[1].wholeNumber(1)
    guard (2...62).contains(base) else { throw .argument(1, "the base must be from 2 to 62") }
    var digits = Substring(text)
    let isNegative = digits.hasPrefix("-")
    if isNegative || digits.hasPrefix("+") { digits.removeFirst() }
    guard !digits.isEmpty, digits.utf8.count <= 20_000 else {
      throw .argument(0, "\"\(text)\" is not a number in base \(base)")
    }
    var result: BigInt = 0
    for byte in digits.utf8 {
      guard let digit = digitValue(byte, base: base), digit < base else {
        throw .argument(0, "\"\(text)\" is not a number in base \(base)")
      }
      result = result * BigInt(base) + BigInt(digit)
    }
    return .number(Number(exact: isNegative ? -result : result))
  }

  /// Up to base 36 the case of a letter does not matter; above, capitals come after small letters.
  private static func digitValue(_ byte: UInt8, base: Int) -> Int? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte - UInt8(ascii: "A")) + (base <= 36 ? 10 : 36)
    default: nil
    }
  }
}
