import HCL

/// Why a text is not a schedule.
public struct CronError: Error, Hashable, Sendable {
  /// What is wrong, as a sentence.
  public var message: String
}

/// Times that come again and again, as cron writes them.
///
/// Five fields: minute, hour, day of the month, month, day of the week; a sixth for the year behind them, a
/// seventh for the second before them. `@daily` and its like stand for whole schedules. When both the day of
/// the month and the day of the week are restricted, a day that fits either is meant.
public struct CronSchedule: Hashable, Sendable {
  var seconds: UInt64 = 1
  var minutes: UInt64 = 0
  var hours: UInt64 = 0
  var months: UInt64 = 0
  /// The years that count; nil for all.
  var years: Set<Int>?
  var days = CronDays()

  /// The years that a schedule can name; there is no time after them.
  static let yearRange = 1970...2099
  private static let everyHour: UInt64 = (1 << 24) - 1

  /// The first moment after another that the schedule names; nil when there is none.
  ///
  /// A time that the clock leaps over does not come that day. A time that comes twice when the clock is set
  /// back counts once, unless the schedule names every hour: then it goes on as ever.
  /// - Parameters:
  ///   - moment: in seconds since 1970.
  ///   - zone: whose clock the schedule means.
  public func next(after moment: Int, in zone: TimeZoneRules) -> Int? {
    // Far beyond the years that a schedule can name, and far from what overflows.
    guard moment.magnitude < 1 << 40 else { return nil }
    var from = moment + 1
    while true {
      let period = zone.period(at: from)
      var local = from + period.offsetSeconds
      if hours != Self.everyHour, let start = period.start {
        let earlier = zone.period(at: start - 1)
        // What the clock showed before it was set back has counted.
        local = max(local, start + earlier.offsetSeconds)
      }
      guard let found = nextLocal(from: local) else { return nil }
      let result = found - period.offsetSeconds
      guard let end = period.end, result >= end else { return result }
      from = end
    }
  }

  /// The first time on a clock at or after another that the schedule names, in seconds since 1970 on it.
  private func nextLocal(from local: Int) -> Int? {
    var day = local.flooredQuotient(86_400)
    let first = local - day * 86_400
    var (year, month, dayOfMonth) = CivilCalendar.date(ofDay: day)
    var earliest = first
    while year <= Self.yearRange.upperBound {
      guard years?.contains(year) ?? true else {
        (year, month, dayOfMonth, earliest) = (year + 1, 1, 1, 0)
        continue
      }
      guard months.contains(month) else {
        (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
        (dayOfMonth, earliest) = (1, 0)
        continue
      }
      let wanted = days.matching(year: year, month: month)
      while dayOfMonth <= CivilCalendar.days(inMonth: month, of: year) {
        if wanted.contains(dayOfMonth), let time = nextTime(from: earliest) {
          day = CivilCalendar.dayNumber(year, month, dayOfMonth)
          return day * 86_400 + time
        }
        dayOfMonth += 1
        earliest = 0
      }
      (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
      (dayOfMonth, earliest) = (1, 0)
    }
    return nil
  }

  /// The first time of a day at or after another, in seconds since midnight.
  private func nextTime(from earliest: Int) -> Int? {
    for hour in earliest / 3600..<24 where hours.contains(hour) {
      let inHour = max(0, earliest - hour * 3600)
      for minute in inHour / 60..<60 where minutes.contains(minute) {
        let inMinute = max(0, inHour - minute * 60)
        for second in inMinute..<60 where seconds.contains(second) {
          return hour * 3600 + minute * 60 + second
        }
      }
    }
    return nil
  }
}

/// Which days of a month a schedule names.
struct CronDays: Hashable, Sendable {
  /// Whether the day of the month is restricted.
  var restrictsMonth = false
  /// Days of the month.
  var ofMonth: UInt64 = 0
  /// Days of the month whose nearest working day is meant.
  var workdays: UInt64 = 0
  var lastOfMonth = false
  var lastWorkday = false
  /// Whether the day of the week is restricted.
  var restrictsWeek = false
  /// Days of the week, Sunday as 0.
  var ofWeek: UInt64 = 0
  /// Days of the week by their place in the month: bit 7 × (place - 1) + day.
  var numbered: UInt64 = 0
  /// Days of the week of which the last in the month is meant.
  var lastOfWeek: UInt64 = 0

  /// The days of a month, as bits.
  func matching(year: Int, month: Int) -> UInt64 {
    let count = CivilCalendar.days(inMonth: month, of: year)
    let all: UInt64 = (1 << UInt64(count + 1)) - 2
    guard restrictsMonth || restrictsWeek else { return all }
    // 1 January 1970 was a Thursday.
    let firstWeekday = (CivilCalendar.dayNumber(year, month, 1) + 4).flooredRemainder(7)
    func weekday(_ day: Int) -> Int { (firstWeekday + day - 1) % 7 }
    func nearestWorkday(_ day: Int) -> Int {
      switch weekday(day) {
      case 6: day > 1 ? day - 1 : day + 2
      case 0: day < count ? day + 1 : day - 2
      default: day
      }
    }
    var result: UInt64 = 0
    if restrictsMonth {
      result |= ofMonth & all
      if lastOfMonth { result.insert(count) }
      if lastWorkday { result.insert(nearestWorkday(count)) }
      for day in 1...count where workdays.contains(day) { result.insert(nearestWorkday(day)) }
    }
    if restrictsWeek {
      for day in 1...count {
        let weekday = weekday(day)
        if ofWeek.contains(weekday) || numbered.contains((day - 1) / 7 * 7 + weekday)
          || lastOfWeek.contains(weekday) && day + 7 > count
        {
          result.insert(day)
        }
      }
    }
    return result
  }
}

extension UInt64 {
  /// Whether the bit of a small number is set.
  func contains(_ number: Int) -> Bool { self >> UInt64(number) & 1 == 1 }

  /// Sets the bit of a small number.
  mutating func insert(_ number: Int) { self |= 1 << UInt64(number) }
}
