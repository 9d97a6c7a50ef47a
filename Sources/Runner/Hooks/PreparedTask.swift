import DriverHost
import HCL
import Jobs

/// A task that is ready to be started: its directories, files and environment are there.
struct PreparedTask: Sendable {
  /// A byte that no text holds.
  private static let end: UInt8 = 0xFF

  /// The lines of the environment, each with ``end`` after it. Kept as long as the task may be started again, and
  /// much smaller so than line by line.
  private let environmentBlock: [UInt8]
  /// The user after interpolation.
  let user: String
  /// The driver's configuration after interpolation.
  let config: LocatedValue

  /// Makes it from its parts.
  ///
  /// - Parameter environment: `NAME=value`, complete.
  init(environment: [String], user: String, config: LocatedValue) {
    var block: [UInt8] = []
    block.reserveCapacity(environment.reduce(0) { $0 + $1.utf8.count + 1 })
    for line in environment {
      block.append(contentsOf: line.utf8)
      block.append(Self.end)
    }
    environmentBlock = block
    self.user = user
    self.config = config
  }

  /// `NAME=value`, complete.
  var environment: [String] {
    environmentBlock.split(separator: Self.end, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
