extension CronSchedule {
  private static let named = [
    "@annually": "0 0 0 1 1 * *", "@yearly": "0 0 0 1 1 * *", "@monthly": "0 0 0 1 * * *",
    "@weekly": "0 0 0 * * 0 *", "@daily": "0 0 0 * * * *", "@midnight": "0 0 0 * * * *",
    "@hourly": "0 0 * * * * *",
  ]
  private static let monthNames = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
  ]
  private static let dayNames = [
    "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
  ]

  /// Reads a schedule.
  /// - Throws: what is wrong with the text.
  public init(_ text: String) throws(CronError) {
    let text = text.lowercased()
    var fields = (Self.named[text] ?? text).split(whereSeparator: \.isWhitespace)
    guard fields.count >= 5 else {
      throw CronError(
        message: text.hasPrefix("@")
          ? "\"\(text)\" is not one of \(Self.named.keys.sorted().joined(separator: ", "))."
          : "A schedule has at least five fields: minute, hour, day of the month, month, day of the week.")
    }
    guard fields.count <= 7 else { throw CronError(message: "A schedule has at most seven fields.") }
    if fields.count < 7 { fields.insert("0", at: 0) }
    if fields.count < 7 { fields.append("*") }
    seconds = try CronField("second", 0...59).bits(fields[0])
    minutes = try CronField("minute", 0...59).bits(fields[1])
    hours = try CronField("hour", 0...23).bits(fields[2])
    months = try CronField("month", 1...12, names: Self.monthNames, firstName: 1).bits(fields[4])
    days = try Self.days(fields[3], fields[5])
    let years = try CronField("year", Self.yearRange).values(fields[6])
    self.years = years.count == Self.yearRange.count ? nil : Set(years)
  }

  private static func days(_ ofMonth: Substring, _ ofWeek: Substring) throws(CronError) -> CronDays {
    var days = CronDays()
    let monthField = CronField("day of the month", 1...31)
    days.restrictsMonth = !CronField.isWildcard(ofMonth)
    for part in ofMonth.split(separator: ",", omittingEmptySubsequences: false) {
      if part == "l" {
        days.lastOfMonth = true
      } else if part == "lw" || part == "wl" {
        days.lastWorkday = true
      } else if part.hasSuffix("w") {
        days.workdays.insert(try monthField.number(part.dropLast()))
      } else {
        days.ofMonth |= try monthField.bits(part)
      }
    }
    let weekField = CronField("day of the week", 0...7, names: dayNames, firstName: 0)
    days.restrictsWeek = !CronField.isWildcard(ofWeek)
    for part in ofWeek.split(separator: ",", omittingEmptySubsequences: false) {
      if let hash = part.firstIndex(of: "#") {
        let day = try weekField.number(part[..<hash]) % 7
        let place = try CronField("place in the month", 1...5).number(part[part.index(after: hash)...])
        days.numbered.insert((place - 1) * 7 + day)
      } else if part.hasSuffix("l"), let day = try? weekField.number(part.dropLast()) {
        days.lastOfWeek.insert(day % 7)
      } else {
        let bits = try weekField.bits(part)
        days.ofWeek |= bits & 0x7F | bits >> 7 & 1
      }
    }
    return days
  }
}

/// One field of a schedule: numbers, names, ranges and steps.
private struct CronField {
  let name: String
  let range: ClosedRange<Int>
  let names: [String]
  let firstName: Int

  init(_ name: String, _ range: ClosedRange<Int>, names: [String] = [], firstName: Int = 0) {
    self.name = name
    self.range = range
    self.names = names
    self.firstName = firstName
  }

  static func isWildcard(_ text: Substring) -> Bool { text == "*" || text == "?" }

  func bits(_ text: Substring) throws(CronError) -> UInt64 {
    var bits: UInt64 = 0
    for value in try values(text) { bits.insert(value) }
    return bits
  }

  func values(_ text: Substring) throws(CronError) -> [Int] {
    var values: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) { values += try list(part) }
    return values
  }

  /// `*`, `5`, `5-9`, each with a step behind a slash.
  private func list(_ part: Substring) throws(CronError) -> [Int] {
    var base = part
    var step = 1
    var hasStep = false
    if let slash = part.firstIndex(of: "/") {
      base = part[..<slash]
      guard let number = Int(part[part.index(after: slash)...]), number > 0 else {
        throw CronError(message: "\"\(part)\" in the field for the \(name) has no step behind the slash.")
      }
      (step, hasStep) = (number, true)
    }
    if Self.isWildcard(base) {
      return Array(stride(from: range.lowerBound, through: range.upperBound, by: step))
    }
    if let dash = base.firstIndex(of: "-") {
      let first = try number(base[..<dash])
      let last = try number(base[base.index(after: dash)...])
      guard first <= last else {
        throw CronError(message: "\"\(part)\" in the field for the \(name) ends before it begins.")
      }
      return Array(stride(from: first, through: last, by: step))
    }
    let first = try number(base)
    return hasStep ? Array(stride(from: first, through: range.upperBound, by: step)) : [first]
  }

  func number(_ text: Substring) throws(CronError) -> Int {
    let isName = text.count >= 3
    if isName, let index = names.firstIndex(where: { $0 == text || $0.prefix(3) == text }) {
      return index + firstName
    }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), range.contains(number)
    else {
      throw CronError(
        message: "\"\(text)\" is not a \(name) from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }
}
