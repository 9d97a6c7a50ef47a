internal import CHostlerDriver

extension String {
  /// Copies text that the host passed in.
  init(_ string: hostler_string) {
    self = String(decoding: string.bytes, as: UTF8.self)
  }
}

extension hostler_string {
  /// The bytes, which live as long as the host says.
  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : length)
  }
}

extension String {
  /// Lends the text to a C function for the time of the call.
  func withHostlerString<Result>(_ body: (hostler_string) -> Result) -> Result {
    var text = self
    return text.withUTF8 {
      $0.withMemoryRebound(to: CChar.self) { body(hostler_string(data: $0.baseAddress, length: $0.count)) }
    }
  }
}

extension hostler_sink {
  func write(_ text: String) {
    guard let write, !text.isEmpty else { return }
    text.withHostlerString { write(context, $0) }
  }

  func write(_ bytes: [UInt8]) {
    guard let write, !bytes.isEmpty else { return }
    bytes.withUnsafeBufferPointer {
      $0.withMemoryRebound(to: CChar.self) {
        write(context, hostler_string(data: $0.baseAddress, length: $0.count))
      }
    }
  }
}

extension hostler_pair_sink {
  func add(_ pairs: [(name: String, value: String)]) {
    guard let add else { return }
    for pair in pairs {
      pair.name.withHostlerString { name in pair.value.withHostlerString { add(context, name, $0) } }
    }
  }
}
