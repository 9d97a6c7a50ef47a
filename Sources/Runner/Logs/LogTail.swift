/// Reads one stream of a task's output as it grows, over rotated files: `NAME.0`, `NAME.1`, ….
///
/// A value for one reader. It holds no descriptor between calls, so that thousands of streams can be
/// followed. Blocks on the disk.
public struct LogTail: Sendable {
  /// A piece of the output.
  public enum Piece: Hashable, Sendable {
    /// A line without its newline. Bytes that are no UTF-8 are replacement characters. After bytes that were
    /// skipped it may be the end of one.
    case line(String)
    /// Rotation removed this many bytes before they were read.
    case skipped(bytes: Int64)
  }

  private let directory: String
  private let name: String
  private let fileLimitBytes: Int64
  private var number = 0
  private var offsetBytes: Int64 = 0
  private var partial: [UInt8] = []

  /// The longest line kept in memory; a longer one is given out in pieces.
  public static let longestLineBytes = 64 << 10

  /// Follows the files `DIRECTORY/NAME.N` from the first.
  ///
  /// - Parameter fileLimitBytes: The size at which a file is full and the next one is begun.
  public init(directory: String, name: String, fileLimitBytes: Int64) {
    self.directory = directory
    self.name = name
    self.fileLimitBytes = fileLimitBytes
  }

  /// Gives what was written since the last call, in complete lines.
  ///
  /// - Parameters:
  ///   - budgetBytes: About how much to read before others have their turn.
  ///   - body: Takes a piece.
  /// - Returns: whether there is more to be read at once.
  @discardableResult
  public mutating func read(
    upTo budgetBytes: Int64 = .max, _ body: (Piece) -> Void
  ) throws(FileError) -> Bool {
    var left = budgetBytes
    while true {
      switch try readCurrentFile(&left, body) {
      case .hasMore: return true
      case .isNewest: return false
      case .isOver:
        number += 1
        offsetBytes = 0
      case .isMissing:
        guard let next = try oldestNumber(from: number) else { return false }
        if next > number { skip(to: next, body) }
      }
    }
  }

  /// Gives what is left without a newline at its end.
  public mutating func finish(_ body: (Piece) -> Void) {
    if !partial.isEmpty { body(.line(String(decoding: partial, as: UTF8.self))) }
    partial.removeAll()
  }

  private enum FileState {
    /// The budget is used up.
    case hasMore
    /// Everything was read, and the file is the one that is being written.
    case isNewest
    /// Everything was read, and a later file is being written.
    case isOver
    /// Nothing was written yet, or rotation removed it.
    case isMissing
  }

  private func path(_ number: Int) -> String { "\(directory)/\(name).\(number)" }

  private mutating func readCurrentFile(
    _ left: inout Int64, _ body: (Piece) -> Void
  ) throws(FileError) -> FileState {
    guard let file = ReadableFile(path: path(number)) else { return .isMissing }
    defer { file.close() }
    var isOver = false
    while true {
      while let chunk = try file.read(upTo: 64 << 10, at: offsetBytes) {
        offsetBytes += Int64(chunk.count)
        left -= Int64(chunk.count)
        partial.append(contentsOf: chunk)
        giveLines(body)
        if left <= 0 { return .hasMore }
      }
      if isOver { return .isOver }
      // Once a later file is there nothing is added to this one; what was added before is read now.
      isOver = try hasLaterFile()
      if !isOver { return .isNewest }
    }
  }

  private func hasLaterFile() throws(FileError) -> Bool {
    if FileSystem.exists(path(number + 1)) { return true }
    if FileSystem.exists(path(number)) { return false }
    return try oldestNumber(from: number + 1) != nil
  }

  /// Goes on at a later file; what is between is lost.
  private mutating func skip(to next: Int, _ body: (Piece) -> Void) {
    finish(body)
    let whole = Int64(next - number - 1).multipliedReportingOverflow(by: fileLimitBytes).partialValue
    body(.skipped(bytes: max(0, fileLimitBytes - offsetBytes) + whole))
    number = next
    offsetBytes = 0
  }

  private mutating func giveLines(_ body: (Piece) -> Void) {
    var start = 0
    while let newline = partial[start...].firstIndex(of: UInt8(ascii: "\n")) {
      body(.line(String(decoding: partial[start..<newline], as: UTF8.self)))
      start = newline + 1
    }
    partial.removeFirst(start)
    if partial.count >= Self.longestLineBytes { finish(body) }
  }

  private func oldestNumber(from least: Int) throws(FileError) -> Int? {
    guard FileSystem.exists(directory) else { return nil }
    return try FileSystem.names(in: directory).compactMap { entry in
      entry.hasPrefix(name + ".") ? Int(entry.dropFirst(name.count + 1)) : nil
    }.filter { $0 >= least }.min()
  }
}
