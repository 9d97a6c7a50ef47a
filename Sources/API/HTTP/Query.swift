/// The parameters behind the question mark of a request.
struct Query: Hashable, Sendable {
  /// The pairs in their order, decoded.
  private(set) var pairs: [Pair] = []

  struct Pair: Hashable, Sendable {
    var name: String
    var value: String
  }

  /// Reads `a=1&b=2`.
  init(_ text: Substring = "") {
    for part in text.split(separator: "&") {
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      pairs.append(
        Pair(
          name: percentDecoded(halves[0], plusIsSpace: true),
          value: halves.count > 1 ? percentDecoded(halves[1], plusIsSpace: true) : ""))
    }
  }

  /// The first value of a name; nil when it is missing.
  subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

  /// Every value of a name.
  func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

  /// The value of a name; nil when it is missing or empty.
  func text(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// A yes or no; what is only named is yes.
  func flag(_ name: String) throws(APIError) -> Bool? {
    switch self[name] {
    case nil: return nil
    case "", "1", "t", "T", "true", "TRUE", "True": return true
    case "0", "f", "F", "false", "FALSE", "False": return false
    case let value?: throw .badRequest("\(name) must be true or false, and is \"\(value)\"")
    }
  }

  /// A whole number.
  func int(_ name: String, in bounds: ClosedRange<Int> = .min ... .max) throws(APIError) -> Int? {
    guard let text = text(name) else { return nil }
    guard let value = Int(text), bounds.contains(value) else {
      throw .badRequest(
        bounds.lowerBound == 0
          ? "\(name) must be a whole number that is not negative, and is \"\(text)\""
          : "\(name) must be a whole number, and is \"\(text)\"")
    }
    return value
  }
}

/// A part of a URL with `%XX` replaced; what is not such an escape stays as it is.
func percentDecoded(_ text: Substring, plusIsSpace: Bool = false) -> String {
  guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || plusIsSpace && $0 == UInt8(ascii: "+") })
  else {
    return String(text)
  }
  var decoded: [UInt8] = []
  var bytes = text.utf8[...]
  while let byte = bytes.popFirst() {
    if byte == UInt8(ascii: "%"), let high = bytes.first?.hexadecimalValue,
      let low = bytes.dropFirst().first?.hexadecimalValue
    {
      decoded.append(high << 4 | low)
      bytes = bytes.dropFirst(2)
    } else {
      decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
    }
  }
  return String(decoding: decoded, as: UTF8.self)
}

extension UInt8 {
  /// The value of a hexadecimal digit; nil for anything else.
  var hexadecimalValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
