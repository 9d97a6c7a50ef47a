extension Duration {
  /// The duration as Go writes it, which clients match on: `10m0s`, `1.5s`, `250ms`, `0s`.
  public var goText: String {
    let nanoseconds = wholeNanoseconds
    guard nanoseconds != 0 else { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let magnitude = nanoseconds.magnitude
    guard magnitude >= 1_000_000_000 else {
      if magnitude < 1000 { return "\(sign)\(magnitude)ns" }
      if magnitude < 1_000_000 { return sign + Self.decimal(magnitude, per: 1000) + "µs" }
      return sign + Self.decimal(magnitude, per: 1_000_000) + "ms"
    }
    let minutes = magnitude / 60_000_000_000
    let seconds = Self.decimal(magnitude % 60_000_000_000, per: 1_000_000_000) + "s"
    if minutes == 0 { return sign + seconds }
    if minutes < 60 { return "\(sign)\(minutes)m\(seconds)" }
    return "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
  }

  /// `value / unit` without trailing zeros.
  private static func decimal(_ value: UInt64, per unit: UInt64) -> String {
    let (whole, rest) = value.quotientAndRemainder(dividingBy: unit)
    guard rest != 0 else { return "\(whole)" }
    let digits = String(rest)
    var fraction = String(repeating: "0", count: String(unit).count - 1 - digits.count) + digits
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return "\(whole).\(fraction)"
  }
}
