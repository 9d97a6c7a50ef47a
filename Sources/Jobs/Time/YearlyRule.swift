import HCL

/// When a clock is set forward and back every year, as the environment variable `TZ` writes it:
/// `CET-1CEST,M3.5.0,M10.5.0/3`.
struct YearlyRule: Hashable, Sendable {
  /// A day and time that comes every year.
  struct Change: Hashable, Sendable {
    enum Day: Hashable, Sendable {
      /// A day from 1 to 365; 29 February is never counted.
      case withoutLeapDay(Int)
      /// A day from 0 to 365.
      case ofYear(Int)
      /// A day of the week from 0 for Sunday, in a week of a month; the fifth is the last.
      case weekday(Int, week: Int, month: Int)
    }

    var day: Day
    /// On the clock as it shows before the change, in seconds from midnight.
    var seconds = 7200

    /// The time in a year on the clock before the change, in seconds since 1970 on it.
    func local(in year: Int) -> Int {
      let newYear = CivilCalendar.dayNumber(year, 1, 1)
      let number: Int
      switch day {
      case .withoutLeapDay(let day):
        let isLeap = CivilCalendar.days(inMonth: 2, of: year) == 29
        number = newYear + day - 1 + (isLeap && day >= 60 ? 1 : 0)
      case .ofYear(let day): number = newYear + day
      case .weekday(let weekday, let week, let month):
        let first = CivilCalendar.dayNumber(year, month, 1)
        let ahead = (weekday - (first + 4)).flooredRemainder(7)
        var day = ahead + (week - 1) * 7
        while day >= CivilCalendar.days(inMonth: month, of: year) { day -= 7 }
        number = first + day
      }
      return number * 86_400 + seconds
    }
  }

  /// The offset from UTC in winter.
  var standardOffset: Int
  /// The offset in summer, and when it begins and ends; nil where the clock is never changed.
  var summer: Summer?

  struct Summer: Hashable, Sendable {
    var offset: Int
    var start: Change
    var end: Change
  }

  /// The period of a moment after the last change that is known.
  func period(at moment: Int, after known: Int?, firstOffset: Int) -> TimeZoneRules.Period {
    guard let summer else {
      return TimeZoneRules.Period(start: known, end: nil, offsetSeconds: standardOffset)
    }
    let year = CivilCalendar.date(ofDay: (moment + standardOffset).flooredQuotient(86_400)).0
    var changes: [(moment: Int, offset: Int)] = []
    for year in year - 1...year + 1 {
      changes.append((summer.start.local(in: year) - standardOffset, summer.offset))
      changes.append((summer.end.local(in: year) - summer.offset, standardOffset))
    }
    changes.sort { $0.moment < $1.moment }
    let next = changes.first { $0.moment > moment }
    let last = changes.last { $0.moment <= moment }
    guard let last, known.map({ last.moment > $0 }) ?? true else {
      return TimeZoneRules.Period(start: known, end: next?.moment, offsetSeconds: firstOffset)
    }
    return TimeZoneRules.Period(start: last.moment, end: next?.moment, offsetSeconds: last.offset)
  }

  /// Reads a rule; nil when it is none.
  init?(_ text: String) {
    var reader = Reader(rest: Array(text.utf8)[...])
    guard reader.skipName(), let west = reader.offset() else { return nil }
    standardOffset = -west
    guard !reader.rest.isEmpty else { return }
    guard reader.skipName() else { return nil }
    var offset = standardOffset + 3600
    if reader.rest.first != UInt8(ascii: ",") {
      guard let west = reader.offset() else { return nil }
      offset = -west
    }
    guard let start = reader.change(), let end = reader.change(), reader.rest.isEmpty else { return nil }
    summer = Summer(offset: offset, start: start, end: end)
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func take(_ character: Character) -> Bool {
      guard rest.first == character.asciiValue else { return false }
      rest.removeFirst()
      return true
    }

    /// `CET` or `<+03>`.
    mutating func skipName() -> Bool {
      if take("<") {
        guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
        rest = rest[(end + 1)...]
        return true
      }
      let name = rest.prefix { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
      rest = rest[name.endIndex...]
      return name.count >= 3
    }

    mutating func number() -> Int? {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      rest = rest[digits.endIndex...]
      guard !digits.isEmpty, digits.count <= 3 else { return nil }
      return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Hours, minutes and seconds, in seconds.
    mutating func offset() -> Int? {
      let isNegative = take("-")
      if !isNegative { _ = take("+") }
      guard let hours = number() else { return nil }
      var seconds = hours * 3600
      for unit in [60, 1] where take(":") {
        guard let count = number() else { return nil }
        seconds += count * unit
      }
      return isNegative ? -seconds : seconds
    }

    mutating func change() -> Change? {
      guard take(",") else { return nil }
      var change: Change
      if take("J") {
        guard let day = number(), (1...365).contains(day) else { return nil }
        change = Change(day: .withoutLeapDay(day))
      } else if take("M") {
        guard let month = number(), (1...12).contains(month), take("."), let week = number(),
          (1...5).contains(week), take("."), let day = number(), (0...6).contains(day)
        else { return nil }
        change = Change(day: .weekday(day, week: week, month: month))
      } else {
        guard let day = number(), (0...365).contains(day) else { return nil }
        change = Change(day: .ofYear(day))
      }
      if take("/") {
        guard let seconds = offset() else { return nil }
        change.seconds = seconds
      }
      return change
    }
  }
}
