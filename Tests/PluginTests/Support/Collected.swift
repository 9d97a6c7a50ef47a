import CHostlerDriver

/// Takes what a driver writes into sinks.
final class Collected {
  var bytes: [UInt8] = []
  var pairs: [String: String] = [:]

  var text: String { String(decoding: bytes, as: UTF8.self) }

  var sink: hostler_sink {
    hostler_sink(context: Unmanaged.passUnretained(self).toOpaque()) { context, bytes in
      guard let context else { return }
      let collected = Unmanaged<Collected>.fromOpaque(context).takeUnretainedValue()
      collected.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes.data, count: bytes.length))
    }
  }

  var pairSink: hostler_pair_sink {
    hostler_pair_sink(context: Unmanaged.passUnretained(self).toOpaque()) { context, key, value in
      guard let context else { return }
      let collected = Unmanaged<Collected>.fromOpaque(context).takeUnretainedValue()
      func text(_ string: hostler_string) -> String {
        String(decoding: UnsafeRawBufferPointer(start: string.data, count: string.length), as: UTF8.self)
      }
      collected.pairs[text(key)] = text(value)
    }
  }
}
