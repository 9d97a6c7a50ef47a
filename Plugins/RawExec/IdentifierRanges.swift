/// Numbers of users or groups, written as a person does: `0,100-200`.
struct IdentifierRanges: Sendable, Equatable {
  /// The ranges, as they were written.
  let ranges: [ClosedRange<UInt32>]

  /// No numbers.
  static let none = IdentifierRanges(ranges: [])

  private init(ranges: [ClosedRange<UInt32>]) {
    self.ranges = ranges
  }

  /// Reads numbers and ranges with commas; nil when the text is something else.
  init?(_ text: String) {
    var ranges: [ClosedRange<UInt32>] = []
    for item in text.split(separator: ",") {
      let ends = item.split(separator: "-", omittingEmptySubsequences: false).map {
        UInt32($0.filter { $0 != " " })
      }
      guard ends.count <= 2, let first = ends.first, let low = first, let high = ends[ends.count - 1],
        low <= high
      else { return nil }
      ranges.append(low...high)
    }
    self.ranges = ranges
  }

  /// Whether a number is among them.
  func contains(_ number: UInt32) -> Bool {
    ranges.contains { $0.contains(number) }
  }
}
