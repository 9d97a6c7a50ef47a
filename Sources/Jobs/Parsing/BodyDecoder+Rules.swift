import HCL

extension BodyDecoder {
  /// A string that is one of an enumeration's values.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ type: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    guard let text = string(name) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    report(
      name, "Unknown value", "\"\(text)\" is not one of \(known.joined(separator: ", ")).",
      suggestion: nearestName(to: text, among: known))
    return nil
  }

  /// A string that is one of a list.
  mutating func choice(_ name: String, among known: [String]) -> String? {
    guard let text = string(name) else { return nil }
    if known.contains(text) { return text }
    report(
      name, "Unknown value", "\"\(text)\" is not one of \(known.joined(separator: ", ")).",
      suggestion: nearestName(to: text, among: known))
    return nil
  }

  /// A whole number within bounds.
  mutating func int(_ name: String, in bounds: ClosedRange<Int>) -> Int? {
    guard let value = int(name) else { return nil }
    if bounds.contains(value) { return value }
    let limits =
      bounds.upperBound == Int.max
      ? "at least \(bounds.lowerBound)" : "from \(bounds.lowerBound) to \(bounds.upperBound)"
    report(name, "Number out of range", "\(value) is not \(limits).")
    return nil
  }

  /// A duration that is not below a limit.
  mutating func duration(_ name: String, atLeast least: Duration) -> Duration? {
    guard let value = duration(name) else { return nil }
    if value >= least { return value }
    report(
      name, "Duration out of range",
      least == .zero
        ? "A duration here must not be negative." : "\(value.goSyntax) is less than \(least.goSyntax).")
    return nil
  }
}
