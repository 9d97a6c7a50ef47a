extension TimeZoneRules {
  /// Reads a compiled time zone in the format of RFC 9636; nil when it is none.
  init?(compiled bytes: [UInt8]) {
    guard let first = Header(bytes, at: 0) else { return nil }
    guard first.version >= 2 else {
      self.init(bytes, first, wordBytes: 4, start: Header.length, footer: nil)
      return
    }
    // The second part repeats the first with 64 bits for each moment.
    let second = Header.length + first.bodyBytes(wordBytes: 4)
    guard let header = Header(bytes, at: second) else { return nil }
    let start = second + Header.length
    let footerStart = start + header.bodyBytes(wordBytes: 8)
    guard footerStart < bytes.count else { return nil }
    let footer = bytes[footerStart...].dropFirst().prefix { $0 != 0x0A }
    self.init(
      bytes, header, wordBytes: 8, start: start, footer: String(decoding: footer, as: UTF8.self))
  }

  private init?(_ bytes: [UInt8], _ header: Header, wordBytes: Int, start: Int, footer: String?) {
    let body = start + header.bodyBytes(wordBytes: wordBytes)
    guard body <= bytes.count, header.types > 0 else { return nil }
    let indices = start + header.moments * wordBytes
    let types = indices + header.moments
    func integer(_ place: Int, _ count: Int) -> Int {
      let bits = bytes[place..<place + count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return count == 8
        ? Int(Int64(bitPattern: bits)) : Int(Int32(bitPattern: UInt32(truncatingIfNeeded: bits)))
    }
    func offset(_ type: Int) -> Int { integer(types + type * 6, 4) }
    var moments: [Int] = []
    var offsets: [Int] = []
    for index in 0..<header.moments {
      let type = Int(bytes[indices + index])
      let moment = integer(start + index * wordBytes, wordBytes)
      guard type < header.types, moment.magnitude < 1 << 60, moments.last.map({ $0 < moment }) ?? true else {
        return nil
      }
      moments.append(moment)
      offsets.append(offset(type))
    }
    guard (offsets + [offset(0)]).allSatisfy({ abs($0) < 200_000 }) else { return nil }
    var yearly: YearlyRule?
    if let footer, !footer.isEmpty {
      guard let rule = YearlyRule(footer) else { return nil }
      yearly = rule
    }
    self.init(moments: moments, offsets: offsets, firstOffset: offset(0), yearly: yearly)
  }

  private struct Header {
    static let length = 44
    let version: Int
    private let counts: [Int]

    init?(_ bytes: [UInt8], at place: Int) {
      guard place >= 0, bytes.count >= place + Self.length,
        bytes[place..<place + 4].elementsEqual("TZif".utf8)
      else { return nil }
      version = bytes[place + 4] == 0 ? 1 : Int(bytes[place + 4]) - 0x30
      counts = (0..<6).map { index in
        bytes[(place + 20 + index * 4)..<(place + 24 + index * 4)].reduce(0) { $0 << 8 | Int($1) }
      }
      guard counts.allSatisfy({ $0 < 1 << 20 }) else { return nil }
    }

    var moments: Int { counts[3] }
    var types: Int { counts[4] }

    /// How long what follows the header is.
    func bodyBytes(wordBytes: Int) -> Int {
      let (universal, standard, leaps, characters) = (counts[0], counts[1], counts[2], counts[5])
      return moments * (wordBytes + 1) + types * 6 + characters + leaps * (wordBytes + 4) + standard
        + universal
    }
  }
}
