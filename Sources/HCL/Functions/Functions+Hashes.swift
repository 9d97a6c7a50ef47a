extension StandardFunctions {
  static let hashes: [String: Function] = [
    "md5": Function([Parameter("str", .string)]) { .string(hexadecimal(MessageDigest.md5($0[0].bytes))) },
    "sha1": Function([Parameter("str", .string)]) { .string(hexadecimal(MessageDigest.sha1($0[0].bytes))) },
    "sha256": Function([Parameter("str", .string)]) {
      .string(hexadecimal(MessageDigest.sha256($0[0].bytes)))
    },
    "sha512": Function([Parameter("str", .string)]) {
      .string(hexadecimal(MessageDigest.sha512($0[0].bytes)))
    },
    "uuidv4": Function([]) { _ in .string(randomUUID()) },
    "uuidv5": Function([Parameter("namespace", .string), Parameter("name", .string)], body: namedIdentifier),
    "bcrypt": Function([Parameter("str", .string)], variadic: Parameter("cost", .number)) {
      _ throws(FunctionError) in throw .call("hostler does not support it")
    },
    "rsadecrypt": Function([Parameter("ciphertext", .string), Parameter("privatekey", .string)]) {
      _ throws(FunctionError) in throw .call("hostler does not support it")
    },
  ]

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func namedIdentifier(_ values: [Value]) throws(FunctionError) -> Value {
    // The four namespaces that the standard names differ in one byte.
    let known: [String: UInt8] = ["dns": 0x10, "url": 0x11, "oid": 0x12, "x500": 0x14]
    var namespace: [UInt8]
    if let byte = known[values[0].text] {
      namespace = [
        0x6B, 0xA7, 0xB8, byte, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8,
      ]
    } else {
      let digits = values[0].text.filter { $0 != "-" }
      let pairs = stride(from: 0, to: digits.utf8.count, by: 2).map { digits.dropFirst($0).prefix(2) }
      namespace = pairs.compactMap { UInt8($0, radix: 16) }
      guard digits.utf8.count == 32, namespace.count == 16 else {
        throw .call("the namespace must be dns, url, oid, x500 or a UUID")
      }
    }
    return .string(uuidText(MessageDigest.sha1(namespace + values[1].bytes), version: 5))
  }
}

extension Value {
  fileprivate var bytes: [UInt8] { Array(text.utf8) }
}
