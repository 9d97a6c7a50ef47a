/// How large a task's log files may become, and how many are kept.
public struct LogLimits: Sendable, Equatable {
  /// The size at which a file is full.
  public var maximumFileBytes: Int64
  /// How many files of a stream are kept, the one being written included.
  public var maximumFiles: Int

  /// Makes limits; nonsensical ones become the nearest that work.
  public init(maximumFileBytes: Int64, maximumFiles: Int) {
    self.maximumFileBytes = max(1, maximumFileBytes)
    self.maximumFiles = max(1, maximumFiles)
  }
}

/// Which numbered file a stream is being written to, and where in it. Decides, and touches no file.
struct LogRotation: Sendable, Equatable {
  let limits: LogLimits
  private(set) var number: Int
  private(set) var offsetBytes: Int64

  /// Goes on after the files that exist.
  ///
  /// - Parameters:
  ///   - limits: size and count.
  ///   - existing: the numbers of the stream's files, in any order.
  ///   - newestBytes: the size of the one with the highest number.
  init(limits: LogLimits, existing: [Int], newestBytes: Int64) {
    self.limits = limits
    number = existing.max() ?? 0
    offsetBytes = newestBytes
  }

  /// How many bytes the current file still takes; with 0 the next file is due.
  var roomBytes: Int64 { max(0, limits.maximumFileBytes - offsetBytes) }

  /// Bytes were added to the current file.
  mutating func wrote(bytes: Int64) { offsetBytes += bytes }

  /// The current file turned out to be shorter: somebody cut or removed it.
  mutating func wasCut(toBytes bytes: Int64) { offsetBytes = min(offsetBytes, bytes) }

  /// Goes to the next file.
  ///
  /// - Returns: the number of the file that is one too many now, if any was made before.
  mutating func startNextFile() -> Int? {
    number += 1
    offsetBytes = 0
    let surplus = number - limits.maximumFiles
    return surplus >= 0 ? surplus : nil
  }

  /// Of the files that exist, those that are too many.
  func surplus(of existing: [Int]) -> [Int] {
    existing.filter { $0 <= number - limits.maximumFiles }.sorted()
  }

  /// The number of a stream's file, or nil when the file is another's.
  static func number(ofFile file: String, stream: String) -> Int? {
    guard file.utf8.count > stream.utf8.count + 1, file.hasPrefix(stream) else { return nil }
    let rest = file.utf8.dropFirst(stream.utf8.count)
    guard rest.first == UInt8(ascii: "."), rest.dropFirst().allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      return nil
    }
    return Int(Substring(rest.dropFirst()))
  }
}
