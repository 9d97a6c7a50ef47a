/// A moment as RFC 3339 writes it, with its offset from UTC.
struct Timestamp: CustomStringConvertible {
  /// Seconds since 1970 in UTC.
  private var seconds: Int
  private var nanoseconds: Int
  /// The offset from UTC that the text had.
  let offsetMinutes: Int
  private(set) var year = 0
  private(set) var month = 0
  private(set) var day = 0

  fileprivate init(seconds: Int, nanoseconds: Int, offsetMinutes: Int) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.offsetMinutes = offsetMinutes
    (year, month, day) = CivilCalendar.date(ofDay: localSeconds.flooredQuotient(86_400))
  }

  /// Reads `2018-01-02T23:12:01Z`, with an optional fraction and any offset.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= bytes.count, bytes[range].allSatisfy({ (0x30...0x39).contains($0) }) else {
        return nil
      }
      return bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    func has(_ character: Character, at index: Int) -> Bool {
      index < bytes.count && bytes[index] == character.asciiValue
    }
    guard let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7),
      let day = number(8..<10), has("T", at: 10), let hour = number(11..<13), has(":", at: 13),
      let minute = number(14..<16), has(":", at: 16), let second = number(17..<19),
      (1...12).contains(month), (1...CivilCalendar.days(inMonth: month, of: year)).contains(day),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var index = 19
    var nanoseconds = 0
    if has(".", at: index) {
      let digits = bytes[(index + 1)...].prefix { (0x30...0x39).contains($0) }
      guard !digits.isEmpty else { return nil }
      let padded = (Array(digits.prefix(9)) + [UInt8](repeating: 0x30, count: 9)).prefix(9)
      nanoseconds = padded.reduce(0) { $0 * 10 + Int($1 - 0x30) }
      index = digits.endIndex
    }
    var offset = 0
    if has("Z", at: index), index + 1 == bytes.count {
      offset = 0
    } else {
      guard has("+", at: index) || has("-", at: index), let hours = number((index + 1)..<(index + 3)),
        has(":", at: index + 3), let minutes = number((index + 4)..<(index + 6)),
        bytes.count == index + 6, hours <= 24, minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (has("-", at: index) ? -1 : 1)
    }
    let days = CivilCalendar.dayNumber(year, month, day)
    self.init(
      seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60,
      nanoseconds: nanoseconds, offsetMinutes: offset)
  }

  private var localSeconds: Int { seconds + offsetMinutes * 60 }
  private var secondOfDay: Int { localSeconds - localSeconds.flooredQuotient(86_400) * 86_400 }
  var hour: Int { secondOfDay / 3600 }
  var minute: Int { secondOfDay / 60 % 60 }
  var second: Int { secondOfDay % 60 }
  /// 0 is Sunday.
  var weekday: Int {
    let days = localSeconds.flooredQuotient(86_400) + 4
    return days - days.flooredQuotient(7) * 7
  }

  func adding(_ duration: Duration) -> Timestamp {
    let (whole, attoseconds) = duration.components
    let total = nanoseconds + Int(attoseconds / 1_000_000_000)
    let carry = total.flooredQuotient(1_000_000_000)
    return Timestamp(
      seconds: seconds + Int(whole) + carry, nanoseconds: total - carry * 1_000_000_000,
      offsetMinutes: offsetMinutes)
  }

  // MARK: Text
  /// `Z`, or sign, hours and minutes.
  var offsetText: String { offsetMinutes == 0 ? "Z" : offsetDigits(separator: ":") }

  func offsetDigits(separator: String) -> String {
    let minutes = abs(offsetMinutes)
    return (offsetMinutes < 0 ? "-" : "+") + twoDigits(minutes / 60) + separator + twoDigits(minutes % 60)
  }

  /// RFC 3339 without a fraction.
  var description: String {
    "\(fourDigits(year))-\(twoDigits(month))-\(twoDigits(day))T\(twoDigits(hour)):\(twoDigits(minute))"
      + ":\(twoDigits(second))\(offsetText)"
  }
}

/// A moment in UTC as RFC 3339 writes it, to the millisecond: `2018-01-02T23:12:01.250Z`.
///
/// - Parameter nanoseconds: The nanoseconds since 1970, negative for earlier moments.
public func rfc3339Text(nanosecondsSinceEpoch nanoseconds: Int64) -> String {
  let milliseconds = Int(nanoseconds).flooredQuotient(1_000_000)
  let seconds = milliseconds.flooredQuotient(1000)
  let whole = Timestamp(seconds: seconds, nanoseconds: 0, offsetMinutes: 0).description.dropLast()
  let fraction = String(milliseconds - seconds * 1000)
  return "\(whole).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)Z"
}
