/// A random UUID (version 4) in lower case.
public func randomUUID() -> String {
  // Each number is a call to the kernel: two, not one for each byte.
  let words = [UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max)]
  return uuidText(
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }, version: 4)
}

/// The UUID of a version that is made of the first 16 of these bytes, in lower case.
func uuidText(_ bytes: [UInt8], version: UInt8) -> String {
  var bytes = Array(bytes.prefix(16))
  bytes[6] = bytes[6] & 0x0F | version << 4
  bytes[8] = bytes[8] & 0x3F | 0x80
  var text = ""
  text.reserveCapacity(36)
  for (index, byte) in bytes.enumerated() {
    if [4, 6, 8, 10].contains(index) { text += "-" }
    text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
  }
  return text
}
