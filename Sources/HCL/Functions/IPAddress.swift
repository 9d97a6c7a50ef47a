/// An IPv4 or IPv6 address.
struct IPAddress: Hashable, CustomStringConvertible {
  /// Four or sixteen bytes.
  var bytes: [UInt8]

  /// 32 or 128.
  var bits: Int { bytes.count * 8 }

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Reads `10.0.0.1` or `fd00::1`.
  init?(_ text: String) {
    if text.contains(":") {
      guard let bytes = IPAddress.parseV6(text) else { return nil }
      self.bytes = bytes
    } else {
      guard let bytes = IPAddress.parseV4(text) else { return nil }
      self.bytes = bytes
    }
  }

  private static func parseV4(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    let bytes = parts.compactMap { part -> UInt8? in
      guard part.allSatisfy({ $0.isASCII && $0.isNumber }), part.count <= 3,
        part.count == 1 || part.first != "0"
      else { return nil }
      return UInt8(part)
    }
    return bytes.count == 4 ? bytes : nil
  }

  private static func parseV6(_ text: String) -> [UInt8]? {
    let halves = StandardFunctions.split(text, by: "::")
    guard halves.count <= 2 else { return nil }
    var groups: [[UInt8]] = []
    for half in halves {
      var bytes: [UInt8] = []
      let parts = half.isEmpty ? [] : half.split(separator: ":", omittingEmptySubsequences: false)
      for (index, part) in parts.enumerated() {
        if index == parts.count - 1, part.contains("."), let tail = parseV4(String(part)) {
          bytes += tail
          continue
        }
        guard (1...4).contains(part.utf8.count), part.first != "+", part.first != "-",
          let group = UInt16(part, radix: 16)
        else { return nil }
        bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
      }
      groups.append(bytes)
    }
    if groups.count == 1 { return groups[0].count == 16 ? groups[0] : nil }
    let missing = 16 - groups[0].count - groups[1].count
    guard missing > 0 else { return nil }
    return groups[0] + [UInt8](repeating: 0, count: missing) + groups[1]
  }

  /// The usual text form; the longest run of zero groups of an IPv6 address is left out.
  var description: String {
    if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
    let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    var best = 0..<0
    var start = 0
    while start < groups.count {
      var end = start
      while end < groups.count, groups[end] == 0 { end += 1 }
      if end - start > max(1, best.count) { best = start..<end }
      start = max(end, start + 1)
    }
    func text(_ range: Range<Int>) -> String {
      groups[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    if best.isEmpty { return text(0..<8) }
    return text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
  }

  // MARK: Networks
  /// The address whose first bits are set.
  static func mask(length: Int, bits: Int) -> IPAddress {
    IPAddress(bytes: [UInt8](repeating: 0xFF, count: bits / 8)).masked(to: length)
  }

  /// The address with all bits after the first ones cleared.
  func masked(to length: Int) -> IPAddress {
    var result = bytes
    for index in result.indices {
      let kept = min(8, max(0, length - index * 8))
      result[index] &= kept == 0 ? 0 : UInt8(truncatingIfNeeded: 0xFF << (8 - kept))
    }
    return IPAddress(bytes: result)
  }

  /// The address with further bits set.
  func combined(with other: [UInt8]) -> IPAddress {
    IPAddress(bytes: zip(bytes, other).map { $0 | $1 })
  }

  /// The first address of the network after this one; nil after the last.
  func next(ofLength length: Int) -> IPAddress? {
    var result = bytes
    guard length > 0 else { return nil }
    var index = (length - 1) / 8
    var step = UInt8(1) << UInt8(7 - (length - 1) % 8)
    while true {
      let (sum, overflow) = result[index].addingReportingOverflow(step)
      result[index] = sum
      if !overflow { return IPAddress(bytes: result) }
      guard index > 0 else { return nil }
      index -= 1
      step = 1
    }
  }

  /// This address if a network of a length can begin at it, otherwise where the next one begins.
  func roundedUp(to length: Int) -> IPAddress? {
    let start = masked(to: length)
    return start == self ? self : start.next(ofLength: length)
  }
}
