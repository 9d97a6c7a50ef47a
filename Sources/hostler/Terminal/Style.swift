/// Text attributes, applied only where colours are wanted.
struct Style: Sendable {
  /// What a text means; the terminal's theme decides how that looks.
  enum Role: Sendable {
    case good, bad, active, waiting, strong
    /// One of the colours that tell tasks apart, by the task's place.
    case task(Int)

    fileprivate var code: String {
      switch self {
      case .good: "32"
      case .bad: "31"
      case .active: "36"
      case .waiting: "2"
      case .strong: "1"
      case .task(let index): ["36", "35", "33", "34", "32", "95", "96", "93"][index % 8]
      }
    }
  }

  let isOn: Bool

  func callAsFunction(_ role: Role, _ text: String) -> String {
    isOn ? "\u{1B}[\(role.code)m\(text)\u{1B}[0m" : text
  }
}

extension String {
  /// The text filled with spaces on the right up to a width.
  func padded(to width: Int) -> String {
    count >= width ? self : self + String(repeating: " ", count: width - count)
  }

  /// The text without what would move a terminal's cursor or change its state: control characters
  /// other than tabs. A task's output is somebody else's text.
  var withoutControlCharacters: String {
    guard utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F || $0 == 0xC2 }) else { return self }
    return String(
      String.UnicodeScalarView(
        unicodeScalars.filter { $0 == "\t" || $0.properties.generalCategory != .control }))
  }
}

/// A duration as people read it: `0.3s`, `12s`, `4m05s`, `2h10m`.
func shortText(_ duration: Duration) -> String {
  let seconds = duration / .seconds(1)
  if seconds < 10 {
    let tenths = Int((max(0, seconds) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)s"
  }
  let whole = Int(seconds.rounded())
  if whole < 60 { return "\(whole)s" }
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  if whole < 3600 { return "\(whole / 60)m\(two(whole % 60))s" }
  return "\(whole / 3600)h\(two(whole / 60 % 60))m"
}
