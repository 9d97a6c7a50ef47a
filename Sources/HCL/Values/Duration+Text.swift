/// Why a text is not a duration.
public struct DurationError: Error, Hashable, Sendable {
  /// What is wrong, as a sentence.
  public var message: String
}

extension Duration {
  /// Reads a duration as Go writes them: `1h30m`, `1.5s`, `250ms`, `100us`, `-1s`, or `0`.
  /// - Throws: what is wrong with the text.
  public init(goSyntax text: String) throws(DurationError) {
    var rest = text.utf8[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    if rest.elementsEqual("0".utf8) {
      self = .zero
      return
    }
    let expectation = "A duration is written like \"30s\", \"1h30m\" or \"250ms\"."
    guard !rest.isEmpty else { throw DurationError(message: expectation) }
    // Nanoseconds in 128 bits cannot overflow before the check at the end.
    var total: Int128 = 0
    while !rest.isEmpty {
      let whole = rest.prefix { (0x30...0x39).contains($0) }
      rest = rest[whole.endIndex...]
      var fraction = whole[whole.endIndex...]
      if rest.first == UInt8(ascii: ".") {
        rest.removeFirst()
        fraction = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest[fraction.endIndex...]
      }
      guard !whole.isEmpty || !fraction.isEmpty, whole.count <= 18 else {
        throw DurationError(message: expectation)
      }
      let name = rest.prefix { !(0x30...0x39).contains($0) && $0 != UInt8(ascii: ".") }
      rest = rest[name.endIndex...]
      guard let unit = Duration.nanoseconds(ofUnit: String(Substring(name))) else {
        let unit = String(Substring(name))
        throw DurationError(
          message: unit.isEmpty
            ? "The unit is missing. \(expectation)" : "\"\(unit)\" is not a unit of time. \(expectation)")
      }
      total += whole.reduce(Int128(0)) { $0 * 10 + Int128($1 - 0x30) } * unit
      var scale: Int128 = 1
      let part = fraction.prefix(18).reduce(Int128(0)) { sum, digit in
        scale *= 10
        return sum * 10 + Int128(digit - 0x30)
      }
      total += part * unit / scale
    }
    guard total <= Int128(Int64.max) else { throw DurationError(message: "The duration is too long.") }
    self = .nanoseconds(Int64(isNegative ? -total : total))
  }

  private static func nanoseconds(ofUnit unit: String) -> Int128? {
    switch unit {
    case "ns": 1
    case "us", "\u{B5}s", "\u{3BC}s": 1000
    case "ms": 1_000_000
    case "s": 1_000_000_000
    case "m": 60_000_000_000
    case "h": 3_600_000_000_000
    default: nil
    }
  }

  /// The duration as Go writes it: `1h30m0s`, `1.5s`, `250ms`.
  public var goSyntax: String {
    let (seconds, attoseconds) = components
    let nanoseconds = Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
    if nanoseconds == 0 { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let magnitude = nanoseconds.magnitude
    func decimal(_ value: UInt128, _ unit: UInt128, _ name: String) -> String {
      let whole = value / unit
      var fraction = String(value % unit + unit).dropFirst()
      while fraction.hasSuffix("0") { fraction.removeLast() }
      return fraction.isEmpty ? "\(whole)\(name)" : "\(whole).\(fraction)\(name)"
    }
    if magnitude < 1000 { return "\(sign)\(magnitude)ns" }
    if magnitude < 1_000_000 { return sign + decimal(magnitude, 1000, "µs") }
    if magnitude < 1_000_000_000 { return sign + decimal(magnitude, 1_000_000, "ms") }
    let minutes = magnitude / 60_000_000_000
    let rest = decimal(magnitude % 60_000_000_000, 1_000_000_000, "s")
    if minutes == 0 { return sign + rest }
    return minutes < 60 ? "\(sign)\(minutes)m\(rest)" : "\(sign)\(minutes / 60)h\(minutes % 60)m\(rest)"
  }
}
