import Foundation
import Jobs
import Testing

@Suite("Schedules as cron writes them")
struct CronScheduleTests {
  static let zones = TimeZoneSource { name in
    (try? Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)"))).map(Array.init)
  }

  private static func moment(_ text: String) throws -> Int {
    let date = try #require(try? Date.ISO8601FormatStyle().parse(text))
    return Int(date.timeIntervalSince1970)
  }

  private func next(_ schedule: String, after: String, zone: String = "UTC", count: Int = 1) throws
    -> [String]
  {
    let schedule = try CronSchedule(schedule)
    let rules = try #require(Self.zones.rules(named: zone))
    var moment = try Self.moment(after)
    var found: [String] = []
    for _ in 0..<count {
      guard let next = schedule.next(after: moment, in: rules) else { break }
      found.append(Date(timeIntervalSince1970: TimeInterval(next)).ISO8601Format())
      moment = next
    }
    return found
  }

  @Test(
    "the next time is the first that every field names",
    arguments: [
      ("* * * * *", "2026-11-25T08:00:00Z", "2026-11-25T08:01:00Z"),
      ("*/15 * * * *", "2026-11-25T08:46:10Z", "2026-11-25T09:00:00Z"),
      ("0 0 29 2 *", "2026-11-25T08:00:00Z", "2028-02-29T00:00:00Z"),
      ("0 3 * * *", "2026-11-25T03:00:00Z", "2026-11-26T03:00:00Z"),
      ("0 3 * * *", "2026-11-25T02:59:59Z", "2026-11-25T03:00:00Z"),
      ("0 0 * * Fri", "2026-11-25T08:00:00Z", "2026-11-27T00:00:00Z"),
      ("0 0 * * 7", "2026-11-25T08:00:00Z", "2026-11-29T00:00:00Z"),
      ("0 0 * * 5-7", "2026-11-28T08:00:00Z", "2026-11-29T00:00:00Z"),
      ("0 0 13 * fri", "2026-11-25T08:00:00Z", "2026-11-27T00:00:00Z"),
      ("0 0 L * *", "2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z"),
      ("0 0 LW * *", "2026-02-01T00:00:00Z", "2026-02-27T00:00:00Z"),
      ("0 0 15W * ?", "2026-08-01T00:00:00Z", "2026-08-14T00:00:00Z"),
      ("0 0 1W * *", "2026-07-31T00:00:00Z", "2026-08-03T00:00:00Z"),
      ("0 0 * * 5L", "2026-11-01T00:00:00Z", "2026-11-27T00:00:00Z"),
      ("0 0 * * mon#2", "2026-11-01T00:00:00Z", "2026-11-09T00:00:00Z"),
      ("30 10 1 JAN,july *", "2026-11-25T08:00:00Z", "2027-01-01T10:30:00Z"),
      ("0 0 1 1 * 2030", "2026-11-25T08:00:00Z", "2030-01-01T00:00:00Z"),
      ("*/20 * * * * * *", "2026-11-25T08:00:01Z", "2026-11-25T08:00:20Z"),
      ("5/20 * * * *", "2026-11-25T08:06:00Z", "2026-11-25T08:25:00Z"),
      ("@daily", "2026-11-25T08:00:00Z", "2026-11-26T00:00:00Z"),
      ("@weekly", "2026-11-25T08:00:00Z", "2026-11-29T00:00:00Z"),
      ("@monthly", "2026-11-25T08:00:00Z", "2026-12-01T00:00:00Z"),
      ("@Yearly", "2026-11-25T08:00:00Z", "2027-01-01T00:00:00Z"),
      ("@hourly", "2026-11-25T08:00:00Z", "2026-11-25T09:00:00Z"),
    ])
  func nextTime(_ schedule: String, _ after: String, _ expected: String) throws {
    #expect(try next(schedule, after: after) == [expected])
  }

  @Test("a schedule whose times are over has no next one", arguments: ["0 0 1 1 * 2020", "0 0 30 2 *"])
  func never(_ schedule: String) throws {
    #expect(try next(schedule, after: "2026-11-25T08:00:00Z") == [])
  }

  @Test(
    "a text that is no schedule is refused",
    arguments: [
      "nonsense", "", "* * * *", "* * * * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
      "* * * * 8", "*/0 * * * *", "5-1 * * * *", "@reboot", "a * * * *", "1,,2 * * * *", "* * * * 1#6",
      "* * * * * 1900", "1-2-3 * * * *", "-1 * * * *", "99999999999999999999 * * * *",
    ])
  func refused(_ text: String) {
    #expect(throws: CronError.self) { _ = try CronSchedule(text) }
  }

  @Test("times are those of the zone's clock")
  func zone() throws {
    #expect(
      try next("0 9 * * *", after: "2026-11-25T08:00:00Z", zone: "America/New_York") == [
        "2026-11-25T14:00:00Z"
      ])
    #expect(
      try next("0 9 * * *", after: "2026-07-25T08:00:00Z", zone: "America/New_York") == [
        "2026-07-25T13:00:00Z"
      ])
    #expect(
      try next("0 9 * * *", after: "2050-07-25T08:00:00Z", zone: "Europe/Berlin") == ["2050-07-26T07:00:00Z"])
    #expect(
      try next("0 9 * * *", after: "2050-01-25T09:00:00Z", zone: "Europe/Berlin") == ["2050-01-26T08:00:00Z"])
    #expect(
      try next("0 9 * * *", after: "2026-01-01T00:00:00Z", zone: "Asia/Kolkata") == ["2026-01-01T03:30:00Z"])
  }

  @Test("a time that the clock leaps over does not come that day")
  func gap() throws {
    #expect(
      try next("30 2 * * *", after: "2026-03-28T12:00:00Z", zone: "Europe/Berlin", count: 1)
        == ["2026-03-30T00:30:00Z"])
  }

  @Test("a time that comes twice counts once, but every hour is every hour")
  func repeated() throws {
    #expect(
      try next("30 2 * * *", after: "2026-10-24T12:00:00Z", zone: "Europe/Berlin", count: 2)
        == ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])
    #expect(
      try next("30 * * * *", after: "2026-10-25T00:00:00Z", zone: "Europe/Berlin", count: 3)
        == ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"])
  }

  @Test(
    "offsets are the system's own, in every zone and for many years",
    arguments: [
      "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tehran",
      "America/St_Johns", "Europe/Dublin", "Pacific/Apia", "Etc/GMT+5",
    ])
  func offsets(zone: String) throws {
    let rules = try #require(Self.zones.rules(named: zone))
    let system = try #require(TimeZone(identifier: zone))
    for moment in stride(from: 0, to: 2_140_000_000, by: 1_234_567) {
      let expected = system.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(moment)))
      #expect(rules.offsetSeconds(at: moment) == expected, "\(moment)")
    }
  }

  @Test(
    "a name that is no zone, or leads out of their folder, has no rules",
    arguments: [
      "Nowhere/Land", "../../../etc/passwd", "/etc/localtime", "Europe//Berlin", "Europe", "Europe/Ber lin",
    ])
  func wrongZones(_ name: String) {
    #expect(Self.zones.rules(named: name) == nil)
  }

  @Test("damaged time zones are refused or read, never a crash", arguments: 0..<300)
  func damaged(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    var bytes = Array(try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/Berlin")))
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    bytes.removeLast(Int.random(in: 0...bytes.count / 2, using: &random))
    let damaged = bytes
    guard let rules = TimeZoneSource(read: { _ in damaged }).rules(named: "X") else { return }
    _ = try CronSchedule("0 3 * * *").next(after: 1_795_000_000, in: rules)
    _ = rules.offsetSeconds(at: .max)
    _ = rules.offsetSeconds(at: .min)
  }

  @Test("the next launch is the earliest of all schedules, and what is wrong is told")
  func launch() throws {
    var periodic = Periodic()
    periodic.specifications = ["0 5 * * *", "0 4 * * *"]
    periodic.timeZone = "Europe/Berlin"
    let next = try periodic.nextLaunch(after: Self.moment("2026-11-25T08:00:00Z"), zones: Self.zones)
    #expect(next == (try Self.moment("2026-11-26T03:00:00Z")))
    periodic.timeZone = "Nowhere"
    #expect(throws: Periodic.LaunchError.timeZone("Nowhere")) {
      _ = try periodic.nextLaunch(after: 0, zones: Self.zones)
    }
    periodic.timeZone = "UTC"
    periodic.specification = "nonsense"
    #expect(throws: Periodic.LaunchError.self) { _ = try periodic.nextLaunch(after: 0, zones: Self.zones) }
  }
}

/// A random source whose numbers follow from its seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
