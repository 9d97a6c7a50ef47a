import CZlib

/// Makes answers smaller for clients that can read them so.
enum Compression {
  /// Smaller answers fit into one packet anyway.
  private static let leastBytes = 1400

  /// Whether a client can read gzip.
  ///
  /// - Parameter header: Its `Accept-Encoding`.
  static func isAccepted(_ header: String?) -> Bool {
    guard let header else { return false }
    return header.split(separator: ",").contains { part in
      let words = part.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
      guard words.first == "gzip" || words.first == "*" else { return false }
      return !words.dropFirst().contains {
        $0 == "q=0" || $0.hasPrefix("q=0.0") && Double($0.dropFirst(2)) == 0
      }
    }
  }

  /// The bytes as a gzip file; nil where that does not help.
  static func gzip(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count >= leastBytes else { return nil }
    var size: Int64 = -1
    let packed = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      size = hostler_gzip(bytes, bytes.count, start, buffer.count)
      count = max(0, Int(size))
    }
    return size > 0 ? packed : nil
  }
}
