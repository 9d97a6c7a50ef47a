/// Reads one stream of a task's output as it grows, over rotated files: `NAME.0`, `NAME.1`, ….
///
/// A value for one reader. It holds no descriptor between calls, so that thousands of streams can be
/// followed. Blocks on the disk.
public struct LogTail: Sendable {
  private let directory: String
  private let name: String
  private var number = 0
  private var offsetBytes: Int64 = 0
  private var partial: [UInt8] = []

  /// The longest line kept in memory; a longer one is given out in pieces.
  public static let longestLineBytes = 64 << 10

  /// Follows the files `DIRECTORY/NAME.N` from the first.
  public init(directory: String, name: String) {
    self.directory = directory
    self.name = name
  }

  /// Gives each complete line that was written since the last call, without its newline.
  ///
  /// - Parameter body: Takes a line. Bytes that are no UTF-8 come as replacement characters.
  public mutating func readLines(_ body: (String) -> Void) throws(FileError) {
    while true {
      let isOpen = try readCurrentFile(body)
      guard !isOpen || FileSystem.exists(path(number + 1)),
        let next = try oldestNumber(from: isOpen ? number + 1 : number)
      else { return }
      // What was written between the last read and the rotation.
      if isOpen { _ = try readCurrentFile(body) }
      number = next
      offsetBytes = 0
    }
  }

  /// Gives what is left without a newline at its end.
  public mutating func finish(_ body: (String) -> Void) {
    if !partial.isEmpty { body(String(decoding: partial, as: UTF8.self)) }
    partial.removeAll()
  }

  private func path(_ number: Int) -> String { "\(directory)/\(name).\(number)" }

  /// Reads the present file from where the last read ended; false when it is not there, because nothing
  /// was written yet or rotation removed it.
  private mutating func readCurrentFile(_ body: (String) -> Void) throws(FileError) -> Bool {
    guard let file = ReadableFile(path: path(number)) else { return false }
    defer { file.close() }
    while let chunk = try file.read(upTo: 64 << 10, at: offsetBytes) {
      offsetBytes += Int64(chunk.count)
      partial.append(contentsOf: chunk)
      giveLines(body)
    }
    return true
  }

  private mutating func giveLines(_ body: (String) -> Void) {
    var start = 0
    while let newline = partial[start...].firstIndex(of: UInt8(ascii: "\n")) {
      body(String(decoding: partial[start..<newline], as: UTF8.self))
      start = newline + 1
    }
    partial.removeFirst(start)
    if partial.count >= Self.longestLineBytes {
      body(String(decoding: partial, as: UTF8.self))
      partial.removeAll()
    }
  }

  private func oldestNumber(from least: Int) throws(FileError) -> Int? {
    guard FileSystem.exists(directory) else { return nil }
    return try FileSystem.names(in: directory).compactMap { entry in
      entry.hasPrefix(name + ".") ? Int(entry.dropFirst(name.count + 1)) : nil
    }.filter { $0 >= least }.min()
  }
}
