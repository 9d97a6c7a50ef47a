internal import CHostlerDriver

/// Gathers what a driver writes into a sink, up to a bound.
struct ByteCollector {
  private(set) var bytes: [UInt8] = []
  /// Whether the driver wrote more than is kept.
  private(set) var isOverfull = false
  /// Whether the driver handed out a string that cannot be one.
  private(set) var isInvalid = false

  /// The text, with bytes that are no UTF-8 replaced.
  var text: String { bytes.isEmpty ? "" : String(decoding: bytes, as: UTF8.self) }

  /// The text, on one line, as a sentence for a person is.
  var sentence: String {
    guard !bytes.isEmpty else { return "" }
    var line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    while line.last?.isWhitespace == true { line.removeLast() }
    return line
  }

  fileprivate mutating func append(_ string: hostler_string) {
    guard let incoming = string.bytes else {
      isInvalid = true
      return
    }
    let room = DriverABI.sinkLimitBytes - bytes.count
    if incoming.count > room { isOverfull = true }
    bytes.append(contentsOf: incoming.prefix(room))
  }
}

/// Gathers the pairs that a driver adds, up to a bound.
struct PairCollector {
  private(set) var pairs: [String: String] = [:]
  /// Whether the driver added something that is no text.
  private(set) var isInvalid = false

  fileprivate mutating func add(_ key: hostler_string, _ value: hostler_string) {
    guard let key = key.bytes, let value = value.bytes, !key.isEmpty else {
      isInvalid = true
      return
    }
    guard key.count <= DriverABI.keyLimitBytes, value.count <= DriverABI.sinkLimitBytes else { return }
    let name = String(decoding: key, as: UTF8.self)
    let text = String(decoding: value, as: UTF8.self)
    if !name.consists(of: key) || !text.consists(of: value) { isInvalid = true }
    guard pairs.count < DriverABI.pairLimit || pairs[name] != nil else { return }
    pairs[name] = text
  }
}

extension hostler_sink {
  /// A sink that fills a collector, which must stay where it is while the sink is used.
  init(_ collector: UnsafeMutablePointer<ByteCollector>) {
    self.init(context: UnsafeMutableRawPointer(collector)) { context, bytes in
      context?.assumingMemoryBound(to: ByteCollector.self).pointee.append(bytes)
    }
  }
}

extension hostler_pair_sink {
  /// A sink that fills a collector, which must stay where it is while the sink is used.
  init(_ collector: UnsafeMutablePointer<PairCollector>) {
    self.init(context: UnsafeMutableRawPointer(collector)) { context, key, value in
      context?.assumingMemoryBound(to: PairCollector.self).pointee.add(key, value)
    }
  }
}

extension hostler_string {
  /// The bytes; nil for a length without data, or one that cannot be.
  var bytes: UnsafeRawBufferPointer? {
    // A size of more than half the address space comes as a negative number.
    guard length >= 0, data != nil || length == 0 else { return nil }
    return UnsafeRawBufferPointer(start: data, count: length)
  }
}

extension String {
  /// Passes the text on as the ABI has it: with a zero after the last byte.
  @inline(__always)
  func withHostlerString<Result>(_ body: (hostler_string) -> Result) -> Result {
    withCString { body(hostler_string(data: $0, length: utf8.count)) }
  }
}
