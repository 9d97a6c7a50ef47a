/// How far a place's clock is from UTC, and when that changes.
public struct TimeZoneRules: Hashable, Sendable {
  /// A time during which the offset stays the same.
  struct Period: Hashable, Sendable {
    /// The first second of it; nil when it has always been so.
    var start: Int?
    /// The first second after it; nil when it stays so.
    var end: Int?
    /// What is added to UTC.
    var offsetSeconds: Int
  }

  /// The moments at which the offset changes, in order.
  private var moments: [Int] = []
  /// The offset from each of them.
  private var offsets: [Int] = []
  /// The offset before the first change.
  private var firstOffset = 0
  /// What happens every year after the last change.
  private var yearly: YearlyRule?

  /// UTC.
  public static let utc = TimeZoneRules()

  private init() {}

  init(moments: [Int], offsets: [Int], firstOffset: Int, yearly: YearlyRule?) {
    self.moments = moments
    self.offsets = offsets
    self.firstOffset = firstOffset
    self.yearly = yearly
  }

  /// What is added to UTC at a moment in seconds since 1970.
  public func offsetSeconds(at moment: Int) -> Int { period(at: moment).offsetSeconds }

  /// The period that a moment is in.
  func period(at moment: Int) -> Period {
    // The number of changes at or before the moment.
    var low = 0
    var high = moments.count
    while low < high {
      let middle = (low + high) / 2
      if moments[middle] <= moment { low = middle + 1 } else { high = middle }
    }
    let start = low > 0 ? moments[low - 1] : nil
    let offset = low > 0 ? offsets[low - 1] : firstOffset
    if low < moments.count { return Period(start: start, end: moments[low], offsetSeconds: offset) }
    guard let yearly else { return Period(start: start, end: nil, offsetSeconds: offset) }
    return yearly.period(at: moment, after: start, firstOffset: offset)
  }
}

/// Where time zones come from: the bytes of the compiled file of a name such as `Europe/Berlin`.
public struct TimeZoneSource: Sendable {
  private let read: @Sendable (String) -> [UInt8]?

  /// Makes a source.
  /// - Parameter read: gives the bytes of a name's file in the format of RFC 9636; nil when there is none.
  ///   It is only asked for names that stay within the folder of time zones.
  public init(read: @escaping @Sendable (String) -> [UInt8]?) { self.read = read }

  /// The rules of a name; nil when there are none. An empty name and `UTC` need no file.
  public func rules(named name: String) -> TimeZoneRules? {
    if name.isEmpty || name == "UTC" { return .utc }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let isWithin = parts.allSatisfy { part in
      !part.isEmpty && part != "." && part != ".."
        && part.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || "+-_".utf8.contains(byte)
        }
    }
    guard isWithin, let bytes = read(name) else { return nil }
    return TimeZoneRules(compiled: bytes)
  }
}
